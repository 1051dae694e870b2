"""Kept responses: every driver does the same (apigateway-authorization-limits section 10)."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Callable

from tests.contract.counters import NOW, Counters, Story, in_valkey, keep
from tests.contract.counters_server import CountersServer

from gatelet.counters.memory import MemoryCache
from gatelet.counters.valkey import ValkeyServer


def test_a_value_is_there_until_it_is_old(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        await keep(counters.cache, "stage", "k", b"v \x00", ttl=60, capacity=10_000, now=NOW)
        assert await counters.cache.get("stage", "k", NOW + 59.9) == b"v \x00"
        assert await counters.cache.get("other", "k", NOW) is None
        assert await counters.cache.get("stage", "k", NOW + 60) is None

    live(story)


def test_values_are_forgotten_one_by_one_or_all(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        for key in "ab":
            await keep(counters.cache, "stage", key, b"v", ttl=60, capacity=10_000, now=NOW)
        await keep(counters.cache, "other", "a", b"v", ttl=60, capacity=10_000, now=NOW)
        await counters.cache.delete("stage", "a")
        assert [await counters.cache.get("stage", key, NOW) for key in "ab"] == [None, b"v"]
        await counters.cache.flush("stage")
        assert await counters.cache.get("stage", "b", NOW) is None
        assert await counters.cache.get("other", "a", NOW) == b"v"

    live(story)


def test_a_value_whose_making_began_before_a_flush_is_not_kept(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        cache = counters.cache
        begun = await cache.generation("stage")
        await cache.flush("stage")
        await cache.put("stage", "k", b"old", generation=begun, ttl=60, capacity=10_000, now=NOW)
        assert await cache.get("stage", "k", NOW) is None
        begun = await cache.generation("stage")
        await cache.put("stage", "k", b"new", generation=begun, ttl=60, capacity=10_000, now=NOW)
        assert await cache.get("stage", "k", NOW) == b"new"

    live(story)


def test_what_is_too_large_or_lives_no_time_is_not_kept(live: Callable[[Story], None]) -> None:
    async def story(counters: Counters) -> None:
        await keep(counters.cache, "stage", "large", b"v" * 2_000, ttl=60, capacity=1_000, now=NOW)
        await keep(counters.cache, "stage", "short", b"v", ttl=0, capacity=1_000, now=NOW)
        assert await counters.cache.get("stage", "large", NOW) is None
        assert await counters.cache.get("stage", "short", NOW) is None

    live(story)


def test_what_was_flushed_stays_so_when_the_server_evicts_all_that_it_may(server: CountersServer) -> None:
    """It may forget the number of the generation, too: old values must not be those of the new first one."""

    async def story() -> None:
        valkey = ValkeyServer(server.url, "evicted", time.monotonic, print)
        async with in_valkey(server.url, "evicted") as counters:
            await keep(counters.cache, "stage", "k", b"old", ttl=60, capacity=10_000, now=NOW)
            await counters.cache.flush("stage")
            name = valkey.name("generation", "stage")
            assert await valkey.ask(lambda client: client.delete(name)) == 1
            assert await counters.cache.get("stage", "k", NOW) is None
        await valkey.close()

    asyncio.run(story())


class TestMemory:
    """What the driver in memory bounds by itself."""

    def test_a_namespace_stays_within_its_capacity(self) -> None:
        async def story() -> None:
            cache = MemoryCache()
            for number in range(20_000):
                await keep(cache, "stage", str(number), b"v" * 100, ttl=60, capacity=50_000, now=NOW)
            held = [n for n in range(20_000) if await cache.get("stage", str(n), NOW)]
            assert 50 < len(held) < 200
            assert held == list(range(20_000 - len(held), 20_000))

        asyncio.run(story())

    def test_a_million_keys_take_no_more_memory_than_the_bound(self) -> None:
        """What Python takes is measured for the first 20,000; after that the table has the size that it keeps."""

        async def story() -> None:
            cache, bound = MemoryCache(), 1_000_000
            tracemalloc.start()
            for number in range(1_000_000):
                value = b"%0100d" % number
                await cache.put("s", f"key-{number}", value, generation=0, ttl=60, capacity=bound, now=NOW + number)
                if number == 20_000:
                    _, peak = tracemalloc.get_traced_memory()
                    tracemalloc.stop()
            assert bound / 2 < peak < bound
            assert bound * 0.99 < cache.size <= bound

        asyncio.run(story())

    def test_all_namespaces_together_stay_within_a_bound(self) -> None:
        async def story() -> None:
            cache = MemoryCache(most=100_000)
            for number in range(5_000):
                await keep(cache, f"stage-{number % 7}", str(number), b"v" * 100, ttl=60, capacity=90_000, now=NOW)
            assert 50_000 < cache.size <= 100_000

        asyncio.run(story())

    def test_the_least_recently_used_goes_first(self) -> None:
        async def story() -> None:
            cache = MemoryCache()
            await keep(cache, "other", "a", b"v", ttl=60, capacity=1_000, now=NOW)
            three = 3 * cache.size
            for key in "abc":
                await keep(cache, "stage", key, b"v", ttl=60, capacity=three, now=NOW)
            assert await cache.get("stage", "a", NOW)
            await keep(cache, "stage", "d", b"v", ttl=60, capacity=three, now=NOW)
            assert [bool(await cache.get("stage", key, NOW)) for key in "abcd"] == [True, False, True, True]

        asyncio.run(story())
