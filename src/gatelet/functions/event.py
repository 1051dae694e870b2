"""One accepted invocation on its way through a pool: what it carries, who waits for it, how it ends."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from gatelet.aws import quotas
from gatelet.functions import failures
from gatelet.functions.concurrency import Lease
from gatelet.functions.invocation import Invocation, InvocationRefused, InvocationResult, ProxyInvocation, ProxyResult
from gatelet.functions.response_stream import Flow
from gatelet.functions.runtimes.python import frames
from gatelet.functions.version import FunctionVersion

UNHANDLED = "Unhandled"
_SMALL_BYTES = frames.PACKET_BYTES // 2


class Event(ABC):
    """The parts that both kinds of invocation share. Times are seconds of the monotonic clock."""

    __slots__ = ("_given", "abandon_at", "arn", "function", "future", "is_small", "lease", "request_id", "started",
        "tail", "trace_id")  # fmt: skip

    def __init__(
        self,
        function: FunctionVersion,
        arn: str,
        request_id: str,
        trace_id: str,
        lease: Lease,
        future: asyncio.Future[Any],
        abandon_at: float,
    ) -> None:
        self.is_small = False
        """Whether it fits into one packet of the channel: only such events are put behind another and taken back."""
        self.function = function
        self.arn = arn
        self.request_id = request_id
        self.trace_id = trace_id
        self.lease = lease
        self.future = future
        self.abandon_at = abandon_at
        self.started = 0.0
        self.tail = False
        self._given: Any = None

    def heard(self, kind: int, payload: bytes) -> tuple[int, Any]:
        """``(memory, result)`` when the worker is done with the event, ``(memory, None)`` while it goes on.

        A caller gets its answer early if the worker gives it early, unless it waits for the log. Raises FrameError.
        """
        if kind == frames.DONE:
            if self._given is None:
                raise frames.FrameError("DONE before the answer")
            return frames.decode_answer(payload)[0], self._given
        memory, result = self.answer(kind & ~frames.EARLY, payload)
        if not kind & frames.EARLY:
            return memory, result
        if self._given is not None:
            raise frames.FrameError("a second answer")
        self._given = result
        if not self.tail:
            self.deliver(result, b"")
        return memory, None

    def deliver(self, result: Any, tail: bytes) -> None:
        """Give the result to the caller, if there still is one. ``tail`` is the end of the log, if it was asked for."""
        del tail
        if not self.future.done():
            self.future.set_result(result)

    def attach(self, flow: Flow) -> None:
        """``flow`` brings the answer; only a stream has to hold it up."""
        del flow

    @abstractmethod
    def frame(self, milliseconds: int) -> bytes:
        """What the worker gets; ``milliseconds`` is the function's time from when it takes the event."""

    @abstractmethod
    def answer(self, kind: int, payload: bytes) -> Any:
        """``(memory, result)`` of the worker's answer. Raises FrameError for one that does not fit."""

    @abstractmethod
    def failure(self, payload: bytes) -> Any:
        """The result of an invocation that the handler did not answer: the error JSON."""

    def resolve(self, result: Any, tail: bytes) -> None:
        """Give the result to the caller, and make room for another event."""
        self.lease.release()
        self.deliver(result if self._given is None else self._given, tail)

    def refuse(self, error: InvocationRefused) -> None:
        """The event will not be run, or its caller waits no longer."""
        if not self.future.done():
            self.future.set_exception(error)

    @property
    def wanted(self) -> bool:
        """False when the caller is gone."""
        return not self.future.done()


class JsonEvent(Event):
    """An invocation through the Invoke API. The worker keeps the response's limit; it is not trusted to."""

    __slots__ = ("_client_context", "_payload")

    def __init__(
        self,
        invocation: Invocation,
        function: FunctionVersion,
        arn: str,
        lease: Lease,
        future: asyncio.Future[InvocationResult],
    ) -> None:
        self._payload = payload = invocation.payload or b"{}"
        self._client_context = context = invocation.client_context or b""
        request_id, trace_id, abandon_at = invocation.request_id, invocation.trace_id, invocation.abandon_at
        super().__init__(function, arn, request_id, trace_id, lease, future, abandon_at)
        self.is_small = len(payload) + len(context) < _SMALL_BYTES
        self.tail = invocation.log_tail

    def frame(self, milliseconds: int) -> bytes:
        """INVOKE."""
        meta = frames.Meta(milliseconds, self.request_id, self.arn, self.trace_id, self._client_context)
        return frames.encode_event(frames.INVOKE, meta, self._payload)

    def answer(self, kind: int, payload: bytes) -> tuple[int, InvocationResult]:
        """From RESULT or ERROR."""
        memory, rest = frames.decode_answer(payload)
        if kind == frames.ERROR:
            return memory, self.failure(rest)
        if kind != frames.RESULT:
            raise frames.FrameError(f"kind {kind} answers no JSON event")
        if len(rest) > quotas.INVOKE_RESPONSE_BYTES:
            return memory, self.failure(failures.response_too_large())
        return memory, InvocationResult(rest, self.request_id, self.function.version)

    def failure(self, payload: bytes) -> InvocationResult:
        """``FunctionError`` is ``Unhandled`` for every failure (lambda-execution section 1)."""
        return InvocationResult(payload, self.request_id, self.function.version, UNHANDLED)

    def deliver(self, result: InvocationResult, tail: bytes) -> None:
        """With the log tail."""
        result.log_tail = tail
        super().deliver(result, tail)


class ProxyEvent(Event):
    """An invocation by the gateway: the worker builds the event."""

    __slots__ = ("_body", "_head")

    def __init__(
        self,
        invocation: ProxyInvocation,
        function: FunctionVersion,
        arn: str,
        request_id: str,
        lease: Lease,
        future: asyncio.Future[ProxyResult],
        abandon_at: float,
    ) -> None:
        super().__init__(function, arn, request_id, invocation.trace_id, lease, future, abandon_at)
        self._head = head = invocation.head
        self._body = body = invocation.body
        self.is_small = len(head) + len(body) < _SMALL_BYTES

    def frame(self, milliseconds: int) -> bytes:
        """PROXY."""
        meta = (milliseconds, self.request_id, self.arn, self.trace_id, b"")
        return frames.encode_event(frames.PROXY, meta, self._head, self._body)

    def answer(self, kind: int, payload: bytes) -> tuple[int, ProxyResult]:
        """From REPLY, MALFORMED or ERROR."""
        if kind == frames.REPLY:
            memory, status, base64, headers, body = frames.decode_reply(payload)
            if len(headers) + len(body) > quotas.INVOKE_RESPONSE_BYTES:
                return memory, self.failure(failures.response_too_large())
            return memory, ProxyResult("response", self.request_id, status, base64, headers, body)
        memory, rest = frames.decode_answer(payload)
        if kind == frames.ERROR:
            return memory, self.failure(rest)
        if kind != frames.MALFORMED:
            raise frames.FrameError(f"kind {kind} answers no proxy event")
        return memory, ProxyResult("malformed", self.request_id, payload=rest)

    def failure(self, payload: bytes) -> ProxyResult:
        """The error JSON."""
        return ProxyResult("error", self.request_id, payload=payload)
