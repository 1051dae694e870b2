"""GetMetricStatistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.cloudwatch.errors import InvalidCombination, InvalidValue
from gatelet.control.cloudwatch.reading import bins_of, check_period, key_of, span
from gatelet.control.operation import Call, operation
from gatelet.metrics.statistics import SIMPLE, percentile, percentile_of
from gatelet.storage.metric_points import Distribution

if TYPE_CHECKING:
    from types_boto3_cloudwatch import type_defs as t


@operation("cloudwatch", "GetMetricStatistics")
async def get_metric_statistics(call: Call, request: t.GetMetricStatisticsInputTypeDef) -> dict[str, Any]:
    """Statistics of one metric by periods. Raises InvalidValue, InvalidCombination, NotSupported."""
    simple, extended = request.get("Statistics") or (), request.get("ExtendedStatistics") or ()
    if not simple and not extended:
        raise InvalidCombination("Must specify either Statistics or ExtendedStatistics")
    shares = {text: _share(text) for text in extended}
    period = request["Period"]
    check_period(period, InvalidValue)
    start: Any = request["StartTime"]
    end: Any = request["EndTime"]
    within = span(start, end, call.ports.clock.now(), InvalidValue, InvalidCombination)
    asked = math.ceil((end - start).total_seconds() / period)
    if asked > quotas.METRIC_STATISTICS_DATAPOINTS:
        raise InvalidCombination(
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of "
            f"{quotas.METRIC_STATISTICS_DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period, "
            "or decreasing the time range."
        )
    bins = await bins_of(call, key_of(call, request), within, period, request.get("Unit"))
    return {
        "Label": request["MetricName"],
        "Datapoints": [
            {"Timestamp": at, "Unit": unit, **_told(samples, simple, shares)} for (at, unit), samples in bins.items()
        ],
    }


def _told(samples: Distribution, simple: Any, shares: dict[str, float]) -> dict[str, Any]:
    told: dict[str, Any] = {name: SIMPLE[name](samples) for name in simple}
    percentiles = {text: percentile(samples, share) for text, share in shares.items()}
    known = {text: value for text, value in percentiles.items() if value is not None}
    return told | ({"ExtendedStatistics": known} if known else {})


def _share(text: str) -> float:
    share = percentile_of(text)
    if share is None:
        raise InvalidValue(f"The value {text} for parameter ExtendedStatistics is not supported.")
    return share
