"""`python -m benchmarks.mapping`: what a template and a JSONPath cost, in microseconds.

The template is AWS's own ("method request passthrough"), rendered for the GET of the example with the headers of a
browser; everything that a request brings anew is made anew.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

from gatelet.aws.clock import SystemClock
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.gateway.invoke_url import parse_invoke_url
from gatelet.gateway.jsonpath import compile_path
from gatelet.gateway.mapping.parameters import Body
from gatelet.gateway.method import Method, Misconfiguration, Resource
from gatelet.gateway.off_loop import Effort
from gatelet.gateway.parameters import RequestParameters
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route, Router
from gatelet.gateway.settings import GatewaySettings
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.template_objects import UTIL, ContextView, Input
from gatelet.gateway.trace import Trace
from gatelet.gateway.vtl import compile_template
from gatelet.http.request import Request

PASSTHROUGH = """##  See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
##  This template will pass through all parameters including path, querystring, header, stage variables, and context
#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"stage-variables" : {
#foreach($key in $stageVariables.keySet())
"$key" : "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "account-id" : "$context.identity.accountId",
    "api-id" : "$context.apiId",
    "api-key" : "$context.identity.apiKey",
    "authorizer-principal-id" : "$context.authorizer.principalId",
    "caller" : "$context.identity.caller",
    "cognito-authentication-provider" : "$context.identity.cognitoAuthenticationProvider",
    "cognito-authentication-type" : "$context.identity.cognitoAuthenticationType",
    "cognito-identity-id" : "$context.identity.cognitoIdentityId",
    "cognito-identity-pool-id" : "$context.identity.cognitoIdentityPoolId",
    "http-method" : "$context.httpMethod",
    "stage" : "$context.stage",
    "source-ip" : "$context.identity.sourceIp",
    "user" : "$context.identity.user",
    "user-agent" : "$context.identity.userAgent",
    "user-arn" : "$context.identity.userArn",
    "request-id" : "$context.requestId",
    "resource-id" : "$context.resourceId",
    "resource-path" : "$context.resourcePath"
    }
}
"""
SMALL = '{"userId": "$input.params(\'userId\')"}'
DOCUMENT = {"user": {"id": "12345", "names": ["Jane", "Doe"], "address": {"city": "Springfield"}}, "active": True}
_PATHS = ("$.user.id", "$.user.names[1]", "$..city", "$.user.names[?(@ == 'Doe')]")


def request() -> tuple[Trace, RequestParameters]:
    """A GET of /users?userId=12345, as far as templates look at it."""
    headers = [
        ("Host", "127.0.0.1:4566"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("Accept", "application/json, text/plain, */*"),
        ("Accept-Language", "en-GB,en;q=0.5"),
    ]
    got = Request("GET", "/_aws/execute-api/a1b2c3d4e5/prod/users", "userId=12345", headers, b"", "203.0.113.7")
    address = parse_invoke_url("127.0.0.1:4566", got.path)
    assert address is not None
    outside = SimpleNamespace(clock=SystemClock(), ids=Ids(seed=1), settings=GatewaySettings())
    trace = Trace(got, address, cast("Ports", outside))
    resource = Resource("ab12cd", "/users")
    method = Method("GET", Misconfiguration(""), "", b"")
    trace.route = route = Route(resource, method)
    trace.snapshot = Snapshot(
        scope=Scope("210987654321", "eu-west-1"),
        api_id="a1b2c3d4e5",
        stage="prod",
        deployment_id="q1w2e3",
        endpoint_disabled=False,
        default_domain="a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        binary_media_types=(),
        variables={"table": "users"},
        gateway_responses={},
        router=Router([(resource, {"GET": method})]),
    )
    return trace, RequestParameters(got, route, dict)


def renderer(text: str) -> Callable[[], str]:
    """Renders a template as the gateway does, everything but the thread."""
    template = compile_template(text)
    trace, parameters = request()
    variables = trace.snapshot.variables if trace.snapshot is not None else {}

    def render() -> str:
        return template.render(
            {
                "input": Input(Body('{"a": 1}'), parameters, Effort.LITTLE),
                "context": ContextView(trace),
                "stageVariables": dict(variables),
                "util": UTIL,
            }
        )

    return render


def median_us(work: Callable[[], object], rounds: int = 15, seconds: float = 0.05) -> float:
    """The median of several rounds, microseconds a call."""
    calls, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        work()
        calls += 1
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(calls):
            work()
        taken.append((time.perf_counter() - begun) / calls * 1e6)
    return statistics.median(taken)


def main() -> int:
    """Print a table."""
    rows: list[tuple[str, float]] = [
        ("template: AWS's method request passthrough", median_us(renderer(PASSTHROUGH))),
        ("template: one parameter", median_us(renderer(SMALL))),
    ]
    for text in _PATHS:
        path = compile_path(text)
        rows.append((f"JSONPath {text}", median_us(lambda path=path: path.read(DOCUMENT))))  # type: ignore[misc]
    for name, cost in rows:
        print(f"{name:<48} {cost:8.2f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
