"""The port of metrics: samples of a minute summed up in a Distribution, kept by what they measure and when.

A Distribution keeps count, sum, least and greatest value exactly, and the values themselves in buckets that grow by
a factor of 2^(1/16): a percentile is told within 4.5 % of the value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

BUCKETS_PER_OCTAVE = 16
ZERO = -100_000
"""The bucket of the value 0."""
NEGATIVE = -100_001
"""The bucket of values below 0."""
UNKNOWN = -100_002
"""Samples of which only the sum is known (a StatisticSet)."""

_log2, _ceil = math.log2, math.ceil


def bucket_of(value: float) -> int:
    """The bucket of a value: bucket n holds 2^((n-1)/16) < value <= 2^(n/16)."""
    if value > 0:
        return _ceil(_log2(value) * BUCKETS_PER_OCTAVE)
    return ZERO if value == 0 else NEGATIVE


def bound_of(bucket: int) -> float:
    """The greatest value that a bucket holds."""
    return 0.0 if bucket <= ZERO else float(2.0 ** (bucket / BUCKETS_PER_OCTAVE))


@dataclass(slots=True)
class Distribution:
    """Samples, summed up."""

    count: float = 0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    buckets: dict[int, float] = field(default_factory=dict)

    def add(self, value: float) -> None:
        """One sample."""
        self.add_all((value,))

    def add_all(self, values: Sequence[float]) -> None:
        """Several samples: what is counted for every request is gathered first (gatelet.metrics.samples)."""
        if values:
            self.count += len(values)
            self.total += sum(values)
            self.low = min(self.low, *values)
            self.high = max(self.high, *values)
            for bucket, times in Counter(map(bucket_of, values)).items():
                self.buckets[bucket] = self.buckets.get(bucket, 0) + times

    def add_many(self, value: float, times: float) -> None:
        """So many samples of one value."""
        if times:
            self.merge(Distribution(times, value * times, value, value, {bucket_of(value): times}))

    def merge(self, other: Distribution) -> None:
        """Add the samples of another."""
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        for bucket, times in list(other.buckets.items()):  # another thread may add to it
            self.buckets[bucket] = self.buckets.get(bucket, 0) + times


class MetricKey(NamedTuple):
    """What is measured. ``dimensions`` are sorted by name; ``unit`` is one of CloudWatch's."""

    account: str
    region: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    unit: str = "None"


class MetricPoint(NamedTuple):
    """The samples of ``width`` seconds from ``at`` (epoch seconds) on."""

    key: MetricKey
    at: int
    samples: Distribution
    width: int = 60


class MetricListing(NamedTuple):
    """A metric that there are points of; ``newest`` is the moment of the last one."""

    key: MetricKey
    newest: int


@dataclass(frozen=True, slots=True)
class Thinning:
    """How points grow old (epoch seconds): those of a minute become five minutes, then they go."""

    five_minutes_before: int
    gone_before: int
    metrics: int
    """How many metrics are kept: those that were written longest ago go first."""


class MetricPoints(Protocol):
    """Points on disk. They survive the end of the process once they are taken."""

    async def add(self, points: Sequence[MetricPoint]) -> None:
        """Take points in one commit; what is there of the same metric and moment is added to."""

    async def read(self, key: MetricKey, start: int, end: int) -> Sequence[MetricPoint]:
        """The points with ``start <= at < end``, ordered by time, in every unit (that of ``key`` does not count)."""

    async def list(self, account: str, region: str, filters: Mapping[str, str]) -> Sequence[MetricListing]:
        """The metrics of a scope, ordered; ``filters`` may name the ``namespace`` and the ``name``."""

    async def thin(self, thinning: Thinning) -> int:
        """Do a part of what the thinning asks for; how many points it touched, 0 when all is done."""
