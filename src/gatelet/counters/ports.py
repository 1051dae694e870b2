"""What the counters do, whatever keeps them. Every operation is atomic, also between processes.

``now`` is in seconds since the epoch everywhere. Every method may raise CountersUnavailable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: ``rate`` tokens a second, at most ``burst``."""

    name: str
    rate: float
    burst: int


class LocalBuckets(Protocol):
    """Token buckets that nothing has to be waited for."""

    def take_now(self, buckets: Sequence[Bucket], now: float) -> int | None:
        """What Buckets.take does."""


class Buckets(Protocol):
    """Token buckets."""

    @property
    def local(self) -> LocalBuckets | None:
        """The same buckets, if they are in this process's memory."""

    async def take(self, buckets: Sequence[Bucket], now: float) -> int | None:
        """Take a token of each, or of none: then the index of the first one that has none."""


@dataclass(frozen=True, slots=True)
class Period:
    """The period that a quota counts in, and the day in it.

    ``start`` in seconds since the epoch; ``day`` as ``2026-01-31``, for the usage by day.
    """

    start: int
    day: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a meter has counted."""

    period: int
    """Start of the period that ``used`` belongs to."""
    used: int
    extra: int
    """What was added to the limit of this period (UpdateUsage); less than nothing takes away."""
    days: Mapping[str, int]
    """By day, the newest 90."""


class Quotas(Protocol):
    """Meters that count up to a limit in a period. Never less is charged than was admitted."""

    async def charge(self, meter: str, limit: int, period: Period) -> bool:
        """Count one, unless the limit is reached."""

    async def extend(self, meter: str, limit: int, period: Period, remaining: int) -> None:
        """Let ``remaining`` more through in this period."""

    async def usage(self, meter: str) -> Usage | None:
        """What was counted; None: nothing ever."""

    async def forget(self, meter: str) -> None:
        """Forget a meter."""


LEASE_SECONDS = 6.0
"""What a process holds and has not said for so long is free again: it is dead, or cut off."""


class Leases(Protocol):
    """How much of each limit every process holds. Each says its whole number, so that nothing drifts."""

    async def hold(self, limit: str, most: int, held: int, wanted: int) -> int:
        """Say that this process holds ``held`` and wants ``wanted`` more; how many of those it holds now, too.

        All processes together are granted ``most`` at most. A process has one such call for a limit under way at a
        time: of two, the one that arrives last would count.
        """


class Cache(Protocol):
    """Values that may go at any moment, by namespace."""

    async def get(self, namespace: str, key: str, now: float) -> bytes | None:
        """The value, if it is there and not older than its time to live."""

    async def generation(self, namespace: str) -> int:
        """What ``put`` is told of a value whose making begins now: it is not kept when a flush comes before its end."""

    async def put(
        self, namespace: str, key: str, value: bytes, *, generation: int, ttl: float, capacity: int, now: float
    ) -> None:
        """Keep a value for ``ttl`` seconds; the least recently used go beyond ``capacity`` bytes in a namespace."""

    async def delete(self, namespace: str, key: str) -> None:
        """Forget one value."""

    async def flush(self, namespace: str) -> None:
        """Forget all values of a namespace."""


class QuotaLedger(Protocol):
    """Where meters survive a crash (server/quota_ledger.py keeps them in Records)."""

    async def load(self, meter: str) -> Usage | None:
        """What was saved last."""

    async def save(self, meter: str, usage: Usage) -> None:
        """Returns once it is on disk."""

    async def delete(self, meter: str) -> None:
        """Forget a meter."""
