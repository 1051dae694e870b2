"""AWS_PROXY with a Lambda function: the event goes out, an answer or a typed failure comes back.

Reference: apigateway-data-plane sections 4, 6 and 7.
"""

from __future__ import annotations

import asyncio

import orjson

from gatelet.aws.quotas import GATEWAY_HEADER_BYTES, INVOKE_PAYLOAD_BYTES
from gatelet.gateway.errors import (
    ApiConfigurationError,
    FunctionFailed,
    IntegrationFailure,
    IntegrationTimeout,
    MalformedProxyResponse,
    RequestTooLarge,
)
from gatelet.gateway.events.head import encode_head
from gatelet.gateway.events.size import WORST_CASE, body_size
from gatelet.gateway.method import Integration, Method
from gatelet.gateway.ports import (
    InvokeDenied,
    InvokePayloadTooLarge,
    Invoker,
    InvokeRefused,
    InvokeThrottled,
    InvokeTimedOut,
    ProxyReply,
)
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace

TOO_LARGE = "Execution failed due to configuration error: Request payload is over the limit of the Lambda function"
_SURELY_SMALL = (INVOKE_PAYLOAD_BYTES - GATEWAY_HEADER_BYTES * WORST_CASE) // WORST_CASE
"""A body up to here makes an event that Lambda takes, whatever its bytes are."""


async def invoke_lambda(
    invoker: Invoker, integration: Integration, route: Route, trace: Trace, body: bytes, trace_ids: tuple[str, str]
) -> ProxyReply:
    """The function's answer; its ``kind`` is ``response``. Raises GatewayError."""
    assert trace.snapshot is not None
    method: Method = route.method
    head = encode_head(method.head, request_members(trace, route, trace_ids[0]))
    if len(body) > _SURELY_SMALL:
        await _check_size(len(head), body, trace.snapshot, trace)
    try:
        reply = await invoker.invoke_proxy(
            integration.target,
            head,
            body,
            source_arn=method.source_arn,
            source_account=trace.snapshot.scope.account,
            trace_id=trace_ids[1],
            timeout=integration.timeout,
        )
    except InvokeTimedOut as timed_out:
        raise IntegrationTimeout from timed_out
    except InvokePayloadTooLarge as too_large:
        raise RequestTooLarge(TOO_LARGE) from too_large
    except InvokeDenied as denied:
        raise ApiConfigurationError("Invalid permissions on Lambda function") from denied
    except InvokeThrottled as throttled:
        raise IntegrationFailure(f"Lambda execution failed with status 429: {throttled}") from throttled
    except InvokeRefused as refused:
        raise IntegrationFailure(f"Execution failed due to configuration error: {refused}") from refused
    if reply.kind == "response":
        return reply
    if reply.kind == "error":
        raise FunctionFailed(
            f"Lambda execution failed with status 200 due to customer function error: {_error_message(reply.payload)}. "
            f"Lambda request id: {reply.request_id}"
        )
    raise MalformedProxyResponse


async def _check_size(head: int, body: bytes, snapshot: Snapshot, trace: Trace) -> None:
    """Measure the event of a large body, not on the event loop. Raises RequestTooLarge."""
    if len(body) > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)
    content_type = trace.request.header("content-type")
    size = await asyncio.to_thread(body_size, body, snapshot.binary_media_types, content_type)
    if head + size > INVOKE_PAYLOAD_BYTES:
        raise RequestTooLarge(TOO_LARGE)


def request_members(trace: Trace, route: Route, trace_id: str) -> tuple[object, ...]:
    """The request's half of the head, in the order that gatelet.gateway.events.proxy documents."""
    request, client, domain = trace.request, trace.client, trace.domain_name
    return (
        trace.verb,
        trace.path,
        trace.context_path,
        route.path_parameters,
        request.query,
        request.headers,
        trace_id,
        client.chain,
        client.port,
        client.scheme,
        domain,
        domain.partition(".")[0],
        trace.request_time,
        trace.epoch_milliseconds,
        trace.request_id,
        trace.extended_id,
        client.source_ip,
        None,
        None,
    )


def _error_message(payload: bytes) -> str:
    """``errorMessage`` of what the function raised, or all of it."""
    try:
        error = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.decode("utf-8", "replace")
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return message if isinstance(message, str) else payload.decode("utf-8", "replace")
