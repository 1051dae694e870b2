"""The pace of a streamed answer: its first bytes as fast as they come, the rest no faster than AWS lets them.

Reference: apigateway-data-plane section 14.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from gatelet.aws.clock import Clock
from gatelet.aws.quotas import STREAM_BYTES_PER_SECOND, STREAM_FREE_BYTES


class Paced:
    """The parts of a stream, each at its time. ``aclose`` closes the stream, also before its first part."""

    __slots__ = ("_clock", "_free", "_free_until", "_parts", "_sent", "_sleep")

    def __init__(
        self,
        parts: AsyncIterator[bytes],
        clock: Clock,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        *,
        free: int = STREAM_FREE_BYTES,
    ) -> None:
        """``free``: how many bytes go as fast as they come."""
        self._free = free
        self._parts = parts
        self._clock = clock
        self._sleep = sleep
        self._sent = 0
        self._free_until = 0.0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        part = await anext(self._parts)
        over = self._sent - self._free
        if over > 0:
            ahead = self._free_until + over / STREAM_BYTES_PER_SECOND - self._clock.monotonic()
            if ahead > 0:
                await self._sleep(ahead)
        else:
            self._free_until = self._clock.monotonic()
        self._sent += len(part)
        return part

    async def aclose(self) -> None:
        """Let the stream go."""
        close = getattr(self._parts, "aclose", None)
        if close is not None:
            await close()
