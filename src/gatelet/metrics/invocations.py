"""What is counted of the invocations of functions: a meter for each function, version and alias that is called.

Reference: Lambda Developer Guide, "Types of metrics for Lambda functions", "Viewing metrics for Lambda functions"
(dimensions). Times in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gatelet.metrics.samples import GATHERED, Sample, shares
from gatelet.storage.metric_points import Distribution, MetricKey

NAMESPACE = "AWS/Lambda"
INSIGHTS = "LambdaInsights"
"""Where AWS tells the duration of initialisations (``init_duration``), which is no metric of Lambda itself."""
METERS = 10_000


class FunctionLabels(NamedTuple):
    """What was invoked. ``resource`` is the name with the qualifier of the call; ``version`` is what ran."""

    account: str
    region: str
    name: str
    resource: str
    version: str


@dataclass(slots=True)
class InvocationCounts:
    """Invocations, summed up."""

    errors: int = 0
    throttles: int = 0
    dropped: int = 0
    received: int = 0
    provisioned: int = 0
    """Invocations that ran on provisioned concurrency."""
    spilled: int = 0
    """Invocations that found none of it free."""
    duration: Distribution = field(default_factory=Distribution)
    init: Distribution = field(default_factory=Distribution)
    age: Distribution = field(default_factory=Distribution)

    def merge(self, other: InvocationCounts) -> None:
        """Add the invocations of another."""
        for name in ("errors", "throttles", "dropped", "received", "provisioned", "spilled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("duration", "init", "age"):
            getattr(self, name).merge(getattr(other, name))


class FunctionMeter:
    """Counts what one target's invocations do: what came since the last fold, and everything ever.

    Durations are gathered and summed up many at a time, as gatelet.metrics.requests does it.
    """

    __slots__ = ("_gathered", "_now", "_touched", "ever", "labels")

    def __init__(self, labels: FunctionLabels) -> None:
        self.labels = labels
        self.ever = InvocationCounts()
        self._now = InvocationCounts()
        self._gathered: list[float] = []
        self._touched = False

    def take(self) -> InvocationCounts | None:
        """What came since this was last asked; None: nothing."""
        self._sum_up()
        if not self._touched:
            return None
        counts, self._now, self._touched = self._now, InvocationCounts(), False
        self.ever.merge(counts)
        return counts

    def _sum_up(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._now.duration.add_all(gathered)
            self._touched = True

    def ended(self, milliseconds: float, *, error: bool) -> None:
        """An invocation ended."""
        gathered = self._gathered
        gathered.append(milliseconds)
        if len(gathered) >= GATHERED:
            self._sum_up()
        if error:
            self._now.errors += 1

    def throttled(self) -> None:
        """An invocation found no concurrency."""
        self._touched = True
        self._now.throttles += 1

    def admitted(self, *, provisioned: bool) -> None:
        """An invocation of what has provisioned concurrency was let in, on it or beside it."""
        self._touched = True
        if provisioned:
            self._now.provisioned += 1
        else:
            self._now.spilled += 1

    def initialised(self, milliseconds: float) -> None:
        """An environment was initialised."""
        self._touched = True
        self._now.init.add(milliseconds)

    def received(self) -> None:
        """An event that nobody waits for was accepted."""
        self._touched = True
        self._now.received += 1

    def begun(self, age: float) -> None:
        """Such an event is run, so many milliseconds after it was accepted."""
        self._touched = True
        self._now.age.add(age)

    def dropped(self) -> None:
        """Such an event was given up."""
        self._touched = True
        self._now.dropped += 1


class FunctionMeters:
    """The meters of all functions."""

    def __init__(self, bound: int = METERS) -> None:
        self._meters: dict[tuple[str, str], FunctionMeter] = {}
        self._bound = bound
        self._left: list[Sample] = []

    def meter(self, arn: str, version: str = "$LATEST") -> FunctionMeter:
        """The meter of what was invoked: its ARN as qualified as the call was, and the version that runs."""
        meter = self._meters.get((arn, version))
        if meter is None:
            if len(self._meters) >= self._bound:
                self._left.extend(_samples(self._meters.pop(next(iter(self._meters)))))
            meter = self._meters[arn, version] = FunctionMeter(_labels(arn, version))
        return meter

    def meters(self) -> list[FunctionMeter]:
        """Every meter there is."""
        return list(self._meters.values())

    def fold(self) -> Iterator[Sample]:
        """What was counted since the last fold, by CloudWatch's metrics."""
        left, self._left = self._left, []
        yield from left
        for meter in self.meters():
            yield from _samples(meter)


def _labels(arn: str, version: str) -> FunctionLabels:
    _, _, _, region, account, _, name, *qualifier = arn.split(":")
    return FunctionLabels(account, region, name, ":".join([name, *qualifier]), version)


def _samples(meter: FunctionMeter) -> list[Sample]:
    counts, labels = meter.take(), meter.labels
    if counts is None:
        return []
    name, resource = ("FunctionName", labels.name), ("Resource", labels.resource)
    dimensions: list[tuple[tuple[str, str], ...]] = [(), (name,), (name, resource)]
    if labels.resource not in (labels.name, f"{labels.name}:{labels.version}"):
        dimensions.append((("ExecutedVersion", labels.version), name, resource))
    found = []
    for each in dimensions:
        for metric, unit, samples in _metrics(counts):
            found.append((MetricKey(labels.account, labels.region, NAMESPACE, metric, each, unit), samples))
    if counts.init.count:
        insight = MetricKey(
            labels.account, labels.region, INSIGHTS, "init_duration", (("function_name", labels.name),), "Milliseconds"
        )
        found.append((insight, counts.init))
    return found


def _metrics(counts: InvocationCounts) -> Iterator[tuple[str, str, Distribution]]:
    invocations = int(counts.duration.count)
    if invocations:
        yield "Invocations", "Count", shares(invocations, invocations)
        yield "Errors", "Count", shares(counts.errors, invocations)
        yield "Duration", "Milliseconds", counts.duration
    if invocations or counts.throttles:
        yield "Throttles", "Count", shares(counts.throttles, max(invocations, counts.throttles))
    if counts.provisioned:
        yield "ProvisionedConcurrencyInvocations", "Count", shares(counts.provisioned, counts.provisioned)
    if counts.spilled:
        yield "ProvisionedConcurrencySpilloverInvocations", "Count", shares(counts.spilled, counts.spilled)
    if counts.received:
        yield "AsyncEventsReceived", "Count", shares(counts.received, counts.received)
    if counts.age.count:
        yield "AsyncEventAge", "Milliseconds", counts.age
    if counts.dropped:
        yield "AsyncEventsDropped", "Count", shares(counts.dropped, counts.dropped)
