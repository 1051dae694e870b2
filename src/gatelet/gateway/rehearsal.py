"""TestInvokeMethod: the pipeline's own ``execute`` over what is stored now, and everybody told about it.

No deployment, and so no authorizer, API key, throttle or resource policy. Implements gatelet.gateway.service.Gateway.
Reference: apigateway-control-plane section 11; apigateway-data-plane sections 6 ("TestInvoke context") and 15.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gatelet.aws.scope import Scope
from gatelet.gateway.authorizer_rehearsal import STAGE, test_authorizer
from gatelet.gateway.authorizers.discovery import jwks_uri_of
from gatelet.gateway.caching import cache_namespace
from gatelet.gateway.compile import compile_snapshot
from gatelet.gateway.document import ApiDocument
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.gateway.pipeline import execute, settle
from gatelet.gateway.ports import Ports
from gatelet.gateway.router import Route
from gatelet.gateway.service import AuthorizerResult, AuthorizerTest, Rehearsal, RehearsalResult
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.story import Story, told
from gatelet.gateway.trace import Trace
from gatelet.http.request import Request
from gatelet.http.response import Response

_DOMAIN = "testPrefix.testDomainName"
_SOURCE_IP = "test-invoke-source-ip"
_API_KEY: Mapping[str, object] = {"apiKey": "test-invoke-api-key", "apiKeyId": "test-invoke-api-key-id"}
_OWN_HEADERS = frozenset(("x-amzn-requestid", "x-amz-apigw-id"))


class _NoLog:
    """An execution log that keeps nothing: a test's log is in its answer."""

    def write(self, account: str, region: str, api_id: str, stage: str, request_id: str, lines: list[str]) -> None:
        """Nothing is written."""


class Rehearsals:
    """Runs stored methods."""

    def __init__(self, ports: Ports) -> None:
        self._ports = replace(ports, execution_log=_NoLog())

    def flush_authorizers(self, api_id: str, stage: str) -> None:
        """See the port."""
        self._ports.authorizer_cache.flush(api_id, stage)

    async def discover(self, issuer: str) -> str:
        """See the port."""
        return await jwks_uri_of(issuer, self._ports)

    async def flush_responses(self, scope: Scope, api_id: str, stage: str) -> None:
        """See the port."""
        for name in (stage, f"{stage}/Canary"):
            await self._ports.responses.flush(cache_namespace(scope, api_id, name))

    async def test_authorizer(self, scope: Scope, api: ApiDocument, test: AuthorizerTest) -> AuthorizerResult:
        """See the port."""
        return await test_authorizer(scope, api, test, self._ports)

    async def test_method(self, scope: Scope, api: ApiDocument, test: Rehearsal) -> RehearsalResult:
        """See the port."""
        ports = self._ports
        began = ports.clock.monotonic()
        document = _only(api, test)
        stage = {"stageName": STAGE, "variables": dict(test.variables)}
        snapshot = await asyncio.to_thread(compile_snapshot, document, stage, None, scope)
        trace = self._trace(snapshot, api["resources"][test.resource_id]["path"], test)
        story = trace.story = Story(ports.clock, data=True)
        assert trace.route is not None
        response = await settle(execute(snapshot, trace.route, trace, ports), trace, ports)
        return RehearsalResult(
            status=response.status,
            headers=tuple(_headers(response, failed=trace.failure is not None)),
            body=await _body(response),
            log=told(trace.request_id, story),
            milliseconds=round((ports.clock.monotonic() - began) * 1000),
        )

    def _trace(self, snapshot: Snapshot, template: str, test: Rehearsal) -> Trace:
        path = template if test.path is None else test.path
        request = Request.of(test.verb, path, test.query, list(test.headers), test.body, _SOURCE_IP, "https", 443)
        address = InvokeAddress(snapshot.api_id, STAGE, path, "host", _DOMAIN)
        trace = Trace(request, address, self._ports)
        trace.is_test = True
        trace.verb = test.verb
        trace.snapshot = snapshot
        trace.route = _route(snapshot, template, path, test)
        trace.identity = {**_API_KEY, **test.identity}
        return trace


def _only(api: ApiDocument, test: Rehearsal) -> ApiDocument:
    """The API with one method, open to everybody."""
    resource = api["resources"][test.resource_id]
    method: dict[str, Any] = {
        **resource["resourceMethods"][test.method],
        "authorizationType": "NONE",
        "apiKeyRequired": False,
    }
    rest_api = {name: value for name, value in api["restApi"].items() if name != "policy"}
    alone = {test.resource_id: {**resource, "resourceMethods": {test.method: method}}}
    return {**api, "restApi": rest_api, "resources": alone}


def _route(snapshot: Snapshot, template: str, path: str, test: Rehearsal) -> Route:
    """The method; a path that does not match gives no path parameters, and runs all the same."""
    verb = "GET" if test.method == "ANY" else test.method
    matched = snapshot.router.match(verb, path)
    if matched is not None:
        return matched
    own = snapshot.router.match(verb, template)
    if own is None:
        raise AssertionError("a resource's own path always matches")
    return replace(own, path_parameters=None)


def _headers(response: Response, *, failed: bool) -> Iterable[tuple[str, str]]:
    """The headers that AWS shows: not the gateway's own ids, and of a failure not the body's type."""
    hidden = {*_OWN_HEADERS, "content-type"} if failed else _OWN_HEADERS
    lines = (line.partition(": ") for line in response.raw_headers.decode("latin-1").split("\r\n")[:-1])
    pairs = [*((name, value) for name, _, value in lines), *response.headers]
    return [(name, value) for name, value in pairs if name.lower() not in hidden]


async def _body(response: Response) -> bytes:
    if isinstance(response.body, bytes):
        return response.body
    return b"".join([piece async for piece in response.body])
