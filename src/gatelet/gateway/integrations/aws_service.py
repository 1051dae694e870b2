"""AWS with any service behind it: mappings make the request, a role signs it, mappings make the response.

Reference: apigateway-data-plane sections 8.2, 9.3 and 9.4.
"""

from __future__ import annotations

from gatelet.gateway.endpoint_uri import encode_query, join_query
from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.exchange import Exchange, IntegrationReply, OutgoingRequest
from gatelet.gateway.integrations.endpoint import check_headers, decoded, failure_of, header_of, placed
from gatelet.gateway.integrations.lambda_failures import error_message
from gatelet.gateway.method import AwsService
from gatelet.gateway.outgoing_headers import ILLEGAL_FOR_AWS, service_headers
from gatelet.gateway.ports import ServiceCall, ServiceRefused
from gatelet.gateway.steps import narrate
from gatelet.gateway.steps.map_request import map_request
from gatelet.gateway.steps.map_response import map_response
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.client.errors import ClientError
from gatelet.http.client.message import Answer
from gatelet.http.response import Response


async def run(integration: AwsService, exchange: Exchange) -> Response:
    """Map, call, map. Raises GatewayError."""
    outgoing = await map_request(integration.request, exchange)
    answer = await _call(_service_call(integration, outgoing, exchange), integration.timeout, exchange)
    headers, body = await decoded(answer)
    matched = str(answer.status)
    if integration.uri.invokes_function and answer.status < 300:
        matched = error_message(body) or ""
    reply = IntegrationReply(
        answer.status, body, headers=headers, content_type=header_of(headers, "content-type"), matched=matched
    )
    return await map_response(integration.responses, reply, exchange)


def _service_call(integration: AwsService, outgoing: OutgoingRequest, exchange: Exchange) -> ServiceCall:
    check_headers(outgoing.headers, ILLEGAL_FOR_AWS)
    path, query = placed(integration.uri.fill, outgoing.path)
    snapshot = exchange.snapshot
    return ServiceCall(
        uri=integration.uri,
        method=integration.verb or exchange.trace.verb,
        path=path,
        query=join_query(query, encode_query(outgoing.query)),
        headers=service_headers(snapshot.api_id, exchange.trace_ids[1], outgoing.headers),
        content_type=outgoing.content_type,
        body=outgoing.body,
        role_arn=integration.role_arn,
        account=snapshot.scope.account,
        source_arn=exchange.method.source_arn,
        request_id=exchange.trace.request_id,
    )


async def _call(call: ServiceCall, timeout: float, exchange: Exchange) -> Answer:
    services, story, clock = exchange.ports.services, exchange.trace.story, exchange.ports.clock
    if services is None:
        raise ApiConfigurationError("this gateway calls no AWS services")
    if story is not None:
        host = f"https://{call.uri.service}.{call.uri.region}.amazonaws.com"
        uri = f"{host}{call.path}{'?' if call.query else ''}{call.query}"
        narrate.endpoint_request(story, uri, [("Authorization", "*" * 8), *call.headers], call.body)
    began = clock.monotonic()
    try:
        answer = await services.call(call, timeout)
    except ServiceRefused as refused:
        raise ApiConfigurationError(str(refused)) from refused
    except ClientError as error:
        raise failure_of(error) from error
    exchange.trace.integration = IntegrationFacts(
        answer.status,
        round((clock.monotonic() - began) * 1000),
        header_of(answer.headers, "x-amzn-requestid") or None,
    )
    if story is not None:
        body = answer.body if isinstance(answer.body, bytes) else b""
        narrate.endpoint_response(story, exchange.trace, answer.headers, body)
    return answer
