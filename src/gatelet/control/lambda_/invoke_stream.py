"""InvokeWithResponseStream. Reference: lambda-execution section 1."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import aclosing

import orjson

from gatelet.aws import quotas
from gatelet.control.lambda_.debugging import refuse_debugging
from gatelet.control.lambda_.documents import named, read_function
from gatelet.control.lambda_.errors import function_not_found
from gatelet.control.lambda_.invoke import (
    check_payload,
    decode_client_context,
    new_invocation,
    refusal_of,
    refuse_members,
    target_arn,
)
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.invocation import InvocationRefused
from gatelet.functions.response_stream import ResponseStream
from gatelet.gateway.pace import Paced
from gatelet.wire import event_stream


@operation("lambda", "InvokeWithResponseStream")
async def invoke_with_response_stream(call: Call, request: Request) -> Response:
    """Run a function and answer what it streams, part by part; what does not stream comes as one part.

    With InvocationType DryRun the answer is whether it could be run.
    """
    name = named(call, request, "InvokeFunction")
    refuse_debugging(call, "InvokeWithResponseStream")
    refuse_members(request)
    payload: bytes = request.get("Payload") or b"{}"
    await check_payload(call, payload, None)
    client_context = decode_client_context(request.get("ClientContext"))
    if request.get("InvocationType") == "DryRun":
        await read_function(call, name, function_not_found(target_arn(name)))
        return {"StatusCode": 204}
    invocation = new_invocation(call, name, payload)
    invocation.client_context = client_context
    invocation.log_tail = request.get("LogType") == "Tail"
    try:
        stream = await call.ports.functions.invoke_stream(invocation)
    except InvocationRefused as refused:
        raise refusal_of(refused, name, call.principal.arn) from refused
    call.added_headers["X-Amzn-Trace-Id"] = invocation.trace_id
    call.added_headers["X-Amzn-Remapped-Content-Type"] = stream.content_type
    return {
        "StatusCode": 200,
        "ExecutedVersion": stream.executed_version,
        "ResponseStreamContentType": event_stream.CONTENT_TYPE,
        "EventStream": _messages(stream, Paced(stream, call.ports.clock, free=quotas.STREAMED_FREE_BYTES)),
    }


async def _messages(stream: ResponseStream, parts: Paced) -> AsyncIterator[bytes]:
    async with aclosing(parts):
        async for part in parts:
            yield event_stream.event("PayloadChunk", part, "application/octet-stream")
        yield event_stream.event("InvokeComplete", complete(stream), "application/json")


def complete(stream: ResponseStream) -> bytes:
    """What the last event says: nothing of an error that there was not, or of a log that nobody asked for."""
    told: dict[str, str] = {}
    if stream.error is not None:
        told["ErrorCode"] = _kind(stream.error)
        told["ErrorDetails"] = stream.error.decode("utf-8", "replace")
    if stream.log_tail:
        told["LogResult"] = base64.b64encode(stream.log_tail).decode()
    return orjson.dumps(told)


def _kind(error: bytes) -> str:
    try:
        kind = orjson.loads(error).get("errorType")
    except (orjson.JSONDecodeError, AttributeError):
        kind = None
    return kind if isinstance(kind, str) else "Unhandled"
