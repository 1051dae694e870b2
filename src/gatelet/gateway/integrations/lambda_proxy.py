"""AWS_PROXY with a Lambda function: the event goes out, an answer or a typed failure comes back.

Reference: apigateway-data-plane sections 4, 6 and 7.
"""

from __future__ import annotations

import asyncio

from gatelet.aws.quotas import GATEWAY_HEADER_BYTES, INVOKE_PAYLOAD_BYTES
from gatelet.gateway.errors import FunctionFailed, GatewayError, MalformedProxyResponse, RequestTooLarge
from gatelet.gateway.events.head import encode_head
from gatelet.gateway.events.request_members import request_members
from gatelet.gateway.events.size import WORST_CASE, body_size
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.integrations.lambda_failures import TOO_LARGE, error_message, failure_of
from gatelet.gateway.method import LambdaProxy
from gatelet.gateway.ports import InvokerError, ProxyReply
from gatelet.gateway.steps import narrate_lambda
from gatelet.gateway.steps.proxy_response import proxy_response
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.response import Response

_SURELY_SMALL = (INVOKE_PAYLOAD_BYTES - GATEWAY_HEADER_BYTES * WORST_CASE) // WORST_CASE
"""A body up to here makes an event that Lambda takes, whatever its bytes are."""


async def run(integration: LambdaProxy, exchange: Exchange) -> Response:
    """The function's answer as the response. Raises GatewayError."""
    trace, body, clock = exchange.trace, exchange.body, exchange.ports.clock
    shown_id, trace_id = exchange.trace_ids
    method = exchange.method
    head = encode_head(method.head, request_members(trace, exchange.route, None if trace.is_test else shown_id))
    if len(body) > _SURELY_SMALL:
        await check_size(len(head), exchange)
    if trace.story is not None:
        narrate_lambda.proxy_request(trace.story, integration.target, head, exchange)
    began = clock.monotonic()
    try:
        reply = await exchange.ports.invoker.invoke_proxy(
            integration.target,
            head,
            body,
            source_arn=method.source_arn,
            source_account=exchange.snapshot.scope.account,
            trace_id=trace_id,
            timeout=integration.timeout,
            role=integration.role,
        )
    except InvokerError as refused:
        raise failure_of(refused) from refused
    milliseconds = round((clock.monotonic() - began) * 1000)
    trace.integration = facts = IntegrationFacts(200, milliseconds, reply.request_id, reply.status or None)
    if trace.story is not None:
        narrate_lambda.proxy_reply(trace.story, reply, exchange)
    if reply.kind == "response":
        return proxy_response(exchange.snapshot, trace, reply, trace_id)
    raise _failure(reply, facts)


def _failure(reply: ProxyReply, facts: IntegrationFacts) -> GatewayError:
    """Why an answer is no response."""
    if reply.kind == "error":
        message = error_message(reply.payload) or reply.payload.decode("utf-8", "replace")
        facts.error = f"Lambda Customer Function Error:{message}"
        return FunctionFailed(
            f"Lambda execution failed with status 200 due to customer function error: {message}. "
            f"Lambda request id: {reply.request_id}"
        )
    return MalformedProxyResponse()


async def check_size(head: int, exchange: Exchange) -> None:
    """Measure the event of a large body, not on the event loop. Raises RequestTooLarge."""
    body, types = exchange.body, exchange.snapshot.binary_media_types
    if len(body) <= _SURELY_SMALL:
        return
    if len(body) > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)
    size = await asyncio.to_thread(body_size, body, types, exchange.trace.request.header("content-type"))
    if head + size > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)
