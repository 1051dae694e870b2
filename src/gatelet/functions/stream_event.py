"""An accepted invocation whose caller takes the response as it comes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from gatelet.aws import quotas
from gatelet.functions import failures
from gatelet.functions.concurrency import Lease
from gatelet.functions.event import Event
from gatelet.functions.invocation import Invocation, InvocationRefused, ProxyInvocation
from gatelet.functions.response_stream import Flow, ResponseStream
from gatelet.functions.runtimes.python import frames
from gatelet.functions.version import FunctionVersion


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a stream ends: ``whole`` is what a buffered response has, ``error`` the error JSON of a failure."""

    whole: bytes = b""
    error: bytes | None = None

    @property
    def failed(self) -> bool:
        """Whether the function gave an error."""
        return self.error is not None


class StreamEvent(Event):
    """The caller gets its stream with the first byte, or with the end if there is none before.

    It is never small: it may take as long as its reader, so nothing is put behind it.
    """

    __slots__ = ("_body", "_client_context", "_flow", "_head", "_kind", "_stream")

    def __init__(
        self,
        asked: Invocation | ProxyInvocation,
        function: FunctionVersion,
        arn: str,
        request_id: str,
        lease: Lease,
        future: asyncio.Future[ResponseStream],
        abandon_at: float,
    ) -> None:
        super().__init__(function, arn, request_id, asked.trace_id, lease, future, abandon_at)
        self._flow: Flow | None = None
        self._stream = ResponseStream(request_id, function.version)
        self._body = self._client_context = b""
        if isinstance(asked, Invocation):
            self.tail = asked.log_tail
            self._kind, self._head = frames.INVOKE_STREAM, asked.payload or b"{}"
            self._client_context = asked.client_context or b""
        else:
            self._kind, self._head, self._body = frames.PROXY_STREAM, asked.head, asked.body

    def attach(self, flow: Flow) -> None:
        """See Event."""
        self._flow = flow

    def frame(self, milliseconds: int) -> bytes:
        """INVOKE_STREAM or PROXY_STREAM."""
        meta = frames.Meta(milliseconds, self.request_id, self.arn, self.trace_id, self._client_context)
        return frames.encode_event(self._kind, meta, self._head, self._body)

    def heard(self, kind: int, payload: bytes) -> tuple[int, Outcome | None]:
        """See Event; the parts go on at once."""
        if kind == frames.BEGIN:
            if self.future.done() and not self.future.cancelled():
                raise frames.FrameError("BEGIN twice")
            self._stream.begin(payload.decode("latin-1"), self._flow)
            self._announce()
            return 0, None
        if kind == frames.PART:
            self._stream.feed(payload)
            return 0, None
        return super().heard(kind, payload)

    def answer(self, kind: int, payload: bytes) -> tuple[int, Outcome]:
        """From RESULT or ERROR."""
        memory, rest = frames.decode_answer(payload)
        if kind not in (frames.RESULT, frames.ERROR):
            raise frames.FrameError(f"kind {kind} answers no event that is streamed")
        if len(rest) > quotas.INVOKE_RESPONSE_BYTES:
            return memory, self.failure(failures.response_too_large())
        return memory, Outcome(rest) if kind == frames.RESULT else self.failure(rest)

    def failure(self, payload: bytes) -> Outcome:
        """The error JSON."""
        return Outcome(error=payload)

    def deliver(self, result: Outcome, tail: bytes) -> None:
        """The end of the stream."""
        self._stream.feed(result.whole)
        self._stream.finish(result.error, tail)
        self._announce()

    def refuse(self, error: InvocationRefused) -> None:
        """See Event; a stream that has begun ends with an error."""
        super().refuse(error)
        self._stream.finish(failures.exited(self.request_id, None))

    def _announce(self) -> None:
        if not self.future.done():
            self.future.set_result(self._stream)
