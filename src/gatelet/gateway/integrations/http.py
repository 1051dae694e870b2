"""HTTP: mappings make the request to an endpoint, and the response of its answer.

Reference: apigateway-data-plane sections 8.2, 9.2 and 9.4.
"""

from __future__ import annotations

from gatelet.gateway.endpoint_uri import encode_query, join_query
from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange, IntegrationReply, OutgoingRequest
from gatelet.gateway.integrations.endpoint import ask, decoded, header_of
from gatelet.gateway.method import HttpCustom
from gatelet.gateway.outgoing_headers import ILLEGAL_FOR_HTTP, custom_headers, illegal_header, own_headers
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.map_response import map_response
from gatelet.http.client.errors import InvalidTarget
from gatelet.http.client.message import ClientRequest
from gatelet.http.response import Response


async def run(integration: HttpCustom, exchange: Exchange) -> Response:
    """Map, ask, map. Raises GatewayError."""
    outgoing = await map_request(integration.request, exchange)
    answer = await ask(_request(integration, outgoing, exchange), integration.timeout, exchange)
    headers, body = await decoded(answer)
    reply = IntegrationReply(
        answer.status,
        body,
        headers=headers,
        content_type=header_of(headers, "content-type"),
        matched=str(answer.status),
    )
    return await map_response(integration.responses, reply, exchange)


def _request(integration: HttpCustom, outgoing: OutgoingRequest, exchange: Exchange) -> ClientRequest:
    check_headers(outgoing)
    try:
        origin, path, query = integration.uri.fill(outgoing.path)
    except InvalidTarget as invalid:
        raise ApiConfigurationError(f"Invalid endpoint address: {invalid}") from invalid
    method = integration.verb or exchange.trace.verb
    query = join_query(query, encode_query(outgoing.query))
    api_id = exchange.snapshot.api_id
    return ClientRequest(
        method,
        origin,
        f"{path}?{query}" if query else path,
        custom_headers(method, api_id, outgoing.content_type, outgoing.headers)
        + own_headers(api_id, exchange.trace_ids[1]),
        outgoing.body,
    )


def check_headers(outgoing: OutgoingRequest) -> None:
    """Raises ApiConfigurationError for a header that a template must not set (data-plane 8.2)."""
    illegal = illegal_header(outgoing.headers, ILLEGAL_FOR_HTTP)
    if illegal is not None:
        raise ApiConfigurationError(f"{illegal} header already present")
