"""What enforcing costs: the same function behind an open method and behind guarded ones, in turns, in one run.

    python -m benchmarks.enforced [ROUNDS] [SECONDS]

Each ratio is the median of the rounds' own: both bursts of a round run within seconds of each other. Every method's
requests take the same way through the generator; signatures are made before, each of another second, so that the same
one comes again only after all others.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks import generator, servers
from benchmarks.processes import cpu_seconds, family

_REGION, _ACCOUNT = "us-east-1", "000000000000"
_KEY = "a-key-of-the-benchmark-of-20-characters"
_GUARD = """
def lambda_handler(event, context):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    return {"principalId": "someone", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
_ACCESS_LOG = json.dumps({"id": "$context.requestId", "status": "$context.status", "ms": "$context.responseLatency"})
_USER = "method.request.querystring.userId"
_PASSWORD = "Correct-Horse-9"
_SIGNATURES = 120
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Guarded:
    """A method: its URL, the headers of its requests, which are sent in turns, and the least ratio it should have."""

    name: str
    url: str
    headers: generator.Headers = ((),)
    goal: float | None = None


def main() -> int:
    """Measure and print."""
    rounds, seconds = (int(word) for word in [*sys.argv[1:], "3", "3"][:2])
    load = generator.choose()
    with servers.gatelet() as gatelet:
        methods = _deploy(gatelet.endpoint)
        for method in methods:
            load.run(method.url, CONNECTIONS, 1, method.headers)
        rates: dict[str, list[float]] = {method.name: [] for method in methods}
        costs: dict[str, list[float]] = {method.name: [] for method in methods}
        for _ in range(rounds):
            for method in methods:
                before = cpu_seconds((gatelet.pid,))
                burst = load.run(method.url, CONNECTIONS, seconds, method.headers)
                used = cpu_seconds((gatelet.pid,))[gatelet.pid] - before[gatelet.pid]
                if burst.errors or not burst.requests:
                    raise servers.ServerFailed(f"{method.name}: {burst.errors} requests failed")
                rates[method.name].append(burst.requests_per_second)
                costs[method.name].append(used * 1e6 / burst.requests)
        assert family(gatelet.pid).all
    _print(methods, rates, costs)
    return 0


def _print(methods: Sequence[Guarded], rates: Mapping[str, list[float]], costs: Mapping[str, list[float]]) -> None:
    print(f"{'':34}{'requests/s':>12}{'gateway us':>12}{'ratio':>8}{'goal':>8}")
    for method in methods:
        ratio = statistics.median(mine / open_ for mine, open_ in zip(rates[method.name], rates["open"], strict=True))
        goal = "" if method.goal is None else f"{method.goal:.2f}"
        rate, cost = statistics.median(rates[method.name]), statistics.median(costs[method.name])
        print(f"{method.name:34}{rate:12,.0f}{cost:12.0f}{ratio:8.2f}{goal:>8}")


def _deploy(endpoint: str) -> list[Guarded]:
    functions, gateway = _client("lambda", endpoint), _client("apigateway", endpoint)
    guard = functions.create_function(
        FunctionName="guard",
        Runtime="python3.13",
        Role=f"arn:aws:iam::{_ACCOUNT}:role/benchmark",
        Handler="guard.lambda_handler",
        Code={"ZipFile": _archive()},
    )["FunctionArn"]
    for name in ("guard", "getUserFunction"):
        functions.add_permission(
            FunctionName=name,
            StatementId="benchmark",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{_REGION}:{_ACCOUNT}:*",
        )
    api = gateway.create_rest_api(name="enforced")
    authorizer = gateway.create_authorizer(
        restApiId=api["id"],
        name="guard",
        type="TOKEN",
        authorizerUri=_uri(guard),
        identitySource="method.request.header.Authorization",
    )["id"]
    pool, token = _signed_in(endpoint)
    users = gateway.create_authorizer(
        restApiId=api["id"],
        name="users",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool],
        identitySource="method.request.header.Authorization",
    )["id"]
    user = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:function:getUserFunction"
    for path, members in {
        "open": {"authorizationType": "NONE"},
        "authorizer": {"authorizationType": "CUSTOM", "authorizerId": authorizer},
        "iam": {"authorizationType": "AWS_IAM"},
        "cognito": {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": users},
        "keyed": {"authorizationType": "NONE", "apiKeyRequired": True},
        "cached": {"authorizationType": "NONE"},
    }.items():
        at = {"restApiId": api["id"], "httpMethod": "GET"}
        made = gateway.create_resource(restApiId=api["id"], parentId=api["rootResourceId"], pathPart=path)
        at["resourceId"] = made["id"]
        gateway.put_method(**at, **members, requestParameters={_USER: False})
        key = {"cacheKeyParameters": [_USER]}
        gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=_uri(user), **key)
    for stage in ("bare", "full"):
        gateway.create_deployment(restApiId=api["id"], stageName=stage)
    _turn_everything_on(gateway, api["id"])
    base = f"{endpoint}/_aws/execute-api/{api['id']}"
    query = "?userId=12345"
    iam = f"{base}/bare/iam{query}"
    signatures = _signatures(iam, _caller(endpoint, api["id"]))
    return [
        Guarded("open", f"{base}/bare/open{query}"),
        Guarded("Lambda authorizer, kept answer", f"{base}/bare/authorizer{query}", [["Authorization: token"]], 0.8),
        Guarded("AWS_IAM, a user with a policy", iam, signatures, 0.75),
        Guarded("Cognito, an id token", f"{base}/bare/cognito{query}", [[f"Authorization: {token}"]], 0.8),
        Guarded("key, throttles, log, metrics", f"{base}/full/keyed{query}", [[f"x-api-key: {_KEY}"]], 0.8),
        Guarded("answered from the cache", f"{base}/full/cached{query}", ((),), 1.3),
    ]


