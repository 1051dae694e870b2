"""The gateway's Invoker port on the function service: the two organs never import each other."""

from __future__ import annotations

from gatelet.functions import invocation as functions
from gatelet.functions.service import Functions
from gatelet.gateway import ports as gateway


class FunctionInvoker:
    """Runs functions for integrations (implements gatelet.gateway.ports.Invoker)."""

    __slots__ = ("_functions",)

    def __init__(self, service: Functions) -> None:
        self._functions = service

    async def invoke_proxy(
        self,
        target: gateway.FunctionTarget,
        head: bytes,
        body: bytes,
        *,
        source_arn: str,
        source_account: str,
        trace_id: str,
        timeout: float,
    ) -> gateway.ProxyReply:
        """Run the function. Raises InvokerError."""
        try:
            # Both sides spell target and reply alike, so the hot path copies nothing.
            return await self._functions.invoke_proxy(  # type: ignore[return-value]
                functions.ProxyInvocation(
                    target,  # type: ignore[arg-type]
                    head,
                    body,
                    source_arn,
                    source_account,
                    trace_id,
                    timeout,
                )
            )
        except functions.InvocationRefused as refusal:
            raise _translate(refusal) from refusal


def _translate(refusal: functions.InvocationRefused) -> gateway.InvokerError:
    match refusal:
        case functions.PermissionDenied():
            return gateway.InvokeDenied("Invalid permissions on Lambda function")
        case functions.TooManyRequests():
            return gateway.InvokeThrottled(f"Lambda throttled the invocation: {refusal.reason}")
        case functions.PayloadTooLarge():
            return gateway.InvokePayloadTooLarge(f"the event has {refusal.size} bytes")
        case functions.InvocationAbandoned():
            return gateway.InvokeTimedOut("the integration's timeout passed")
        case functions.FunctionNotFound():
            return gateway.InvokeRefused(f"Function not found: {refusal.arn}")
        case functions.FunctionNotReady():
            return gateway.InvokeRefused(f"The function is in the state {refusal.state}")
        case _:
            return gateway.InvokeRefused(f"The function could not be started: {refusal}")
