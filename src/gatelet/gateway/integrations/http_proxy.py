"""HTTP_PROXY: the request goes on to an endpoint, and its answer back to the client, whole or as it comes.

Reference: apigateway-data-plane sections 8.2, 8.3, 9.2, 10 and 14.
"""

from __future__ import annotations

from urllib.parse import unquote_plus

from gatelet.gateway.endpoint_uri import clean_query, encode_query, join_query
from gatelet.gateway.events.proxy import is_binary
from gatelet.gateway.exchange import Exchange, OutgoingRequest, Pairs
from gatelet.gateway.header_rules import proxied_header_name
from gatelet.gateway.header_values import sendable
from gatelet.gateway.integrations.endpoint import ask, check_headers, decoded, header_of, placed
from gatelet.gateway.media_types import DEFAULT_TYPE, handle_response
from gatelet.gateway.method import HttpProxy
from gatelet.gateway.outgoing_headers import ILLEGAL_FOR_HTTP, own_headers, passed_headers
from gatelet.gateway.pace import Paced
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.own_headers import own_headers as gateway_headers
from gatelet.http.client.message import ClientRequest
from gatelet.http.response import Response


async def run(integration: HttpProxy, exchange: Exchange) -> Response:
    """Pass the request on, and the answer back. Raises GatewayError."""
    outgoing = await map_request(integration.request, exchange)
    request = _request(integration, outgoing, exchange)
    answer = await ask(request, integration.timeout, exchange, stream=integration.streamed)
    if not isinstance(answer.body, bytes):  # no content encoding, no binary rules: the bytes as they come
        parts = Paced(answer.body, exchange.ports.clock)
        return Response(answer.status, body=parts, raw_headers=_header_lines(answer.headers, exchange))
    headers, body = await decoded(answer)
    if not integration.streamed and not header_of(headers, "content-encoding"):
        body = _handled(headers, body, exchange)
    return Response(answer.status, body=body, raw_headers=_header_lines(headers, exchange))


def _request(integration: HttpProxy, outgoing: OutgoingRequest, exchange: Exchange) -> ClientRequest:
    check_headers(outgoing.headers, ILLEGAL_FOR_HTTP)
    trace = exchange.trace
    origin, path, query = placed(integration.uri.fill, outgoing.path)
    query = join_query(query, _client_query(trace.request.query, outgoing), encode_query(outgoing.query))
    client = trace.client
    forwarded = [
        ("X-Forwarded-For", client.chain),
        ("X-Forwarded-Port", client.port),
        ("X-Forwarded-Proto", client.scheme),
    ]
    if trace.is_test:  # behind it is no client
        forwarded = []
    headers = passed_headers(trace.request.headers, forwarded, outgoing.headers)
    headers += own_headers(exchange.snapshot.api_id, exchange.trace_ids[1])
    return ClientRequest(
        integration.verb or trace.verb,
        origin,
        f"{path}?{query}" if query else path,
        headers if trace.spans is None else trace.spans.pass_on(headers),
        outgoing.body,
    )


def _client_query(query: str, outgoing: OutgoingRequest) -> str:
    """The client's parameters as it sent them, without those that are mapped anew."""
    if not query:
        return ""
    parts = clean_query(query).split("&")
    mapped = {name for name, _ in outgoing.query}
    return "&".join([part for part in parts if part and unquote_plus(part.partition("=")[0]) not in mapped])


def _handled(headers: Pairs, body: bytes, exchange: Exchange) -> bytes:
    """The body by the binary rules (data-plane section 10)."""
    types = exchange.snapshot.binary_media_types
    if not body:
        return body
    return handle_response(
        body,
        binary=bool(types) and is_binary(types, header_of(headers, "content-type")),
        wanted=bool(types) and is_binary(types, exchange.trace.request.header("accept")),
        handling=None,
    )[0]


def _header_lines(headers: Pairs, exchange: Exchange) -> bytes:
    """The endpoint's headers by their rules, behind the gateway's own (data-plane 8.1 and 8.3)."""
    lines = [gateway_headers(exchange.trace, None)]
    typed = False
    for name, value in headers:
        shown = proxied_header_name(name)
        if shown is not None and sendable(shown, value):
            typed = typed or shown.lower() == "content-type"
            lines.append(f"{shown}: {value}\r\n")
    if not typed:
        lines.append(f"Content-Type: {DEFAULT_TYPE}\r\n")
    return "".join(lines).encode("latin-1")
