"""Token buckets, quotas and caches: every driver does the same (apigateway-authorization-limits 8 to 10)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.contract.counters import JANUARY_1, JANUARY_2, NOW, Counters, Story, in_valkey, keep
from tests.contract.counters_server import CountersServer
from tests.unit.counters.ledger import Ledger

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.memory import MemoryBuckets, MemoryQuotas
from gatelet.counters.ports import Bucket, Usage
from gatelet.counters.valkey import ValkeyBuckets, ValkeyQuotas, ValkeyServer


def test_a_bucket_gives_its_burst_then_its_rate(live: Callable[[Story], None]) -> None:
    """Rate 100, burst 50, a minute of overload: the burst exactly, then 100 a second."""

    async def story(counters: Counters) -> None:
        bucket = [Bucket("plan", 100.0, 50)]
        at_once = [await counters.buckets.take(bucket, NOW) for _ in range(60)]
        assert at_once.count(None) == 50
        admitted = 0
        for step in range(1, 60 * 150 + 1):
            admitted += await counters.buckets.take(bucket, NOW + step / 150) is None
        assert admitted == 60 * 100

    live(story)


def test_a_refusal_takes_from_no_bucket(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        wide, narrow = Bucket("wide", 1.0, 3), Bucket("narrow", 1.0, 1)
        assert await counters.buckets.take([wide, narrow], NOW) is None
        assert await counters.buckets.take([wide, narrow], NOW) == 1
        assert [await counters.buckets.take([wide], NOW) for _ in range(3)] == [None, None, 0]

    live(story)


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 10), (10.0, 0), (0.0, 0)])
def test_nothing_a_second_or_no_burst_lets_nobody_through(
    live: Callable[[Story], None], rate: float, burst: int
) -> None:
    async def story(counters: Counters) -> None:
        assert await counters.buckets.take([Bucket("shut", rate, burst)], NOW) == 0

    live(story)


def test_no_bucket_refuses_nobody(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        assert await counters.buckets.take([], NOW) is None

    live(story)


def test_a_quota_ends_and_begins_with_its_period(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        answers = [await counters.quotas.charge("key", 10, JANUARY_1) for _ in range(11)]
        assert answers == [True] * 10 + [False]
        assert await counters.quotas.charge("key", 10, JANUARY_2)
        usage = await counters.quotas.usage("key")
        assert usage == Usage(JANUARY_2.start, 1, 0, {"2026-01-01": 10, "2026-01-02": 1})

    live(story)


def test_a_quota_is_extended_for_its_period_alone(live: Callable[[Story], None]) -> None:
    """UpdateUsage /remaining (apigateway-authorization-limits 8)."""

    async def story(counters: Counters) -> None:
        for _ in range(2):
            assert await counters.quotas.charge("key", 2, JANUARY_1)
        await counters.quotas.extend("key", 2, JANUARY_1, 3)
        assert [await counters.quotas.charge("key", 2, JANUARY_1) for _ in range(4)] == [True, True, True, False]
        assert [await counters.quotas.charge("key", 2, JANUARY_2) for _ in range(3)] == [True, True, False]
        await counters.quotas.extend("key", 2, JANUARY_2, 0)
        assert not await counters.quotas.charge("key", 2, JANUARY_2)

    live(story)


def test_a_forgotten_meter_starts_anew(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        assert await counters.quotas.usage("key") is None
        assert await counters.quotas.charge("key", 1, JANUARY_1)
        await counters.quotas.forget("key")
        assert await counters.quotas.usage("key") is None
        assert await counters.quotas.charge("key", 1, JANUARY_1)

    live(story)


def test_calls_at_once_charge_exactly_the_limit(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        answers = await asyncio.gather(*(counters.quotas.charge("key", 150, JANUARY_1) for _ in range(200)))
        assert answers.count(True) == 150

    live(story)


def test_two_processes_admit_together_what_one_would(server: CountersServer) -> None:
    async def story() -> None:
        async with in_valkey(server.url, "shared") as one, in_valkey(server.url, "shared") as other:
            bucket = [Bucket("plan", 10.0, 20)]
            answers = [await at.buckets.take(bucket, NOW) for _ in range(20) for at in (one, other)]
            assert answers.count(None) == 20
            charged = [await at.quotas.charge("key", 7, JANUARY_1) for _ in range(7) for at in (one, other)]
            assert charged.count(True) == 7
            await keep(one.cache, "stage", "k", b"v", ttl=60, capacity=10_000, now=NOW)
            assert await other.cache.get("stage", "k", NOW) == b"v"
            begun = await one.cache.generation("stage")
            await other.cache.flush("stage")
            await one.cache.put("stage", "k", b"old", generation=begun, ttl=60, capacity=10_000, now=NOW)
            assert await one.cache.get("stage", "k", NOW) is None

    asyncio.run(story())


def test_a_dead_server_is_said_once_and_its_return_too(own: CountersServer) -> None:
    async def story() -> None:
        said: list[str] = []
        clock = iter(range(0, 1_000, 10))
        valkey = ValkeyServer(own.url, "p", lambda: float(next(clock)), said.append)
        buckets = ValkeyBuckets(valkey)
        assert await buckets.take([Bucket("b", 1.0, 5)], NOW) is None
        own.kill()
        for _ in range(3):
            with pytest.raises(CountersUnavailable):
                await buckets.take([Bucket("b", 1.0, 5)], NOW)
        assert len(said) == 1
        own.start()
        assert await buckets.take([Bucket("b", 1.0, 5)], NOW) is None
        assert said[1:] == ["The counters' server answers again."]
        await valkey.close()

    asyncio.run(story())


def test_calls_at_once_share_a_bounded_number_of_connections(own: CountersServer) -> None:
    async def story() -> None:
        valkey = ValkeyServer(own.url, "p", time.monotonic, print)
        quotas = ValkeyQuotas(valkey)
        assert all(await asyncio.gather(*(quotas.charge("key", 500, JANUARY_1) for _ in range(300))))
        clients = await valkey.ask(lambda client: client.info("clients"))
        assert clients["connected_clients"] <= 32
        await valkey.close()

    asyncio.run(story())


def test_a_server_that_hangs_is_waited_for_once(own: CountersServer) -> None:
    async def story() -> None:
        begun = 0

        def ping(client: Any) -> Awaitable[Any]:
            nonlocal begun
            begun += 1
            return client.ping()  # type: ignore[no-any-return]

        valkey = ValkeyServer(own.url, "p", lambda: 0.0, print)
        own.pause()
        answers = await asyncio.gather(*(valkey.ask(ping) for _ in range(100)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {CountersUnavailable}
        assert begun <= 32, "the others do not even ask"
        await valkey.close()

    asyncio.run(story())


class TestCharging:
    """Quotas in memory are charged ahead on disk."""

    @pytest.mark.parametrize(("limit", "block"), [(10, 1), (100, 1), (101, 1), (1_000, 10), (1_000_000, 10_000)])
    def test_a_crash_charges_one_block_too_much_at_most(self, limit: int, block: int) -> None:
        async def story() -> None:
            ledger = Ledger()
            before = MemoryQuotas(ledger)
            for _ in range(3):
                assert await before.charge("key", limit, JANUARY_1)
            after = MemoryQuotas(ledger)  # what was only in memory is gone
            usage = await after.usage("key")
            assert usage is not None
            assert 3 <= usage.used < 3 + block

        asyncio.run(story())

    def test_a_stop_in_order_charges_nothing_too_much(self) -> None:
        async def story() -> None:
            ledger = Ledger()
            before = MemoryQuotas(ledger)
            assert await before.charge("key", 1_000, JANUARY_1)
            await before.settle()
            usage = await MemoryQuotas(ledger).usage("key")
            assert usage == Usage(JANUARY_1.start, 1, 0, {"2026-01-01": 1})

        asyncio.run(story())

    def test_what_cannot_be_written_is_not_admitted(self) -> None:
        class Full(Ledger):
            async def save(self, meter: str, usage: Usage) -> None:
                raise OSError("no space left")

        async def story() -> None:
            with pytest.raises(OSError, match="no space"):
                await MemoryQuotas(Full()).charge("key", 10, JANUARY_1)

        asyncio.run(story())


class TestMemory:
    """Nothing in memory grows without a bound."""

    def test_forgotten_meters_take_no_room(self) -> None:
        async def story() -> None:
            quotas = MemoryQuotas(Ledger())
            for number in range(50):
                assert await quotas.charge(str(number), 10, JANUARY_1)
                await quotas.forget(str(number))
            assert quotas.meters == 0

        asyncio.run(story())

    def test_full_buckets_are_forgotten_first(self) -> None:
        async def story() -> None:
            buckets = MemoryBuckets(most=100)
            empty = [Bucket("empty", 0.001, 1)]
            assert await buckets.take(empty, NOW) is None
            for number in range(1_000):
                assert await buckets.take([Bucket(str(number), 1_000.0, 10)], NOW + number) is None
            assert await buckets.take(empty, NOW) == 0

        asyncio.run(story())
