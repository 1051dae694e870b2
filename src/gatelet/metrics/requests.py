"""What is counted of the requests to APIs: a meter for each method of a stage, made at its first request.

Reference: API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gatelet.metrics.samples import GATHERED, Sample, shares
from gatelet.storage.metric_points import Distribution, MetricKey

NAMESPACE = "AWS/ApiGateway"
METERS = 10_000
"""Methods whose requests are counted apart; the one that was made first makes room."""

Which = tuple[str, str, bool]


class MethodLabels(NamedTuple):
    """Whose requests a meter counts. ``resource`` and ``method`` are empty where no method was found."""

    account: str
    region: str
    api_id: str
    api_name: str
    stage: str
    resource: str = ""
    method: str = ""
    detailed: bool = False
    """Whether the method has metrics of its own (``metricsEnabled``)."""

    @property
    def shown_name(self) -> str:
        """The ApiName dimension: without what is not ASCII, and the id where nothing else is left."""
        return self.api_name.encode("ascii", "ignore").decode() or self.api_id


@dataclass(slots=True)
class RequestCounts:
    """Requests, summed up; times in milliseconds."""

    count: int = 0
    client_errors: int = 0
    server_errors: int = 0
    hits: int = 0
    misses: int = 0
    latency: Distribution = field(default_factory=Distribution)
    integration: Distribution = field(default_factory=Distribution)

    def merge(self, other: RequestCounts) -> None:
        """Add the requests of another."""
        self.count += other.count
        self.client_errors += other.client_errors
        self.server_errors += other.server_errors
        self.hits += other.hits
        self.misses += other.misses
        self.latency.merge(other.latency)
        self.integration.merge(other.integration)


class RequestMeter:
    """Counts the requests of one method: what came since the last fold, and everything ever.

    Requests are gathered and summed up many at a time: that takes a third of the time.
    """

    __slots__ = ("_gathered", "_now", "ever", "labels")

    def __init__(self, labels: MethodLabels) -> None:
        self.labels = labels
        self.ever = RequestCounts()
        self._now = RequestCounts()
        self._gathered: list[tuple[int, float, float | None, bool | None]] = []

    def record(self, status: int, latency: float, integration: float | None, cached: bool | None) -> None:
        """One answered request. ``cached``: None where nothing is cached."""
        gathered = self._gathered
        gathered.append((status, latency, integration, cached))
        if len(gathered) >= GATHERED:
            self._sum_up()

    def take(self) -> RequestCounts:
        """What came since this was last asked."""
        self._sum_up()
        counts, self._now = self._now, RequestCounts()
        self.ever.merge(counts)
        return counts

    def _sum_up(self) -> None:
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        now = self._now
        statuses, latencies, integrations, cached = zip(*gathered, strict=True)
        now.count += len(gathered)
        now.latency.add_all(latencies)
        now.integration.add_all([each for each in integrations if each is not None])
        for status, times in Counter(statuses).items():
            if status >= 500:
                now.server_errors += times
            elif status >= 400:
                now.client_errors += times
        now.hits += cached.count(True)
        now.misses += cached.count(False)


class RequestMeters:
    """The meters of all methods. Each is found by its method's ARN (which names the stage), or the stage's own name,
    and by what else its metrics are called by: the API's name, and whether the method has some of its own.
    """

    def __init__(self, bound: int = METERS) -> None:
        self._meters: dict[Which, RequestMeter] = {}
        self._bound = bound
        self._left: list[Sample] = []

    def get(self, which: Which) -> RequestMeter | None:
        """The meter of a method, if it has one."""
        return self._meters.get(which)

    def open(self, which: Which, labels: MethodLabels) -> RequestMeter:
        """The meter of a method at its first request."""
        if len(self._meters) >= self._bound:
            self._left.extend(_samples(self._meters.pop(next(iter(self._meters)))))
        meter = self._meters[which] = RequestMeter(labels)
        return meter

    def meters(self) -> list[RequestMeter]:
        """Every meter there is."""
        return list(self._meters.values())

    def fold(self) -> Iterator[Sample]:
        """What was counted since the last fold, by CloudWatch's metrics."""
        left, self._left = self._left, []
        yield from left
        for meter in self.meters():
            yield from _samples(meter)


def _samples(meter: RequestMeter) -> list[Sample]:
    counts, labels = meter.take(), meter.labels
    if not counts.count:
        return []
    api, stage = ("ApiName", labels.shown_name), ("Stage", labels.stage)
    dimensions: list[tuple[tuple[str, str], ...]] = [(api,), (api, stage)]
    if labels.detailed:
        dimensions.append((api, ("Method", labels.method), ("Resource", labels.resource), stage))
    found = []
    for each in dimensions:
        for name, unit, samples in _metrics(counts):
            found.append((MetricKey(labels.account, labels.region, NAMESPACE, name, each, unit), samples))
    return found


def _metrics(counts: RequestCounts) -> Iterator[tuple[str, str, Distribution]]:
    yield "Count", "Count", shares(counts.count, counts.count)
    yield "4XXError", "Count", shares(counts.client_errors, counts.count)
    yield "5XXError", "Count", shares(counts.server_errors, counts.count)
    yield "Latency", "Milliseconds", counts.latency
    if counts.integration.count:
        yield "IntegrationLatency", "Milliseconds", counts.integration
    if counts.hits or counts.misses:
        yield "CacheHitCount", "Count", shares(counts.hits, counts.count)
        yield "CacheMissCount", "Count", shares(counts.misses, counts.count)
