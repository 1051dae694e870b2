"""Formats failures: the one place where an error becomes a response, customised by the API's owner or not.

Reference: apigateway-data-plane section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import orjson

from gatelet.gateway.context import lookup
from gatelet.gateway.errors import GatewayError
from gatelet.gateway.header_rules import is_name, is_value, response_header_name
from gatelet.gateway.response_types import DEFAULT_4XX, DEFAULT_5XX, DEFAULT_TEMPLATE_TYPE
from gatelet.gateway.snapshot import GatewayResponse
from gatelet.gateway.template import Lookup, Template
from gatelet.gateway.trace import Trace
from gatelet.http.response import Response


def gateway_response(trace: Trace, error: GatewayError) -> Response:
    """The answer to a request that failed."""
    custom = _customisation(trace, error)
    trace.status = (custom and custom.status) or error.status
    if custom is None:
        return _respond(trace, error, error.status, {"Content-Type": DEFAULT_TEMPLATE_TYPE}, _built_in(error))
    find = partial(lookup, trace)
    media_type, template = _template(custom.templates, trace.request.header("accept"))
    body = _built_in(error) if template is None else template.render(find).encode("utf-8", "replace")
    headers = {"Content-Type": media_type, **_mapped(custom, find)}
    return _respond(trace, error, trace.status, headers, body)


def _customisation(trace: Trace, error: GatewayError) -> GatewayResponse | None:
    """The specific entry, else that of the default type; never both."""
    if trace.snapshot is None or not error.response_type:
        return None
    customs = trace.snapshot.gateway_responses
    return customs.get(error.response_type) or customs.get(DEFAULT_4XX if error.status < 500 else DEFAULT_5XX)


def _built_in(error: GatewayError) -> bytes:
    blank = b" " if error.spaced else b""
    return b'{"%b":%b%b}' % (error.message_key.encode("ascii"), blank, orjson.dumps(error.message))


def _template(templates: Mapping[str, Template], accept: str | None) -> tuple[str, Template | None]:
    """The template of Accept's first media type, else of application/json, else the first."""
    if not templates:
        return DEFAULT_TEMPLATE_TYPE, None
    wanted = accept.partition(",")[0].partition(";")[0].strip().lower() if accept else ""
    for media_type in (wanted, DEFAULT_TEMPLATE_TYPE, next(iter(templates))):
        if media_type in templates:
            shown = media_type if is_value(media_type.encode("latin-1", "replace")) else DEFAULT_TEMPLATE_TYPE
            return shown, templates[media_type]
    raise AssertionError("the first template is always there")


def _mapped(custom: GatewayResponse, lookup: Lookup) -> dict[str, str]:
    """The headers that the owner adds. A value that could break out of its line is left out."""
    headers = {}
    for name, expression in custom.parameters:
        shown = response_header_name(name)
        value = expression.value(lookup)
        if shown is not None and value and is_name(shown.encode("ascii", "replace")):
            shown = "Content-Type" if shown.lower() == "content-type" else shown
            if is_value(value.encode("latin-1", "replace")):
                headers[shown] = value
    return headers


def _respond(trace: Trace, error: GatewayError, status: int, headers: Mapping[str, str], body: bytes) -> Response:
    own = (
        f"x-amzn-RequestId: {trace.request_id}\r\nx-amzn-ErrorType: {error.error_type}\r\n"
        f"x-amz-apigw-id: {trace.extended_id}\r\n"
    )
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return Response(status, body=body, raw_headers=(own + lines).encode("latin-1", "replace"))
