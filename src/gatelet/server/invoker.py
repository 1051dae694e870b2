"""The gateway's Invoker port on the function service: the two organs never import each other."""

from __future__ import annotations

import time

from gatelet.aws.arn import function_arn
from gatelet.aws.ids import Ids
from gatelet.aws.scope import Scope
from gatelet.control.lambda_.payload_check import PayloadCheck
from gatelet.functions import invocation as functions
from gatelet.functions.service import Functions
from gatelet.gateway import ports as gateway
from gatelet.identity.authorization import CannotAssume
from gatelet.identity.service import Identity
from gatelet.policy.principals import account_of
from gatelet.server.aws_services import GATEWAY, SESSION_NAME

INVOKE = "lambda:InvokeFunction"


class FunctionInvoker:
    """Runs functions for integrations (implements gatelet.gateway.ports.Invoker)."""

    __slots__ = ("_functions", "_identity", "_ids", "_payloads")

    def __init__(self, service: Functions, identity: Identity, ids: Ids) -> None:
        self._functions = service
        self._identity = identity
        self._ids = ids
        self._payloads = PayloadCheck()

    async def invoke_proxy(self, call: gateway.ProxyCall) -> gateway.ProxyReply:
        """Run the function. Raises InvokerError."""
        if call.role is not None:
            self._act(call, call.role)
        try:
            # Both sides spell call and reply alike, so the hot path copies nothing.
            return await self._functions.invoke_proxy(call)  # type: ignore[arg-type,return-value]
        except functions.InvocationRefused as refusal:
            raise _translate(refusal) from refusal

    async def invoke_proxy_stream(self, call: gateway.ProxyCall) -> gateway.StreamReply:
        """Run the function, whose response is taken as it comes. Raises InvokerError."""
        if call.role is not None:
            self._act(call, call.role)
        try:
            return await self._functions.invoke_proxy_stream(call)  # type: ignore[arg-type]
        except functions.InvocationRefused as refusal:
            raise _translate(refusal) from refusal

    def _act(self, call: gateway.ProxyCall, role: str) -> None:
        """Call as the role: its policies are asked now, the function's own will not be. Raises InvokeDenied."""
        assert call.source_arn is not None
        self._permit(role, call.target, call.source_arn, call.source_account)
        call.source_arn = None

    async def invoke(
        self,
        target: gateway.FunctionTarget,
        payload: bytes,
        *,
        asynchronous: bool,
        client_context: bytes | None,
        source_arn: str,
        source_account: str,
        trace_id: str,
        timeout: float,
        log_tail: bool = False,
        role: str | None = None,
        dry_run: bool = False,
    ) -> gateway.InvokeReply:
        """Run the function on a JSON event, accept the event, or only look (``dry_run``). Raises InvokerError."""
        if role is not None:
            self._permit(role, target, source_arn, source_account)
        payload = payload or b"{}"
        fault = await self._payloads.fault_of(payload)
        if fault is not None:
            raise gateway.InvokePayloadNotJson(f"Could not parse request body into json: {fault}")
        invocation = functions.Invocation(
            target=target,  # type: ignore[arg-type]
            payload=payload,
            request_id=self._ids.uuid(),
            trace_id=trace_id,
            client_context=client_context,
            log_tail=log_tail,
            source_arn=source_arn if role is None else None,
            source_account=source_account,
            abandon_at=time.monotonic() + timeout,
        )
        try:
            if dry_run:
                await self._functions.check_invocation(invocation)
                return gateway.InvokeReply(b"", invocation.request_id)
            if asynchronous:
                await self._functions.invoke_async(invocation)
                return gateway.InvokeReply(b"", invocation.request_id)
            # Both sides spell target and reply alike, so the hot path copies nothing.
            return await self._functions.invoke(invocation)  # type: ignore[return-value]
        except functions.InvocationRefused as refusal:
            raise _translate(refusal) from refusal

    def _permit(self, role: str, target: gateway.FunctionTarget, source_arn: str, account: str) -> None:
        """Whether the role trusts API Gateway and may call the function. Raises InvokeDenied: it fails closed.

        A role of another account is none of this API's, whomever it trusts.
        """
        arn = function_arn(Scope(target.account, target.region), target.name, target.qualifier)
        try:
            if account_of(role) != account:
                raise CannotAssume(role, GATEWAY)
            principal = self._identity.authorizer.assume(
                role, GATEWAY, SESSION_NAME, source_arn=source_arn, source_account=account
            )
        except CannotAssume as refused:
            text = f"API Gateway does not have permission to assume the provided role {role}"
            raise gateway.InvokeDenied(text) from refused
        if not self._identity.authorizer.authorize(principal, INVOKE, arn):
            raise gateway.InvokeDenied("Invalid permissions on Lambda function")


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
