"""Invoke and the deprecated InvokeAsync. Reference: lambda-execution sections 1 and 10."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.lambda_.debugging import TASK_ROOT, debug_port, refuse_debugging
from gatelet.control.lambda_.documents import named, read_function
from gatelet.control.lambda_.errors import function_not_found
from gatelet.control.lambda_.json_payload import fault_of
from gatelet.control.lambda_.life import not_ready
from gatelet.control.lambda_.names import LATEST, FunctionName
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionNotReady,
    FunctionTarget,
    Invocation,
    InvocationRefused,
    InvocationResult,
    PayloadTooLarge,
    PermissionDenied,
    RecursiveInvocation,
    TooManyRequests,
    Undebuggable,
)
from gatelet.gateway.trace_header import complete_trace

_MESSAGES: Mapping[str, str] = {"CallerRateLimitExceeded": "Rate exceeded"}


@operation("lambda", "Invoke")
async def invoke(call: Call, request: Request) -> Response:
    """Run a function and answer what it answered.

    With InvocationType Event the answer is that the event is accepted, durably; with DryRun, whether it could be run.
    """
    name = named(call, request, "InvokeFunction")
    kind = request.get("InvocationType") or "RequestResponse"
    port = debug_port(call, kind)
    refuse_members(request)
    payload: bytes = request.get("Payload") or b"{}"
    await check_payload(call, payload, quotas.ASYNC_PAYLOAD_BYTES if kind == "Event" else None)
    client_context = decode_client_context(request.get("ClientContext"))
    if kind == "DryRun" and port:
        call.added_headers[TASK_ROOT] = await _task_root(call, name)
    if kind == "DryRun":
        await read_function(call, name, function_not_found(target_arn(name)))
        return {"StatusCode": 204}
    if kind == "Event":
        await _accept(call, name, payload)
        return {"StatusCode": 202}
    invocation = new_invocation(call, name, payload)
    invocation.client_context = client_context
    invocation.debug_port = port
    invocation.log_tail = request.get("LogType") == "Tail"
    try:
        result = await call.ports.functions.invoke(invocation)
    except InvocationRefused as refused:
        raise refusal_of(refused, name, call.principal.arn) from refused
    call.added_headers["X-Amzn-Trace-Id"] = invocation.trace_id
    return _response(result, log_tail=invocation.log_tail)


@operation("lambda", "InvokeAsync")
async def invoke_async(call: Call, request: Request) -> Response:
    """Accept an event: Invoke with InvocationType Event, as it was once."""
    name = named(call, request, "InvokeFunction")
    refuse_debugging(call, "InvokeAsync")
    payload: bytes = request.get("InvokeArgs") or b"{}"
    await check_payload(call, payload, quotas.INVOKE_ASYNC_BYTES)
    await _accept(call, name, payload)
    return {"Status": 202}


async def _task_root(call: Call, name: FunctionName) -> str:
    try:
        target = FunctionTarget(call.scope.account, call.scope.region, name.name, name.qualifier)
        return await call.ports.functions.task_root(target)
    except InvocationRefused as refused:
        raise refusal_of(refused, name, call.principal.arn) from refused


async def _accept(call: Call, name: FunctionName, payload: bytes) -> None:
    invocation = new_invocation(call, name, payload)
    try:
        await call.ports.functions.invoke_async(invocation)
    except InvocationRefused as refused:
        raise refusal_of(refused, name, call.principal.arn) from refused
    call.added_headers["X-Amzn-Trace-Id"] = invocation.trace_id


def new_invocation(call: Call, name: FunctionName, payload: bytes) -> Invocation:
    """With the caller's trace, or a new one."""
    generated = call.ports.ids.trace_id(call.ports.clock.now())
    return Invocation(
        target=FunctionTarget(call.scope.account, call.scope.region, name.name, name.qualifier),
        payload=payload,
        request_id=call.request_id,
        trace_id=complete_trace(call.headers.get("x-amzn-trace-id"), generated)[1],
    )


def refuse_members(request: Request) -> None:
    """Raises NotSupported for what would not be done."""
    if request.get("DurableExecutionName"):
        raise NotSupported("durable executions (DurableExecutionName)")
    if request.get("TenantId"):
        raise NotSupported("tenant isolation (TenantId)")


async def check_payload(call: Call, payload: bytes, event_limit: int | None) -> None:
    """The event must be JSON, and not too large. Raises AwsError.

    ``event_limit``: bytes that an asynchronous event may have.
    """
    if event_limit is not None and len(payload) > event_limit:
        raise _too_large(len(payload), "Event", event_limit)
    if len(payload) > quotas.INVOKE_PAYLOAD_BYTES:
        raise AwsError(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {quotas.INVOKE_PAYLOAD_BYTES} bytes for the InvokeFunction operation",
            status=413,
        )
    fault = await call.ports.payloads.fault_of(payload)
    if fault is not None:
        raise AwsError(
            "InvalidRequestContentException",
            f"Could not parse request body into json: Could not parse payload into json: {fault}",
            status=400,
        )


def decode_client_context(encoded: str | None) -> bytes | None:
    """The decoded JSON of ClientContext."""
    if not encoded:
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if len(encoded) > quotas.CLIENT_CONTEXT_BYTES or not decoded or fault_of(decoded) is not None:
        raise AwsError(
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object "
            f"of at most {quotas.CLIENT_CONTEXT_BYTES} bytes.",
            status=400,
        )
    return decoded


def _response(result: InvocationResult, *, log_tail: bool) -> Response:
    return {
        "StatusCode": 200,
        "FunctionError": result.function_error,
        "LogResult": base64.b64encode(result.log_tail).decode() if log_tail else None,
        "Payload": result.payload,
        "ExecutedVersion": result.executed_version,
    }


def target_arn(name: FunctionName) -> str:
    """What a missing function is called here: an unqualified Invoke shows ``:$LATEST``."""
    return name.arn if name.qualifier is not None else f"{name.arn}:{LATEST}"


def refusal_of(refused: InvocationRefused, name: FunctionName, caller: str) -> AwsError:
    """The error of an invocation that was refused; ``caller`` is an ARN."""
    match refused:
        case FunctionNotFound():
            return function_not_found(target_arn(name))
        case FunctionNotReady():
            return not_ready(refused.state)
        case TooManyRequests():
            message = _MESSAGES.get(refused.reason, "Rate Exceeded.")
            members = {"Reason": refused.reason, "retryAfterSeconds": str(refused.retry_after)}
            return AwsError("TooManyRequestsException", message, status=429, members=members)
        case PermissionDenied():
            return AwsError(
                "AccessDeniedException",
                f"User: {caller} is not authorized to perform: lambda:InvokeFunction on resource: {name.arn} "
                "because no resource-based policy allows the lambda:InvokeFunction action",
                status=403,
            )
        case Undebuggable():
            return AwsError("InvalidParameterValueException", str(refused), status=400)
        case PayloadTooLarge():
            return _too_large(refused.size, "RequestResponse", quotas.INVOKE_PAYLOAD_BYTES)
        case RecursiveInvocation():
            return AwsError(
                "RecursiveInvocationException",
                f"The function {name.unqualified_arn} was invoked in a loop, and the loop was stopped after "
                f"{quotas.RECURSIVE_INVOCATIONS} invocations in one chain.",
                status=400,
            )
        case _:
            return AwsError("ServiceException", "The function could not be started on this host.", status=502)


def _too_large(size: int, kind: str, limit: int) -> AwsError:
    message = f"{size} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
    return AwsError("RequestTooLargeException", message, status=413)
