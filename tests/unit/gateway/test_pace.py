"""How fast a streamed answer goes (apigateway-data-plane section 14: 10 MB freely, then 2 MB/s)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gatelet.gateway.pace import Paced

MIB = 1 << 20


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.moment = 100.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    def monotonic(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += seconds


class Parts:
    """So many parts of one MiB; ``closed`` tells whether they were let go."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return bytes(MIB)

    async def aclose(self) -> None:
        self.closed = True


def test_ten_megabytes_go_freely_the_rest_at_its_pace() -> None:
    time, parts = Time(), Parts(15)

    async def run() -> int:
        return sum([len(part) async for part in Paced(parts, time, time.sleep)])

    assert asyncio.run(run()) == 15 * MIB
    assert time.slept == [0.5] * 4  # behind the eleventh


def test_a_stream_that_is_slow_by_itself_is_not_slowed() -> None:
    time, parts = Time(), Parts(15)

    async def run() -> None:
        async for _ in Paced(parts, time, time.sleep):
            time.moment += 1

    asyncio.run(run())
    assert time.slept == []


@pytest.mark.parametrize("taken", [0, 1], ids=["never read", "half read"])
def test_a_stream_that_is_let_go_lets_its_source_go(taken: int) -> None:
    """A HEAD request's answer is closed without having been read."""
    time, parts = Time(), Parts(15)

    async def run() -> None:
        stream = Paced(parts, time, time.sleep)
        for _ in range(taken):
            await anext(stream)
        await stream.aclose()

    asyncio.run(run())
    assert parts.closed
    assert parts.left == 15 - taken
