"""Lambda authorizers, AWS_IAM and resource policies over boto3 and HTTP (apigateway-authorization-limits 2 to 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.conformance.gateway.world import ECHO, Api, make_api
from tests.conformance.integrations.mapped import add_mapped
from tests.walk import Answer, create_function, integration_uri, request

GUARD = """
CALLS = []

def lambda_handler(event, context):
    token = event.get("authorizationToken") or event["queryStringParameters"]["token"]
    CALLS.append(token)
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "broken":
        return {"principalId": "x"}
    effect = "Allow" if token.startswith("allow") else "Deny"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {
        "principalId": token,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"calls": len(CALLS), "vip": True},
    }
"""


@pytest.fixture(scope="module")
def api(gatelet: Any) -> Api:
    """``/token``, ``/request`` and ``/iam`` are guarded; behind them is a function that echoes its event."""
    echo = create_function(gatelet, "authorized-echo", ECHO)
    guard = create_function(gatelet, "guard", GUARD)
    routes = {f"GET /{name}": {"uri": integration_uri(echo)} for name in ("token", "request", "iam")}
    api = make_api(gatelet, "guarded", routes, [echo])
    client = api.client
    common = {"restApiId": api.id, "authorizerUri": integration_uri(guard)}
    header, query = "method.request.header.Authorization", "method.request.querystring.token"
    token = client.create_authorizer(**common, name="t", type="TOKEN", identitySource=header)["id"]
    whole = client.create_authorizer(
        **common, name="r", type="REQUEST", identitySource=query, authorizerResultTtlInSeconds=0
    )["id"]
    gatelet.client("lambda").add_permission(
        FunctionName="guard",
        StatementId="authorizers",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/authorizers/*",
    )
    for path, kind, authorizer in (
        ("/token", "CUSTOM", token),
        ("/request", "CUSTOM", whole),
        ("/iam", "AWS_IAM", None),
    ):
        patches = [{"op": "replace", "path": "/authorizationType", "value": kind}]
        if authorizer is not None:
            patches.append({"op": "replace", "path": "/authorizerId", "value": authorizer})
        client.update_method(
            restApiId=api.id, resourceId=api.resources[path], httpMethod="GET", patchOperations=patches
        )
    api.deploy()
    return api


def get(api: Api, path: str, headers: dict[str, str] | None = None) -> Answer:
    return request(f"{api.gatelet.endpoint}{api.url()}{path}", headers=headers)


def test_a_token_authorizer(api: Api) -> None:
    answer = get(api, "/token", {"Authorization": "allow-me"})
    assert answer.status == 200
    authorizer = answer.json()["requestContext"]["authorizer"]
    assert (authorizer["principalId"], authorizer["vip"]) == ("allow-me", "true")
    calls = authorizer["calls"]
    again = get(api, "/token", {"authorization": "allow-me"}).json()["requestContext"]["authorizer"]
    assert (again["calls"], again["integrationLatency"]) == (calls, 0)
    api.client.flush_stage_authorizers_cache(restApiId=api.id, stageName="prod")
    flushed = get(api, "/token", {"Authorization": "allow-me"}).json()["requestContext"]["authorizer"]
    assert int(flushed["calls"]) > int(calls)


@pytest.mark.parametrize(
    ("token", "status", "kind", "body"),
    [
        (None, 401, "UnauthorizedException", {"message": "Unauthorized"}),
        ("nobody", 401, "UnauthorizedException", {"message": "Unauthorized"}),
        ("broken", 500, "AuthorizerConfigurationException", {"message": None}),
        (
            "deny-me",
            403,
            "AccessDeniedException",
            {
                "Message": "User is not authorized to access this resource with an explicit deny in an identity-based "
                "policy"
            },
        ),
    ],
)
def test_who_does_not_pass(api: Api, token: str | None, status: int, kind: str, body: Any) -> None:
    answer = get(api, "/token", None if token is None else {"Authorization": token})
    assert (answer.status, answer.header("x-amzn-ErrorType"), answer.json()) == (status, kind, body)


def test_a_request_authorizer(api: Api) -> None:
    first = get(api, "/request?token=allow").json()["requestContext"]["authorizer"]["calls"]
    second = get(api, "/request?token=allow").json()["requestContext"]["authorizer"]["calls"]
    assert int(second) == int(first) + 1
    assert get(api, "/request").status == 401


def signed(api: Api, path: str, key: str, secret: str, token: str | None = None) -> dict[str, str]:
    """The headers that botocore signs a GET with."""
    made = AWSRequest("GET", f"{api.gatelet.endpoint}{api.url()}{path}")
    SigV4Auth(Credentials(key, secret, token), "execute-api", "us-east-1").add_auth(made)
    return dict(made.headers.items())


def test_iam_lets_pass_whom_a_policy_allows(api: Api) -> None:
    """A user without a policy is told so; with one it passes, and the function sees who it is."""
    iam = api.gatelet.client("iam")
    iam.create_user(UserName="caller")
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    headers = signed(api, "/iam", key["AccessKeyId"], key["SecretAccessKey"])
    assert get(api, "/iam").json() == {"message": "Missing Authentication Token"}
    denied = get(api, "/iam", headers)
    assert (denied.status, denied.header("x-amzn-ErrorType")) == (403, "AccessDeniedException")
    assert denied.json()["Message"].startswith(
        "User: arn:aws:iam::000000000000:user/caller is not authorized to perform: execute-api:Invoke on resource: "
    )
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/prod/GET/iam",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="caller", PolicyName="call", PolicyDocument=document)
    identity = get(api, "/iam", headers).json()["requestContext"]["identity"]
    assert (identity["accessKey"], identity["userArn"]) == (
        key["AccessKeyId"],
        "arn:aws:iam::000000000000:user/caller",
    )
    iam.update_access_key(UserName="caller", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert get(api, "/iam", headers).header("x-amzn-ErrorType") == "UnrecognizedClientException"


def test_a_wrong_signature(api: Api) -> None:
    answer = get(api, "/iam", signed(api, "/iam", "test", "wrong"))
    assert (answer.status, answer.header("x-amzn-ErrorType")) == (403, "InvalidSignatureException")
    other = get(api, "/iam?added=1", signed(api, "/iam", "test", "test"))
    assert other.header("x-amzn-ErrorType") == "InvalidSignatureException"


def test_a_resource_policy_is_served_after_the_next_deployment(gatelet: Any) -> None:
    api = make_api(gatelet, "with-policy", {}, ())
    add_mapped(api, "GET /open", request='{"statusCode": 200}')
    api.deploy()
    statement = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/*"}
    patch = {"op": "replace", "path": "/policy", "value": json.dumps({"Version": "2012-10-17", "Statement": statement})}
    api.client.update_rest_api(restApiId=api.id, patchOperations=[patch])
    assert get(api, "/open").status == 200
    api.deploy()
    answer = get(api, "/open")
    assert answer.status == 403
    assert answer.json()["Message"] == (
        "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
        f"arn:aws:execute-api:us-east-1:********0000:{api.id}/prod/GET/open with an explicit deny"
    )


def test_an_authorizer_is_tested_as_it_is_stored(api: Api) -> None:
    """control plane 11: neither from the cache nor kept."""
    authorizer = next(one for one in api.client.get_authorizers(restApiId=api.id)["items"] if one["type"] == "TOKEN")
    names = {"restApiId": api.id, "authorizerId": authorizer["id"]}
    tested = api.client.test_invoke_authorizer(**names, headers={"Authorization": "allow-test"})
    assert (tested["clientStatus"], tested["principalId"]) == (0, "allow-test")
    arn = f"arn:aws:execute-api:us-east-1:000000000000:{api.id}/test-invoke-stage/GET/"
    assert json.loads(tested["policy"])["Statement"][0]["Resource"] == arn
    assert tested["authorization"] == {"Authorization": ["allow-test"]}
    assert "Successfully completed authorizer execution" in tested["log"]
    refused = api.client.test_invoke_authorizer(**names)
    assert (refused["clientStatus"], "principalId" in refused) == (401, False)
    assert "Unauthorized request: " in refused["log"]


@pytest.fixture(scope="module")
def role(gatelet: Any) -> str:
    """A role that API Gateway may assume; it may call the function ``guarded-by-role``."""
    iam = gatelet.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName="caller-of-functions", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    return arn


def test_an_integration_calls_its_function_with_its_role(gatelet: Any, role: str) -> None:
    """data-plane 6: with credentials, the role's policies are asked and the function's own is not."""
    arn = create_function(gatelet, "called-with-a-role", ECHO)
    api = make_api(gatelet, "with-role", {"GET /users": {"uri": integration_uri(arn), "credentials": role}}, ())
    api.deploy()
    assert get(api, "/users").status == 500
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}
    gatelet.client("iam").put_role_policy(
        RoleName="caller-of-functions",
        PolicyName="call",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    assert get(api, "/users").status == 200
    nobody = "arn:aws:iam::000000000000:role/nobody"
    other = make_api(gatelet, "no-role", {"GET /users": {"uri": integration_uri(arn), "credentials": nobody}}, ())
    other.deploy()
    assert get(other, "/users").status == 500
