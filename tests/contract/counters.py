"""Counters with every driver, and a server for them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.counters_server import CountersServer
from tests.unit.counters.ledger import Ledger

from gatelet.counters.memory import MemoryBuckets, MemoryCache, MemoryQuotas
from gatelet.counters.ports import Buckets, Cache, Period, Quotas
from gatelet.counters.valkey import ValkeyBuckets, ValkeyCache, ValkeyQuotas, ValkeyServer

DAY = 86_400
JANUARY_1 = Period(1_767_225_600, "2026-01-01")
JANUARY_2 = Period(1_767_225_600 + DAY, "2026-01-02")
NOW = float(JANUARY_1.start)


@dataclass
class Counters:
    buckets: Buckets
    quotas: Quotas
    cache: Cache


async def keep(cache: Cache, namespace: str, key: str, value: bytes, **members: Any) -> None:
    """Put a value whose making begins now."""
    await cache.put(namespace, key, value, generation=await cache.generation(namespace), **members)


Story = Callable[[Counters], Awaitable[None]]


@asynccontextmanager
async def in_memory() -> AsyncIterator[Counters]:
    yield Counters(MemoryBuckets(), MemoryQuotas(Ledger()), MemoryCache())


@asynccontextmanager
async def in_valkey(url: str, prefix: str) -> AsyncIterator[Counters]:
    server = ValkeyServer(url, prefix, time.monotonic, print)
    yield Counters(ValkeyBuckets(server), ValkeyQuotas(server), ValkeyCache(server))
    await server.close()


@contextmanager
def serving() -> Iterator[CountersServer]:
    with tempfile.TemporaryDirectory() as place:  # a short path: a socket's name has 108 bytes at most
        running = CountersServer(Path(place))
        running.start()
        try:
            yield running
        finally:
            running.kill()
