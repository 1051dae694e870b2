"""Metrics of one process: folded from its meters, kept on disk, read as CloudWatch reads them.

Recording never waits: meters count in memory, and every minute what they counted is added to what is on disk. A
process that is killed loses the last minute of what it counted itself; what PutMetricData was given is on disk before
it is answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import chain

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.metrics.invocations import FunctionMeters
from gatelet.metrics.requests import RequestMeters
from gatelet.metrics.samples import Sample
from gatelet.metrics.spans import Spans
from gatelet.storage.metric_points import (
    Distribution,
    MetricKey,
    MetricListing,
    MetricPoint,
    MetricPoints,
    Thinning,
)
from gatelet.storage.ports import StorageError

MINUTE = 60
_PENDING = 100_000
"""Metrics of a minute that wait to be written."""

_AT_ONCE = 200
"""Samples that are taken before others may go on: about a millisecond."""

_log = logging.getLogger(__name__)

Source = Callable[[], Iterable[Sample]]
"""Gives what was counted since it was last asked."""


class Metrics:
    """The meters, and what has been counted."""

    def __init__(
        self, points: MetricPoints, clock: Clock, *, pending: int = _PENDING, spans: Spans | None = None
    ) -> None:
        self.spans = spans
        """Where spans go; None: nothing is traced."""
        self.requests = RequestMeters()
        self.functions = FunctionMeters()
        self.dropped = 0
        """Samples that could not be written."""
        self._points = points
        self._clock = clock
        self._sources: list[Source] = [self.requests.fold, self.functions.fold]
        self._bound = pending
        self._pending: dict[tuple[MetricKey, int], Distribution] = {}
        self._folded = clock.now()
        self._writing = asyncio.Lock()
        self._folding = asyncio.Lock()

    def add_source(self, source: Source) -> None:
        """Ask this, too, whenever the meters are folded."""
        self._sources.append(source)

    async def fold(self) -> None:
        """Take what the meters counted since the last time: all of it belongs to the minute of that.

        In steps: there may be thousands of meters.
        """
        async with self._folding:
            minute = int(self._folded // MINUTE) * MINUTE
            self._folded = self._clock.now()
            for number, (key, samples) in enumerate(chain.from_iterable(source() for source in self._sources), 1):
                self._take(key, minute, samples)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)

    def _take(self, key: MetricKey, minute: int, samples: Distribution) -> None:
        held = self._pending.get((key, minute))
        if held is None:
            if len(self._pending) >= self._bound:
                self.dropped += 1
                return
            held = self._pending[key, minute] = Distribution()
        held.merge(samples)

    async def flush(self) -> None:
        """Everything counted so far is on disk when this returns (or dropped, and counted, if it cannot be)."""
        async with self._writing:
            await self.fold()
            pending, self._pending = self._pending, {}
            points = [MetricPoint(key, minute, samples) for (key, minute), samples in pending.items()]
            if not points:
                return
            try:
                await self._points.add(points)
            except StorageError as error:
                self.dropped += len(points)
                _log.warning("the metrics of a minute are lost: %s", error)

    # ------------------------------------------------------------------ CloudWatch

    async def put(self, points: Sequence[MetricPoint]) -> None:
        """Keep samples of others; they are on disk when this returns. Raises StorageError."""
        await self._points.add(points)

    async def read(self, key: MetricKey, start: int, end: int) -> Sequence[MetricPoint]:
        """Points with ``start <= at < end``, ordered, in every unit."""
        await self.flush()
        return await self._points.read(key, start, end)

    async def list(self, account: str, region: str, filters: Mapping[str, str]) -> Sequence[MetricListing]:
        """The metrics of a scope; see MetricPoints.list."""
        await self.flush()
        return await self._points.list(account, region, filters)

    # ------------------------------------------------------------------ time

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Write every minute, and let what is old go, while the block runs; write the rest at its end."""
        task = asyncio.create_task(self._minutes(), name="metrics")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self.flush()

    async def _minutes(self) -> None:
        while True:
            now = self._clock.now()
            await asyncio.sleep(MINUTE - now % MINUTE)
            try:
                await self.flush()
                await self.thin()
            except Exception:  # noqa: BLE001 - a background task: metrics that are never written fill the memory
                _log.exception("the metrics of a minute could not be written")

    async def thin(self) -> None:
        """Let points grow old: minutes become five minutes, then they go."""
        now = int(self._clock.now())
        thinning = Thinning(
            five_minutes_before=now - quotas.METRIC_MINUTES_SECONDS,
            gone_before=now - quotas.METRIC_SECONDS,
            metrics=quotas.METRICS,
        )
        while await self._points.thin(thinning):
            pass
