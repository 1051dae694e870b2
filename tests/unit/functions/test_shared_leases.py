"""Limits that several processes keep together: never more than there are, and everything comes back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
from tests.unit.counters.table_of_leases import Table, TableLeases

from gatelet.counters.ports import LEASE_SECONDS
from gatelet.functions.concurrency import Lease, Limit
from gatelet.functions.shared_leases import SharedLeases

FIVE = Limit("reserved:f", 5, "full")


@dataclass
class Clock:
    """Turned by hand."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class Process:
    """A process, the leases that it holds, and the calls that it has under way."""

    shared: SharedLeases
    held: list[Lease] = field(default_factory=list)
    asking: set[asyncio.Task[bool]] = field(default_factory=set)

    async def take(self, limit: Limit = FIVE) -> bool:
        lease = Lease(())
        granted = await self.shared.join(lease, limit)
        if granted:
            self.held.append(lease)
        return granted

    def ask(self) -> None:
        task = asyncio.get_running_loop().create_task(self.take())
        self.asking.add(task)
        task.add_done_callback(self.asking.discard)

    def give_back(self) -> None:
        self.held.pop().release()


@dataclass
class House:
    """Several processes and the table that they share."""

    clock: Clock
    table: Table
    chance: random.Random
    started: int = 0

    def process(self) -> Process:
        self.started += 1
        return Process(SharedLeases(TableLeases(self.table, str(self.started))))


async def turn(times: int = 20) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


def live(story: Callable[[House], Awaitable[None]], seed: int = 0) -> None:
    clock, chance = Clock(), random.Random(seed)
    table = Table(clock.monotonic, turns=lambda: chance.randrange(3))
    asyncio.run(_within(story(House(clock, table, chance))))


async def _within(story: Awaitable[None]) -> None:
    async with asyncio.timeout(30):
        await story


def test_what_one_has_the_other_lacks_until_it_is_given_back() -> None:
    async def story(house: House) -> None:
        one, two = house.process(), house.process()
        assert [await one.take() for _ in range(4)] == [True] * 4
        assert [await two.take() for _ in range(2)] == [True, False]
        one.give_back()
        await turn()
        assert [await two.take() for _ in range(2)] == [True, False]

    live(story)


def test_a_refused_lease_is_released_at_once() -> None:
    class Counted(Lease):
        released = False

        def release(self) -> None:
            self.released = True
            super().release()

    async def story(house: House) -> None:
        lease = Counted(())
        assert not await house.process().shared.join(lease, Limit("reserved:f", 0, "full"))
        assert lease.released

    live(story)


def test_calls_at_once_go_together() -> None:
    async def story(house: House) -> None:
        process = house.process()
        answers = await asyncio.gather(*(process.take() for _ in range(100)))
        assert answers == [True] * 5 + [False] * 95, "in the order in which they came"
        assert house.table.calls == 1
        for _ in range(5):
            process.give_back()
        await turn()
        assert house.table.calls == 2

    live(story)


def test_who_stops_waiting_holds_nothing() -> None:
    async def story(house: House) -> None:
        one, two = house.process(), house.process()
        for turns in range(8):
            one.ask()
            await turn(turns)
            for task in tuple(one.asking):
                task.cancel()
            await turn()
            while one.held:
                one.give_back()
            await turn()
            assert one.shared.limits == 0
            answers = [await two.take() for _ in range(6)]
            assert answers == [True] * 5 + [False]
            while two.held:
                two.give_back()
            await turn()

    live(story)


def test_a_table_that_does_not_answer_refuses_nobody_and_learns_what_is_held() -> None:
    async def story(house: House) -> None:
        one, two = house.process(), house.process()
        house.table.answers = False
        assert [await process.take() for process in (one, two) for _ in range(4)] == [True] * 8
        one.give_back()
        await turn()
        house.table.answers = True
        await one.shared.remind()
        await two.shared.remind()
        assert not await one.take()
        for _ in range(3):
            one.give_back()
        await turn()
        assert [await two.take() for _ in range(2)] == [True, False]

    live(story)


def test_a_fault_reaches_all_who_wait() -> None:
    class Broken:
        async def hold(self, limit: str, most: int, held: int, wanted: int) -> int:
            await asyncio.sleep(0)
            raise ValueError(limit)

    async def story(_: House) -> None:
        process = Process(SharedLeases(Broken()))
        answers = await asyncio.gather(*(process.take() for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [ValueError] * 3
        assert process.shared.limits == 0

    live(story)


@pytest.mark.parametrize("seed", range(20))
def test_any_life_of_many_processes_keeps_the_limit(seed: int) -> None:
    """Random taking, giving back, reminding and dying: the living never hold more than five, and lose nothing."""

    async def story(house: House) -> None:
        chance, processes = house.chance, [house.process() for _ in range(4)]
        most = 0
        for step in range(600):
            process = chance.choice(processes)
            deed = chance.random()
            if deed < 0.5:
                process.ask()
            elif deed < 0.9:
                if process.held:
                    process.give_back()
            elif deed < 0.92:
                processes[processes.index(process)] = await killed(house, process)
            await turn(chance.randrange(4))
            if step % 10 == 0:
                house.clock.now += LEASE_SECONDS / 3
                await asyncio.gather(*(each.shared.remind() for each in processes))
            most = max(most, sum(len(each.held) for each in processes))
            assert most <= 5
        assert most == 5
        await everything_comes_back(house, processes)

    live(story, seed)


async def killed(house: House, process: Process) -> Process:
    """It says nothing any more; another takes its place."""
    for task in process.asking:
        task.cancel()
    process.held.clear()
    return house.process()


async def everything_comes_back(house: House, processes: Sequence[Process]) -> None:
    await turn(100)
    for process in processes:
        while process.held:
            process.give_back()
    await turn(100)
    assert [process.shared.limits for process in processes] == [0] * 4
    house.clock.now += LEASE_SECONDS
    assert [await processes[0].take() for _ in range(6)] == [True] * 5 + [False]
