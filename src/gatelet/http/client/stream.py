"""A streamed answer's body: an async iterator that never holds much more than its reader takes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from gatelet.http.client.errors import ClientTimeout


class AnswerStream:
    """Yields the body part by part. Raises ClientError for an end that is none; ``aclose`` it in any case.

    ``hold``/``go_on`` stop and resume the connection's reading; ``drop`` cuts the connection.
    """

    __slots__ = ("_ended", "_error", "_held", "_idle", "_limit", "_loop", "_parts", "_size", "_timer", "_waiter",
                 "drop", "go_on", "hold")  # fmt: skip

    def __init__(self, limit: int, idle: float, deadline: float) -> None:
        """``limit`` in bytes, ``idle`` in seconds between parts, ``deadline`` on the loop's clock."""
        self._loop = asyncio.get_running_loop()
        self._limit = limit
        self._idle = idle
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._held = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer = self._loop.call_at(deadline, self._expire)
        self.hold: Callable[[], None] = _nothing
        self.go_on: Callable[[], None] = _nothing
        self.drop: Callable[[], None] = _nothing

    def __aiter__(self) -> AnswerStream:
        return self

    async def __anext__(self) -> bytes:
        while not self._parts:
            if self._error is not None:
                raise self._error
            if self._ended:
                raise StopAsyncIteration
            await self._wait()
        part = self._parts.popleft()
        self._size -= len(part)
        if self._held and self._size < self._limit:
            self._held = False
            self.go_on()
        return part

    async def aclose(self) -> None:
        """Let the connection go; one that still sends is cut."""
        self._parts.clear()
        if not self._ended:
            self._ended = True
            self.drop()
            self._let_go()

    def put(self, part: bytes) -> None:
        """Take a part off the connection."""
        self._parts.append(part)
        self._size += len(part)
        if self._size >= self._limit and not self._held:
            self._held = True
            self.hold()
        self._wake()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes: the body is whole, or ``error`` cut it."""
        if not self._ended:
            self._ended = True
            self._error = error
            self._let_go()
            self._wake()

    def _let_go(self) -> None:
        """The connection serves others from now on."""
        self._timer.cancel()
        self.hold = self.go_on = self.drop = _nothing

    def _expire(self) -> None:
        """The time is up, whether or not anybody reads."""
        self.drop()
        self.end(ClientTimeout("the endpoint did not end in time"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            async with asyncio.timeout(self._idle):
                await self._waiter
        except TimeoutError:
            await self.aclose()
            self._error = ClientTimeout("the endpoint stopped sending")
        finally:
            self._waiter = None


def _nothing() -> None:
    """Before the stream belongs to a connection."""
