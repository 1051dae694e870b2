"""TestInvokeAuthorizer: an authorizer as it is stored, asked by what the data plane asks it with.

A function's answer is neither taken from the cache nor kept. Reference: apigateway-control-plane section 11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from gatelet.aws.scope import Scope
from gatelet.gateway.authorizers.authorization import LambdaAuthorizer
from gatelet.gateway.authorizers.cognito import admit_user
from gatelet.gateway.authorizers.jwt import admit_bearer
from gatelet.gateway.authorizers.lambda_authorizer import ask
from gatelet.gateway.authorizers.method_arn import method_arn
from gatelet.gateway.authorizers.output import AuthorizerOutput
from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer, JwtAuthorizer
from gatelet.gateway.compile import compile_snapshot
from gatelet.gateway.compile_authorization import compile_authorization
from gatelet.gateway.document import ApiDocument
from gatelet.gateway.errors import AuthorizerConfigurationError, GatewayError
from gatelet.gateway.events.head import fixed_head
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.method import Method, Misconfiguration, Resource
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.service import AuthorizerResult, AuthorizerTest
from gatelet.gateway.story import Story, told
from gatelet.gateway.trace import Trace
from gatelet.http.request import Request

STAGE = "test-invoke-stage"
_DOMAIN = "testPrefix.testDomainName"
_SOURCE_IP = "test-invoke-source-ip"
_SUCCEEDED = 0


async def test_authorizer(scope: Scope, api: ApiDocument, test: AuthorizerTest, ports: Ports) -> AuthorizerResult:
    """Ask the authorizer. Raises nothing: what goes wrong is the result."""
    began = ports.clock.monotonic()
    trace, route = _request(scope, api, test, ports)
    story = trace.story = Story(ports.clock, data=True)
    status, output = _SUCCEEDED, None
    try:
        output = await _ask(scope, api, test, trace, route, ports)
    except GatewayError as error:
        status = error.status
        if error.reason:
            story.tell(error.reason)
    return AuthorizerResult(
        status=status,
        log=told(trace.request_id, story),
        milliseconds=round((ports.clock.monotonic() - began) * 1000),
        principal_id=output.principal_id if output else None,
        policy=json.dumps(output.document) if output else None,
        authorization=_identity(test),
        claims=_claims(trace) if status == _SUCCEEDED else None,
    )


async def _ask(
    scope: Scope, api: ApiDocument, test: AuthorizerTest, trace: Trace, route: Route, ports: Ports
) -> AuthorizerOutput | None:
    """A function's answer; None: there is none, the token is good. Raises GatewayError."""
    authorizers = api.get("authorizers", {})
    kind = authorizers[test.authorizer_id]["type"]
    method = {
        "authorizationType": "CUSTOM" if kind in {"TOKEN", "REQUEST"} else kind,
        "authorizerId": test.authorizer_id,
    }
    compiled = compile_authorization(method, authorizers, scope, api["restApi"]["id"], test.variables)
    match compiled:
        case LambdaAuthorizer():
            assert trace.snapshot is not None
            arn = method_arn(trace.snapshot, trace)
            return await ask(replace(compiled, ttl=0.0), route, trace, ports, arn, test.context)
        case CognitoAuthorizer():
            await admit_user(compiled, trace, ports)
        case JwtAuthorizer():
            await admit_bearer(compiled, trace, ports)
        case _:
            raise AuthorizerConfigurationError(getattr(compiled, "reason", "It is no authorizer"))
    return None


def _claims(trace: Trace) -> Mapping[str, str] | None:
    claims = (trace.authorizer or {}).get("claims")
    return {name: str(value) for name, value in claims.items()} if isinstance(claims, Mapping) else None


def _request(scope: Scope, api: ApiDocument, test: AuthorizerTest, ports: Ports) -> tuple[Trace, Route]:
    stage = {"stageName": STAGE, "variables": dict(test.variables)}
    bare: ApiDocument = {**api, "resources": {}}
    request = Request.of("GET", test.path, test.query, list(test.headers), test.body, _SOURCE_IP, "https", 443)
    trace = Trace(request, InvokeAddress(api["restApi"]["id"], STAGE, test.path, "host", _DOMAIN), ports)
    trace.is_test = True
    trace.snapshot = compile_snapshot(bare, stage, None, scope)
    head = fixed_head(
        Resource("", "/"),
        account=scope.account,
        stage=STAGE,
        deployment_id=None,
        api_id=api["restApi"]["id"],
        variables=test.variables,
        binary_media_types=(),
    )
    trace.route = route = Route(Resource("", "/"), Method("GET", Misconfiguration("a test of an authorizer"), "", head))
    return trace, route


def _identity(test: AuthorizerTest) -> Mapping[str, list[str]]:
    """What the caller showed, by header."""
    shown: dict[str, list[str]] = {}
    for name, value in test.headers:
        shown.setdefault(name, []).append(value)
    return shown
