"""Counters in this process's memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import getsizeof

from gatelet.counters import quota, token_bucket
from gatelet.counters.ports import Bucket, Period, QuotaLedger, Usage
from gatelet.counters.token_bucket import Level

_BUCKETS = 100_000
_CACHE_BYTES = 1024**3
_ENTRY_OVERHEAD = 360
"""Bytes that Python needs for an entry beside its key and value: its place, its time, and its share of a table that
has just been enlarged."""


class MemoryBuckets:
    """Token buckets, at most 100,000: a bucket that is full again need not be remembered."""

    __slots__ = ("_levels", "_most")

    def __init__(self, most: int = _BUCKETS) -> None:
        self._levels: dict[str, tuple[Level, Bucket]] = {}
        self._most = most

    @property
    def local(self) -> MemoryBuckets:
        """They are."""
        return self

    async def take(self, buckets: Sequence[Bucket], now: float) -> int | None:
        """Take a token of each, or of none: then the index of the first one that has none."""
        return self.take_now(buckets, now)

    def take_now(self, buckets: Sequence[Bucket], now: float) -> int | None:
        """Take a token of each, or of none: then the index of the first one that has none."""
        levels = self._levels
        taken: list[tuple[str, tuple[Level, Bucket]]] = []
        for bucket in buckets:
            held = levels.get(bucket.name)
            level = token_bucket.take(held and held[0], bucket.rate, bucket.burst, now)
            if level is None:
                return len(taken)
            taken.append((bucket.name, (level, bucket)))
        levels.update(taken)
        if len(levels) > self._most:
            self._forget_full(now)
        return None

    def _forget_full(self, now: float) -> None:
        """Forget those that are full; if that is not enough, those that will be first."""
        ends = [
            (token_bucket.full_at(level, bucket.rate, bucket.burst), name)
            for name, (level, bucket) in self._levels.items()
        ]
        kept = sorted(end for end in ends if end[0] > now)[-self._most // 2 :]
        self._levels = {name: self._levels[name] for _, name in kept}


@dataclass(slots=True)
class _Namespace:
    entries: OrderedDict[str, tuple[float, bytes]] = field(default_factory=OrderedDict)
    size: int = 0

    def drop(self, key: str) -> None:
        entry = self.entries.pop(key, None)
        if entry is not None:
            self.size -= _size(key, entry[1])


class MemoryCache:
    """Values by namespace, each namespace within its capacity and all of them within ``most`` bytes."""

    __slots__ = ("_flushes", "_most", "_namespaces")

    def __init__(self, most: int = _CACHE_BYTES) -> None:
        self._namespaces: dict[str, _Namespace] = {}
        self._flushes = 0
        self._most = most

    async def get(self, namespace: str, key: str, now: float) -> bytes | None:
        """The value, if it is there and not older than its time to live."""
        space = self._namespaces.get(namespace)
        entry = None if space is None else space.entries.get(key)
        if space is None or entry is None:
            return None
        expires, value = entry
        if expires <= now:
            space.drop(key)
            return None
        space.entries.move_to_end(key)
        return value

    async def generation(self, namespace: str) -> int:  # noqa: ARG002 - the port's signature
        """How often anything was flushed."""
        return self._flushes

    async def put(
        self, namespace: str, key: str, value: bytes, *, generation: int, ttl: float, capacity: int, now: float
    ) -> None:
        """Keep a value for ``ttl`` seconds; the least recently used go beyond ``capacity`` bytes in a namespace."""
        if generation != self._flushes:
            return
        space = self._namespaces.setdefault(namespace, _Namespace())
        space.drop(key)
        size = _size(key, value)
        if size > capacity or ttl <= 0:
            return
        space.entries[key] = (now + ttl, value)
        space.size += size
        while space.size > capacity:
            space.drop(next(iter(space.entries)))
        while self.size > self._most:
            largest = max(self._namespaces.values(), key=lambda one: one.size)
            largest.drop(next(iter(largest.entries)))

    @property
    def size(self) -> int:
        """Bytes that all values take."""
        return sum(space.size for space in self._namespaces.values())

    async def delete(self, namespace: str, key: str) -> None:
        """Forget one value."""
        if namespace in self._namespaces:
            self._namespaces[namespace].drop(key)

    async def flush(self, namespace: str) -> None:
        """Forget all values of a namespace."""
        self._flushes += 1
        self._namespaces.pop(namespace, None)


def _size(key: str, value: bytes) -> int:
    return getsizeof(key) + getsizeof(value) + _ENTRY_OVERHEAD


@dataclass(slots=True)
class _Meter:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    usage: Usage | None = None
    ahead: int = 0
    """What of the usage is charged on disk already, and not spent."""
    loaded: bool = False


class MemoryQuotas:
    """Meters in memory, charged ahead on disk in blocks: a crash charges at most one block too much."""

    __slots__ = ("_ledger", "_meters")

    def __init__(self, ledger: QuotaLedger) -> None:
        self._ledger = ledger
        self._meters: dict[str, _Meter] = {}

    @property
    def meters(self) -> int:
        """How many are held."""
        return len(self._meters)

    async def charge(self, meter: str, limit: int, period: Period) -> bool:
        """Count one, unless the limit is reached."""
        state = self._meters.setdefault(meter, _Meter())
        async with state.lock:
            usage = await self._current(meter, state, period)
            if quota.left(usage, limit) < 1:
                return False
            if not state.ahead:
                block = min(quota.block_of(limit), quota.left(usage, limit))
                await self._ledger.save(meter, quota.charged(usage, block, period))
                state.ahead = block
            state.usage = quota.charged(usage, 1, period)
            state.ahead -= 1
            return True

    async def extend(self, meter: str, limit: int, period: Period, remaining: int) -> None:
        """Let ``remaining`` more through in this period."""
        state = self._meters.setdefault(meter, _Meter())
        async with state.lock:
            usage = quota.extended(await self._current(meter, state, period), limit, remaining)
            await self._ledger.save(meter, usage)
            state.usage, state.ahead = usage, 0

    async def usage(self, meter: str) -> Usage | None:
        """What was counted; None: nothing ever."""
        state = self._meters.setdefault(meter, _Meter())
        async with state.lock:
            return await self._loaded(meter, state)

    async def forget(self, meter: str) -> None:
        """Forget a meter."""
        state = self._meters.setdefault(meter, _Meter())
        async with state.lock:
            await self._ledger.delete(meter)
            state.usage, state.ahead, state.loaded = None, 0, True
            if self._meters.get(meter) is state:
                del self._meters[meter]

    async def settle(self) -> None:
        """Write what was really used: a stop in order charges nothing too much."""
        for meter, state in list(self._meters.items()):
            async with state.lock:
                if state.ahead and state.usage is not None:
                    await self._ledger.save(meter, state.usage)
                    state.ahead = 0

    async def _current(self, meter: str, state: _Meter, period: Period) -> Usage:
        usage = await self._loaded(meter, state)
        current = quota.in_period(usage, period)
        if current is not usage:
            state.ahead = 0
        return current

    async def _loaded(self, meter: str, state: _Meter) -> Usage | None:
        if not state.loaded:
            state.usage = await self._ledger.load(meter)
            state.loaded = True
        return state.usage
