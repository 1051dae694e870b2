"""ListMetrics and PutMetricData."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.cloudwatch.errors import InvalidCombination, InvalidValue
from gatelet.control.cloudwatch.reading import dimensions_of, metrics_of, page_begin, page_token
from gatelet.control.operation import Call, operation
from gatelet.metrics.service import MINUTE
from gatelet.storage.metric_points import UNKNOWN, Distribution, MetricKey, MetricPoint

if TYPE_CHECKING:
    from types_boto3_cloudwatch import type_defs as t

_LARGEST = 2.0**quotas.METRIC_VALUE_EXPONENT
_RECENT_SECONDS = 3 * 60 * 60


@operation("cloudwatch", "ListMetrics")
async def list_metrics(call: Call, request: t.ListMetricsInputTypeDef) -> dict[str, Any]:
    """A page of metrics that had samples in the last two weeks. Raises InvalidValue, NotSupported."""
    for member in ("IncludeLinkedAccounts", "OwningAccount"):
        if request.get(member):
            raise NotSupported(f"{member} of ListMetrics")
    filters = {column: request[member] for column, member in _FILTERS if request.get(member)}  # type: ignore[literal-required]
    listed = await metrics_of(call).list(call.scope.account, call.scope.region, filters)
    age = _RECENT_SECONDS if request.get("RecentlyActive") else quotas.METRIC_PAST_SECONDS
    oldest = call.ports.clock.now() - age
    found = sorted({listing.key._replace(unit="") for listing in listed if listing.newest > oldest})
    found = [key for key in found if _has(key, request.get("Dimensions") or ())]
    begun = page_begin(request.get("NextToken"), InvalidValue("Invalid nextToken"))
    page = found[begun : begun + quotas.METRICS_PAGE]
    answer: dict[str, Any] = {"Metrics": [_metric(key) for key in page]}
    if len(found) > begun + len(page):
        answer["NextToken"] = page_token(begun + len(page))
    return answer


_FILTERS = (("namespace", "Namespace"), ("name", "MetricName"))


def _has(key: MetricKey, wanted: Sequence[Mapping[str, Any]]) -> bool:
    held = dict(key.dimensions)
    return all(held.get(each["Name"]) == each.get("Value", held.get(each["Name"], "")) for each in wanted)


def _metric(key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in key.dimensions]
    return {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}


@operation("cloudwatch", "PutMetricData")
async def put_metric_data(call: Call, request: t.PutMetricDataInputTypeDef) -> dict[str, Any]:
    """Samples of metrics of one's own; kept when this returns. Raises InvalidValue, InvalidCombination."""
    if request.get("EntityMetricData"):
        raise NotSupported("EntityMetricData")
    if request["Namespace"].startswith("AWS/"):
        raise InvalidValue("The value AWS/ for parameter Namespace is invalid.")
    data: Sequence[Any] = request.get("MetricData") or ()
    if len(data) > quotas.METRIC_DATA:
        raise InvalidValue(f"The collection MetricData must not have a size greater than {quotas.METRIC_DATA}.")
    await metrics_of(call).put([_point(call, request["Namespace"], datum, n) for n, datum in enumerate(data, 1)])
    return {}


def _point(call: Call, namespace: str, datum: Mapping[str, Any], number: int) -> MetricPoint:
    place, now = f"MetricData.member.{number}", call.ports.clock.now()
    if datum.get("StorageResolution", MINUTE) == 1:
        raise NotSupported("StorageResolution 1 (high-resolution metrics)")
    moment = datum["Timestamp"].timestamp() if "Timestamp" in datum else now
    if not now - quotas.METRIC_PAST_SECONDS <= moment <= now + quotas.METRIC_FUTURE_SECONDS:
        raise InvalidValue(
            f"The parameter {place}.Timestamp must specify a time within the past two weeks and no more than two "
            "hours in the future."
        )
    key = MetricKey(
        call.scope.account,
        call.scope.region,
        namespace,
        datum["MetricName"],
        dimensions_of(datum.get("Dimensions")),
        datum.get("Unit", "None"),
    )
    return MetricPoint(key, int(moment // MINUTE) * MINUTE, _samples(datum, place))


def _samples(datum: Mapping[str, Any], place: str) -> Distribution:
    ways = [member for member in ("Value", "Values", "StatisticValues") if datum.get(member) is not None]
    if not ways:
        raise InvalidCombination(
            f"At least one of the parameters {place}.Value and {place}.StatisticValues must be specified."
        )
    if len(ways) > 1:
        raise InvalidCombination(
            f"The parameters {place}.{ways[0]} and {place}.{ways[1]} are mutually exclusive and you have "
            "specified both."
        )
    if ways == ["StatisticValues"]:
        return _statistic_set(datum["StatisticValues"], f"{place}.StatisticValues")
    values = datum["Values"] if ways == ["Values"] else [datum["Value"]]
    counts = datum.get("Counts") or [1.0] * len(values)
    if len(counts) != len(values):
        raise InvalidCombination(f"The parameters {place}.Values and {place}.Counts must be of the same size.")
    if len(values) > quotas.METRIC_VALUES:
        raise InvalidValue(f"The collection {place}.Values must not have a size greater than {quotas.METRIC_VALUES}.")
    samples = Distribution()
    for value, count in zip(values, counts, strict=True):
        samples.add_many(_checked(value, f"{place}.{ways[0]}"), max(0.0, _checked(count, f"{place}.Counts")))
    return samples


def _statistic_set(given: Mapping[str, float], place: str) -> Distribution:
    count, total, low, high = (
        _checked(given[name], f"{place}.{name}") for name in ("SampleCount", "Sum", "Minimum", "Maximum")
    )
    if count <= 0 or low > high:
        raise InvalidValue(f"The value {given['SampleCount']} for parameter {place}.SampleCount is invalid.")
    samples = Distribution(count, total, low, high, {UNKNOWN: count})
    if low == high and math.isclose(total, low * count):
        samples = Distribution()  # then every value is known
        samples.add_many(low, count)
    return samples


def _checked(value: float, place: str) -> float:
    if not math.isfinite(value) or abs(value) > _LARGEST:
        shown = "NaN" if math.isnan(value) else "Infinity" if value == math.inf else value
        raise InvalidValue(f"The value {shown} for parameter {place} is invalid.")
    return value
