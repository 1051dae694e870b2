"""What a Lambda authorizer's function is given. Reference: apigateway-authorization-limits sections 4.3 and 4.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from gatelet.gateway.events.head import encode_head
from gatelet.gateway.events.proxy import build
from gatelet.gateway.events.request_members import request_members
from gatelet.gateway.router import Route
from gatelet.gateway.trace import Trace

_EMPTY = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables")
"""Maps that are ``{}`` here where the proxy event has null."""


def token_event(token: str, method_arn: str) -> dict[str, Any]:
    """The event of a TOKEN authorizer."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": method_arn}


def request_event(
    trace: Trace, route: Route, method_arn: str, trace_id: str, context: Mapping[str, str]
) -> dict[str, Any]:
    """The event of a REQUEST authorizer: the proxy event without a body.

    ``context``: variables of ``requestContext`` by their names (``identity.sourceIp``), in the place of its own.
    """
    head = encode_head(route.method.head, request_members(trace, route, trace_id))
    event = build(orjson.loads(head), b"")
    del event["body"], event["isBase64Encoded"]
    event["requestContext"].pop("authorizer", None)
    for name, value in context.items():
        group, _, member = name.partition(".")
        inner = event["requestContext"].setdefault(group, {}) if member else None
        if isinstance(inner, dict):
            inner[member] = value
        else:
            event["requestContext"][name] = value
    for name in _EMPTY:
        event[name] = event[name] or {}
    length = trace.request.header("content-length")
    if length is not None:
        event["headers"]["Content-Length"] = length
        event["multiValueHeaders"]["Content-Length"] = [length]
    return {"type": "REQUEST", "methodArn": method_arn, **event}
