"""How much ran at once, by CloudWatch's metrics.

Reference: Lambda Developer Guide, "Types of metrics for Lambda functions" (concurrency metrics).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatelet.functions.concurrency import Peaks
from gatelet.metrics.invocations import NAMESPACE
from gatelet.metrics.samples import Sample
from gatelet.storage.metric_points import Distribution, MetricKey

Allocated = Callable[[str, str], int]
"""How much provisioned concurrency a version (its function's ARN, its number) has."""


def samples_of(peaks: Peaks, allocated: Allocated) -> Iterator[Sample]:
    """One sample for each: the peak since the last time, whose Maximum is the peak of a minute."""
    for arn, peak in peaks.functions.items():
        yield _of_function(arn, "ConcurrentExecutions", peak)
    for (arn, version), peak in peaks.provisioned.items():
        yield _of_function(arn, "ProvisionedConcurrentExecutions", peak, version)
        if most := allocated(arn, version):
            yield _of_function(arn, "ProvisionedConcurrencyUtilization", min(1.0, peak / most), version)
    for name, by_scope in (
        ("ConcurrentExecutions", peaks.everything),
        ("UnreservedConcurrentExecutions", peaks.unreserved),
    ):
        for scope, peak in by_scope.items():
            yield MetricKey(scope.account, scope.region, NAMESPACE, name, (), "Count"), _one(peak)


def _of_function(arn: str, name: str, value: float, version: str = "") -> Sample:
    _, _, _, region, account, _, function = arn.split(":")[:7]
    dimensions = [("FunctionName", function)]
    if version:
        dimensions.append(("Resource", f"{function}:{version}"))
    return MetricKey(account, region, NAMESPACE, name, tuple(dimensions), "Count"), _one(value)


def _one(value: float) -> Distribution:
    samples = Distribution()
    samples.add(value)
    return samples
