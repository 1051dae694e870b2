"""Whatever goes wrong with who may call, nobody passes: one row for each fault, seen at a running Gatelet.

Reference: apigateway-authorization-limits sections 3, 4.6, 5 and 6. What no API call can bring about (a policy that is
unreadable in the store, a full cache, counters that do not answer) is in tests/unit/gateway: test_resource_policies,
test_authorizer_cache, test_admission.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.conformance.gateway.world import make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.unit.gateway.tokens import jwk, token
from tests.walk import Answer, create_function, integration_uri, request

ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
GUARD = f"""
import time

ALLOW = {ALLOW}

def lambda_handler(event, context):
    return {{
        "good": lambda: {{"principalId": "p", "policyDocument": ALLOW}},
        "sleeps": lambda: time.sleep(5),
        "raises": lambda: 1 / 0,
        "exits": lambda: __import__("os")._exit(1),
        "nothing": lambda: None,
        "a text": lambda: "allow",
        "no principal": lambda: {{"policyDocument": ALLOW}},
        "no policy": lambda: {{"principalId": "p"}},
        "a policy in a text": lambda: {{"principalId": "p", "policyDocument": "allow"}},
        "a malformed policy": lambda: {{"principalId": "p", "policyDocument": {{
            "Statement": [{{"Effect": "Allow"}}]}}}},
        "an odd operator": lambda: {{"principalId": "p", "policyDocument": {{"Statement": [
            {{**ALLOW["Statement"][0], "Condition": {{"StringAlmostEquals": {{"a": "b"}}}}}}]}}}},
        "a nested context": lambda: {{"principalId": "p", "policyDocument": ALLOW, "context": {{"a": {{}}}}}},
    }}[event["authorizationToken"]]()
"""
BROKEN = (500, "AuthorizerConfigurationException")
HEADER = "method.request.header.Authorization"


class World:
    """An API with a method for each kind of caller; ``guards`` are functions, each of one authorizer."""

    def __init__(self, gatelet: Any, issuer: str) -> None:
        self.gatelet, self.issuer = gatelet, issuer
        self.functions, self.iam = gatelet.client("lambda"), gatelet.client("iam")
        self.api = make_api(gatelet, "fails-closed", {}, [])
        self.guards = ("steady", "no-permission", "deleted", "no-concurrency")
        for name in self.guards:
            self._guarded(name)
        self._add("signed", "AWS_IAM")
        configuration = {"issuers": [{"issuer": issuer, "audiences": ["shop"]}], "defaultAlgorithms": ["RS256"]}
        self._add("bearer", "JWT", type="JWT", jwtConfiguration=configuration)
        self.api.deploy()

    def _guarded(self, name: str) -> None:
        arn = create_function(self.gatelet, f"guard-{name}", GUARD, Timeout=1)
        self.permit(name)
        self._add(name, "CUSTOM", type="TOKEN", authorizerUri=integration_uri(arn), authorizerResultTtlInSeconds=0)

    def permit(self, name: str) -> None:
        self.functions.add_permission(
            FunctionName=f"guard-{name}",
            StatementId="authorizer",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{self.api.id}/authorizers/*",
        )

    def _add(self, name: str, kind: str, **authorizer: Any) -> None:
        add_mapped(self.api, f"GET /{name}", request='{"statusCode": 200}')
        patches = [("authorizationType", kind)]
        if authorizer:
            made = self.api.client.create_authorizer(
                restApiId=self.api.id, name=name, identitySource=HEADER, **authorizer
            )
            patches.append(("authorizerId", made["id"]))
        self.api.client.update_method(
            restApiId=self.api.id,
            resourceId=self.api.resources[f"/{name}"],
            httpMethod="GET",
            patchOperations=[{"op": "replace", "path": f"/{path}", "value": value} for path, value in patches],
        )

    def get(self, name: str, headers: dict[str, str]) -> Answer:
        return request(f"{self.gatelet.endpoint}{self.api.url()}/{name}", headers=headers)

    def ask(self, name: str, text: str = "good") -> tuple[int, str | None]:
        answer = self.get(name, {"Authorization": text})
        return answer.status, answer.header("x-amzn-ErrorType")

    def caller(self, name: str) -> Credentials:
        """The key of a user who may call everything."""
        self.iam.create_user(UserName=name)
        self.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=ALLOW)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def sign(self, credentials: Credentials, minutes: float = 0) -> tuple[int, str | None]:
        """A request whose signer's clock is so far off."""
        made = AWSRequest("GET", f"{self.gatelet.endpoint}{self.api.url()}/signed")
        moment = (datetime.now(UTC) + timedelta(minutes=minutes)).replace(tzinfo=None)
        with patch("botocore.auth.get_current_datetime", lambda: moment):
            SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(made)
        answer = self.get("signed", dict(made.headers.items()))
        return answer.status, answer.header("x-amzn-ErrorType")