def _turn_everything_on(gateway: Any, api_id: str) -> None:
    """The stage ``full``: a plan with a throttle, method throttles, an access log, detailed metrics, a cache."""
    plan = gateway.create_usage_plan(
        name="plan", apiStages=[{"apiId": api_id, "stage": "full"}], throttle={"rateLimit": 1e6, "burstLimit": 10**6}
    )["id"]
    key = gateway.create_api_key(name="key", enabled=True, value=_KEY)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    role = f"arn:aws:iam::{_ACCOUNT}:role/logs"
    gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
    group = f"arn:aws:logs:{_REGION}:{_ACCOUNT}:log-group:access"
    settings = {
        "/accessLogSettings/destinationArn": group,
        "/accessLogSettings/format": _ACCESS_LOG,
        "/*/*/throttling/rateLimit": "100000",
        "/*/*/throttling/burstLimit": "100000",
        "/*/*/metrics/enabled": "true",
        "/cacheClusterEnabled": "true",
        "/cached/GET/caching/enabled": "true",
    }
    patches = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(restApiId=api_id, stageName="full", patchOperations=patches)


def _caller(endpoint: str, api_id: str) -> Credentials:
    """The key of a user who may call the API."""
    iam = _client("iam", endpoint)
    iam.create_user(UserName="caller")
    resource = f"arn:aws:execute-api:{_REGION}:{_ACCOUNT}:{api_id}/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="caller", PolicyName="calls", PolicyDocument=policy)
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def _signatures(url: str, credentials: Credentials) -> generator.Headers:
    """The headers of signed GETs, each of another second from now on: the clock may be off by five minutes."""
    signed = []
    now = time.time()
    for second in range(_SIGNATURES):
        request = AWSRequest("GET", url)
        moment = datetime.fromtimestamp(now + second, UTC).replace(tzinfo=None)
        with patch("botocore.auth.get_current_datetime", lambda: moment):  # noqa: B023 - called at once
            SigV4Auth(credentials, "execute-api", _REGION).add_auth(request)
        signed.append([f"{name}: {value}" for name, value in request.headers.items()])
    return signed


def _signed_in(endpoint: str) -> tuple[str, str]:
    """A user pool's ARN, and the id token of a user who has signed in there."""
    cognito = _client("cognito-idp", endpoint)
    pool = cognito.create_user_pool(PoolName="users")["UserPool"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="benchmark", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool["Id"], Username="ann", Password=_PASSWORD, Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": _PASSWORD},
    )
    return pool["Arn"], answer["AuthenticationResult"]["IdToken"]


def _uri(function_arn: str) -> str:
    return f"arn:aws:apigateway:{_REGION}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("guard.py", _GUARD)
    return buffer.getvalue()


def _client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


if __name__ == "__main__":
    sys.exit(main())
