"""A response that is read while the function goes on writing it: bounded, with back-pressure to the worker."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

from gatelet.aws import quotas
from gatelet.functions import failures

_FULL_BYTES = 262_144
"""What is kept for a slow reader; then the worker is held up."""


class Flow(Protocol):
    """What can be held up (gatelet.functions.worker.Worker)."""

    def pause(self) -> None:
        """Bring no more."""

    def resume(self) -> None:
        """Go on."""


class ResponseStream:
    """One reader, who iterates over the parts; then ``error`` and ``log_tail`` tell how it ended.

    A reader that stops early calls ``aclose``: the function goes on, and nobody is held up.
    """

    __slots__ = ("_bytes", "_flow", "_kept", "_over", "_paused", "_unread", "_wake", "content_type", "error",
        "executed_version", "log_tail", "request_id")  # fmt: skip

    def __init__(self, request_id: str, executed_version: str) -> None:
        self.request_id = request_id
        self.executed_version = executed_version
        self.content_type = "application/json"
        """What the runtime says that it streams; a buffered response is JSON."""
        self.error: bytes | None = None
        """The error JSON of a function that failed, if only in the middle of its response."""
        self.log_tail = b""
        self._kept: deque[bytes] = deque()
        self._unread = self._bytes = 0
        self._over = self._paused = False
        self._flow: Flow | None = None
        self._wake: asyncio.Future[None] | None = None

    # ------------------------------------------------------------------ the reader

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._kept:
            if self._over:
                raise StopAsyncIteration
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        part = self._kept.popleft()
        self._unread -= len(part)
        if self._unread <= _FULL_BYTES // 2:
            self._go_on()
        return part

    async def aclose(self) -> None:
        """Nobody reads any more."""
        self._kept.clear()
        self._over = True
        self._go_on()

    # ------------------------------------------------------------------ the writer

    def begin(self, content_type: str, flow: Flow | None) -> None:
        """The first byte is on its way; ``flow`` is held up when the reader is slow."""
        self.content_type = content_type
        self._flow = flow

    def feed(self, part: bytes) -> None:
        """Some bytes came."""
        if self._over or not part:
            return
        self._bytes += len(part)
        if self._bytes > quotas.STREAMED_RESPONSE_BYTES:
            self.finish(failures.streamed_too_much())
            return
        self._kept.append(part)
        self._unread += len(part)
        if self._unread >= _FULL_BYTES and not self._paused and self._flow is not None:
            self._paused = True
            self._flow.pause()
        self._stir()

    def finish(self, error: bytes | None = None, log_tail: bytes = b"") -> None:
        """Nothing comes any more. Only the first end counts."""
        if not self._over:
            self._over = True
            self.error, self.log_tail = error, log_tail
            self._go_on()
            self._stir()

    def _go_on(self) -> None:
        if self._paused and self._flow is not None:
            self._paused = False
            self._flow.resume()

    def _stir(self) -> None:
        wake, self._wake = self._wake, None
        if wake is not None and not wake.done():
            wake.set_result(None)
