"""HTTP: mappings make the request to an endpoint, and the response of its answer.

Reference: apigateway-data-plane sections 8.2, 9.2 and 9.4.
"""

from __future__ import annotations

from gatelet.gateway.endpoint_uri import encode_query, join_query
from gatelet.gateway.exchange import Exchange, IntegrationReply, OutgoingRequest
from gatelet.gateway.integrations.endpoint import ask, check_headers, decoded, header_of, placed
from gatelet.gateway.method import HttpCustom
from gatelet.gateway.outgoing_headers import ILLEGAL_FOR_HTTP, custom_headers, own_headers
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.map_response import map_response
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
    check_headers(outgoing.headers, ILLEGAL_FOR_HTTP)
    origin, path, query = placed(integration.uri.fill, outgoing.path)
    method = integration.verb or exchange.trace.verb
    query = join_query(query, encode_query(outgoing.query))
    api_id = exchange.snapshot.api_id
    headers = custom_headers(method, api_id, outgoing.content_type, outgoing.headers)
    headers += own_headers(api_id, exchange.trace_ids[1])
    spans = exchange.trace.spans
    return ClientRequest(
        method,
        origin,
        f"{path}?{query}" if query else path,
        headers if spans is None else spans.pass_on(headers),
        outgoing.body,
    )
