"""Leases: several processes hold parts of a limit, and every driver counts them alike."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from tests.contract.counters_server import CountersServer
from tests.unit.counters.table_of_leases import Table, TableLeases

from gatelet.counters.ports import LEASE_SECONDS, Leases
from gatelet.counters.valkey import ValkeyLeases, ValkeyServer

SHORT = 0.3
"""Seconds after which a process that says nothing is forgotten, where a test waits for that."""

Story = Callable[[Sequence[Leases]], Awaitable[None]]
Live = Callable[..., None]


@asynccontextmanager
async def in_valkey(url: str, prefix: str, seconds: float) -> AsyncIterator[list[Leases]]:
    async with AsyncExitStack() as stack:
        servers = [ValkeyServer(url, prefix, time.monotonic, print) for _ in range(3)]
        for server in servers:
            stack.push_async_callback(server.close)
        yield [ValkeyLeases(server, str(number), seconds) for number, server in enumerate(servers)]


@pytest.fixture(params=["table", "valkey"])
def live(request: pytest.FixtureRequest, server: CountersServer) -> Live:
    """Live a story of three processes with each driver in turn."""

    def run(story: Story, seconds: float = LEASE_SECONDS) -> None:
        async def opened() -> None:
            if request.param == "table":
                table = Table(time.monotonic, seconds)
                await story([TableLeases(table, str(number)) for number in range(3)])
            else:
                async with in_valkey(server.url, request.node.name, seconds) as processes:
                    await story(processes)

        asyncio.run(opened())

    return run


def test_processes_are_granted_together_what_there_is(live: Live) -> None:
    async def story(processes: Sequence[Leases]) -> None:
        one, two, three = processes
        assert await one.hold("f", 5, 0, 3) == 3
        assert await two.hold("f", 5, 0, 3) == 2
        assert await three.hold("f", 5, 0, 1) == 0
        assert await three.hold("g", 5, 0, 9) == 5, "every limit counts for itself"

    live(story)


def test_what_is_given_back_is_there_for_others(live: Live) -> None:
    async def story(processes: Sequence[Leases]) -> None:
        one, two, _ = processes
        assert await one.hold("f", 2, 0, 2) == 2
        assert await one.hold("f", 2, 1, 0) == 0
        assert await two.hold("f", 2, 0, 2) == 1
        assert await one.hold("f", 2, 0, 0) == 0
        assert await two.hold("f", 2, 1, 2) == 1

    live(story)


def test_the_last_word_of_a_process_counts(live: Live) -> None:
    """Whole numbers: a call that is made again changes nothing."""

    async def story(processes: Sequence[Leases]) -> None:
        one, two, _ = processes
        for _ in range(3):
            assert await one.hold("f", 5, 1, 2) == 2
        assert await two.hold("f", 5, 0, 9) == 2

    live(story)


def test_a_limit_that_was_lowered_grants_nothing_until_there_is_room(live: Live) -> None:
    async def story(processes: Sequence[Leases]) -> None:
        one, two, _ = processes
        assert await one.hold("f", 5, 0, 5) == 5
        assert await two.hold("f", 3, 0, 1) == 0
        assert await one.hold("f", 3, 4, 1) == 0
        assert await one.hold("f", 3, 2, 0) == 0
        assert await two.hold("f", 3, 0, 2) == 1

    live(story)


def test_what_was_held_while_nobody_counted_is_taken_as_it_is(live: Live) -> None:
    async def story(processes: Sequence[Leases]) -> None:
        one, two, three = processes
        assert await one.hold("f", 5, 4, 0) == 0
        assert await two.hold("f", 5, 4, 0) == 0
        assert await three.hold("f", 5, 0, 1) == 0
        assert await one.hold("f", 5, 0, 0) == 0
        assert await three.hold("f", 5, 0, 2) == 1

    live(story)


def test_who_says_nothing_for_long_holds_nothing(live: Live) -> None:
    async def story(processes: Sequence[Leases]) -> None:
        one, two, three = processes
        assert await one.hold("f", 4, 0, 3) == 3
        assert await two.hold("f", 4, 0, 1) == 1
        await asyncio.sleep(SHORT * 1.1)
        assert await two.hold("f", 4, 1, 0) == 0
        assert await three.hold("f", 4, 0, 4) == 3, "one is forgotten, two was heard of again"

    live(story, SHORT)


def test_drivers_agree_on_any_history(server: CountersServer) -> None:
    chance = random.Random(6)

    async def story() -> None:
        table = Table(time.monotonic)
        model = [TableLeases(table, str(number)) for number in range(3)]
        async with in_valkey(server.url, "history", LEASE_SECONDS) as processes:
            for _ in range(300):
                who, limit, most = chance.randrange(3), chance.choice("fg"), chance.randrange(8)
                held, wanted = chance.randrange(5), chance.randrange(4)
                expected = await model[who].hold(limit, most, held, wanted)
                assert await processes[who].hold(limit, most, held, wanted) == expected

    asyncio.run(story())
