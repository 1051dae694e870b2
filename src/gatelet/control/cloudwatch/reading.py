"""Reading metrics: which points, summed up by which periods. The rules are pure; ``points_of`` reads.

Reference: CloudWatch API Reference, "GetMetricStatistics" (rounding of times, periods).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.operation import Call
from gatelet.metrics.service import MINUTE, Metrics
from gatelet.storage.metric_points import Distribution, MetricKey
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position

Refusal = Callable[[str], AwsError]
Bins = dict[tuple[int, str], Distribution]
"""Samples by the beginning of their period (epoch seconds) and their unit."""

_SHORT_PERIODS = frozenset({1, 5, 10, 20, 30})
_FIVE_MINUTES = 300


def metrics_of(call: Call) -> Metrics:
    """The metrics of this process. Raises NotSupported where none are kept."""
    if call.ports.metrics is None:
        raise NotSupported("metrics in this process")
    return call.ports.metrics


def dimensions_of(given: Sequence[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """Dimensions as a metric's key has them."""
    return tuple(sorted((each["Name"], each["Value"]) for each in given or ()))


def key_of(call: Call, metric: Mapping[str, Any]) -> MetricKey:
    """The key of a Metric (``Namespace``, ``MetricName``, ``Dimensions``), without its unit."""
    dimensions = dimensions_of(metric.get("Dimensions"))
    return MetricKey(call.scope.account, call.scope.region, metric["Namespace"], metric["MetricName"], dimensions)


def check_period(period: int, refusal: Refusal) -> None:
    """Raises what ``refusal`` makes, and NotSupported for what only high resolution has."""
    if period in _SHORT_PERIODS:
        raise NotSupported("periods shorter than a minute")
    if period % MINUTE:
        raise refusal("The parameter Period must be a multiple of 60.")


def span(start: datetime, end: datetime, now: float, value: Refusal, combination: Refusal) -> tuple[int, int]:
    """The seconds from which and up to which points are wanted. Raises what the refusals make."""
    first, last = int(start.timestamp()), int(end.timestamp())
    if first == last:
        raise value("The parameter StartTime must not equal parameter EndTime.")
    if first > last:
        raise combination("The parameter StartTime must be less than the parameter EndTime.")
    # Older points are those of five minutes.
    width = MINUTE if first > now - quotas.METRIC_MINUTES_SECONDS else _FIVE_MINUTES
    return first - first % width, last


def page_token(begun: int) -> str:
    """The token of the page that begins after so many entries."""
    return encode_position(str(begun))


def page_begin(token: str | None, refused: AwsError) -> int:
    """How many entries earlier pages had. Raises ``refused`` for a token that is none of ours."""
    if token is None:
        return 0
    try:
        return int(decode_position(token))
    except (InvalidPosition, ValueError):
        raise refused from None


async def bins_of(call: Call, key: MetricKey, within: tuple[int, int], period: int, unit: str | None) -> Bins:
    """The samples of each period, counted from the beginning of the span, and of each unit (or of one)."""
    start, end = within
    bins: Bins = {}
    for point in await metrics_of(call).read(key, start, end):
        if unit in (None, point.key.unit):
            at = point.at - (point.at - start) % period
            bins.setdefault((at, point.key.unit), Distribution()).merge(point.samples)
    return bins
