"""What enforcing costs: the same function behind an open method and behind guarded ones, in turns, in one run.

    python -m benchmarks.enforced [ROUNDS] [SECONDS]

Each ratio is the median of the rounds' own: both bursts of a round run within seconds of each other.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Guarded:
    """A method: its URL, the header lines that its requests need, and the least ratio that it should have."""

    name: str
    url: str
    headers: Sequence[str] = ()
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
    user = f"arn:aws:lambda:{_REGION}:{_ACCOUNT}:function:getUserFunction"
    for path, members in {
        "open": {"authorizationType": "NONE"},
        "authorizer": {"authorizationType": "CUSTOM", "authorizerId": authorizer},
        "iam": {"authorizationType": "AWS_IAM"},
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
    return [
        Guarded("open", f"{base}/bare/open{query}"),
        Guarded("Lambda authorizer, kept answer", f"{base}/bare/authorizer{query}", ["Authorization: token"], 0.8),
        Guarded("AWS_IAM", iam, _signature(iam), 0.75),
        Guarded("key, throttles, log, metrics", f"{base}/full/keyed{query}", [f"x-api-key: {_KEY}"], 0.8),
        Guarded("answered from the cache", f"{base}/full/cached{query}", (), 1.3),
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


def _signature(url: str) -> list[str]:
    """Header lines that sign a GET for the next five minutes."""
    request = AWSRequest("GET", url)
    SigV4Auth(Credentials("test", "test"), "execute-api", _REGION).add_auth(request)
    return [f"{name}: {value}" for name, value in request.headers.items()]


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
