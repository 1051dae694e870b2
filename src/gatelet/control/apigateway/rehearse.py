"""TestInvokeMethod: run a method as it is stored. Reference: apigateway-control-plane section 11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.editing import read_api
from gatelet.control.apigateway.errors import BadRequest, no_such_method, no_such_resource
from gatelet.control.apigateway.method_rules import check_verb
from gatelet.control.apigateway.resource_tree import find_resource
from gatelet.control.apigateway.stage_rules import check_variables
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.header_rules import is_name, is_value
from gatelet.gateway.service import Rehearsal


@operation("apigateway", "TestInvokeMethod")
async def test_invoke_method(call: Call, request: Request) -> Response:
    """Run a method: no deployment, no authorizer, no key, no throttle; the log tells every step."""
    verb = request["httpMethod"]
    check_verb(verb)
    if request.get("clientCertificateId"):
        raise NotSupported("clientCertificateId in TestInvokeMethod")
    variables = request.get("stageVariables") or {}
    check_variables(variables)
    api = await read_api(call, request["restApiId"], no_such_resource())
    methods = find_resource(api, request["resourceId"]).get("resourceMethods", {})
    stored = verb if verb in methods else "ANY"
    if stored not in methods:
        raise no_such_method()
    path, query = target_of(request.get("pathWithQueryString") or "")
    tested = await call.ports.gateway.test_method(
        call.scope,
        api,
        Rehearsal(
            resource_id=request["resourceId"],
            method=stored,
            verb="GET" if verb == "ANY" else verb,  # a request has a verb; which one AWS takes is not known (?)
            path=path,
            query=query,
            headers=tuple(headers_of(request)),
            body=(request.get("body") or "").encode(),
            variables=variables,
            identity=_identity(call),
        ),
    )
    return {
        "status": tested.status,
        "body": tested.body.decode("utf-8", "replace"),
        "headers": dict(tested.headers),
        "multiValueHeaders": _by_name(tested.headers),
        "log": tested.log,
        "latency": tested.milliseconds,
    }


def target_of(path_with_query: str) -> tuple[str | None, str]:
    """Path and query. Raises BadRequest for what cannot stand in the first line of a request."""
    if any(character <= " " or character == "\x7f" for character in path_with_query):
        raise BadRequest("Invalid request input")
    path, _, query = path_with_query.partition("?")
    return ("/" + path.lstrip("/") if path else None), query


def headers_of(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The headers in order: those with one value, then those with several.

    Raises BadRequest for what no client could have sent.
    """
    several = request.get("multiValueHeaders") or {}
    pairs = [
        *(request.get("headers") or {}).items(),
        *((name, one) for name in several for one in several[name] or (None,)),
    ]
    for name, value in pairs:
        if value is None:
            raise BadRequest("Invalid request input")
        # Requests hold their bytes as Latin-1, as they come off the wire
        octets = value.encode("utf-8", "replace")
        if not is_name(name.encode("utf-8", "replace")) or not is_value(octets):
            raise BadRequest("Invalid request input")
        yield name, octets.decode("latin-1")


def _by_name(headers: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def _identity(call: Call) -> dict[str, object]:
    """Who calls, as the method sees it (apigateway-data-plane section 6)."""
    principal = call.principal
    return {
        "accessKey": principal.access_key_id,
        "accountId": principal.account,
        "caller": principal.user_id,
        "user": principal.user_id,
        "userArn": principal.arn,
        "userAgent": call.headers.get("user-agent"),
    }