class Provider(ThreadingHTTPServer):
    """An OpenID Connect provider that can lose its keys."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Documents)
        self.issuer = f"http://127.0.0.1:{self.server_port}"


class Documents(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        found: Any = {
            "/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/keys"},
            "/keys": {"keys": [jwk("id")]},
        }.get(self.path)
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def world(gatelet: Any) -> World:
    """Its JWT authorizer's provider was there when the authorizer was made, and is gone since."""
    with Provider() as provider:
        thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        made = World(gatelet, provider.issuer)
        provider.shutdown()
        thread.join()
    return made


@pytest.mark.parametrize(
    "token",
    [
        *("sleeps", "raises", "exits", "nothing", "a text", "no principal", "no policy", "a policy in a text"),
        *("a malformed policy", "an odd operator", "a nested context"),
    ],
)
def test_an_authorizer_that_does_not_answer_well(world: World, token: str) -> None:
    assert world.ask("steady", token) == BROKEN
    assert world.ask("steady")[0] == 200


@pytest.mark.parametrize(
    ("name", "fault", "expected"),
    [
        (
            "no-permission",
            lambda world: world.functions.remove_permission(
                FunctionName="guard-no-permission", StatementId="authorizer"
            ),
            BROKEN,
        ),
        ("deleted", lambda world: world.functions.delete_function(FunctionName="guard-deleted"), BROKEN),
        (
            "no-concurrency",
            lambda world: world.functions.put_function_concurrency(
                FunctionName="guard-no-concurrency", ReservedConcurrentExecutions=0
            ),
            BROKEN,
        ),
    ],
)
def test_an_authorizer_whose_function_cannot_run(
    world: World, name: str, fault: Callable[[World], None], expected: Any
) -> None:
    assert world.ask(name)[0] == 200
    fault(world)
    assert world.ask(name) == expected


def test_keys_that_cannot_be_had(world: World) -> None:
    claims = {"iss": world.issuer, "aud": "shop", "iat": int(time.time()), "exp": 4_000_000_000}
    assert world.ask("bearer", token(claims)) == BROKEN


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("none", (200, None)),
        ("late", (403, "InvalidSignatureException")),
        ("early", (403, "InvalidSignatureException")),
        ("key inactive", (403, "UnrecognizedClientException")),
        ("key deleted", (403, "UnrecognizedClientException")),
        ("policy gone", (403, "AccessDeniedException")),
        ("policy denies", (403, "AccessDeniedException")),
        ("boundary", (403, "AccessDeniedException")),
        ("another secret", (403, "InvalidSignatureException")),
    ],
)
def test_a_signer_who_may_no_longer(world: World, fault: str, expected: Any) -> None:
    """The same user passes just before."""
    name = "signer-" + fault.replace(" ", "-")
    credentials, iam = world.caller(name), world.iam
    assert world.sign(credentials)[0] == 200
    minutes = 0.0
    deny = ALLOW.replace('"Allow"', '"Deny"')
    match fault:
        case "late" | "early":
            minutes = -5.5 if fault == "late" else 5.5
        case "key inactive":
            iam.update_access_key(UserName=name, AccessKeyId=credentials.access_key, Status="Inactive")
        case "key deleted":
            iam.delete_access_key(UserName=name, AccessKeyId=credentials.access_key)
        case "policy gone":
            iam.delete_user_policy(UserName=name, PolicyName="p")
        case "policy denies":
            iam.put_user_policy(UserName=name, PolicyName="q", PolicyDocument=deny)
        case "boundary":
            arn = "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
            iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=arn)
        case "another secret":
            credentials = Credentials(credentials.access_key, "another")
    assert world.sign(credentials, minutes) == expected
