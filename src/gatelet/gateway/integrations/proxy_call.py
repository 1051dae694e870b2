"""What both kinds of Lambda proxy ask of the function: the request's parts, within Lambda's limit.

Reference: apigateway-data-plane sections 6 and 13.
"""

from __future__ import annotations

import asyncio

from gatelet.aws.quotas import GATEWAY_HEADER_BYTES, INVOKE_PAYLOAD_BYTES
from gatelet.gateway.errors import RequestTooLarge
from gatelet.gateway.events.head import encode_head
from gatelet.gateway.events.request_members import request_members
from gatelet.gateway.events.size import WORST_CASE, body_size
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.integrations.lambda_failures import TOO_LARGE
from gatelet.gateway.method import LambdaProxy, LambdaStream
from gatelet.gateway.ports import ProxyCall

SURELY_SMALL = (INVOKE_PAYLOAD_BYTES - GATEWAY_HEADER_BYTES * WORST_CASE) // WORST_CASE
"""A body up to here makes an event that Lambda takes, whatever its bytes are."""


def proxy_call(integration: LambdaProxy | LambdaStream, exchange: Exchange) -> ProxyCall:
    """The call. A body over ``SURELY_SMALL`` is to be measured before it is made (``check_size``)."""
    trace, method = exchange.trace, exchange.method
    shown_id, trace_id = exchange.trace_ids
    head = encode_head(method.head, request_members(trace, exchange.route, None if trace.is_test else shown_id))
    account = exchange.snapshot.scope.account
    return ProxyCall(
        integration.target,
        head,
        exchange.body,
        method.source_arn,
        account,
        trace_id,
        integration.timeout,
        integration.role,
    )


async def check_size(call: ProxyCall, exchange: Exchange) -> None:
    """Measure the event of a large body, not on the event loop. Raises RequestTooLarge."""
    body, types = call.body, exchange.snapshot.binary_media_types
    if len(body) > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)
    size = await asyncio.to_thread(body_size, body, types, exchange.trace.request.header("content-type"))
    if len(call.head) + size > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)
