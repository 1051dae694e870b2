"""GetMetricData: many metrics at once. Metric math and Metrics Insights are not supported."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.cloudwatch.errors import InvalidRequest, InvalidToken
from gatelet.control.cloudwatch.reading import bins_of, check_period, key_of, page_begin, page_token, span
from gatelet.control.operation import Call, operation
from gatelet.metrics.statistics import Statistic, statistic_of

if TYPE_CHECKING:
    from types_boto3_cloudwatch import type_defs as t

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")

_Series = list[tuple[int, float]]


@operation("cloudwatch", "GetMetricData")
async def get_metric_data(call: Call, request: t.GetMetricDataInputTypeDef) -> dict[str, Any]:
    """Values of metrics by periods, a page of them. Raises InvalidRequest, InvalidToken, NotSupported."""
    queries: Sequence[Any] = request["MetricDataQueries"]
    _check(queries)
    most = request.get("MaxDatapoints", quotas.METRIC_DATAPOINTS)
    if not 1 <= most <= quotas.METRIC_DATAPOINTS:
        raise InvalidRequest(f"The value {most} for parameter MaxDatapoints is invalid.")
    start: Any = request["StartTime"]
    end: Any = request["EndTime"]
    within = span(start, end, call.ports.clock.now(), InvalidRequest, InvalidRequest)
    begun = page_begin(request.get("NextToken"), InvalidToken())
    ascending = request.get("ScanBy") == "TimestampAscending"
    results, room, skip = [], most, begun
    for query in queries:
        if not query.get("ReturnData", True):
            continue
        series = sorted(await _series(call, query["MetricStat"], within), reverse=not ascending)
        page = series[skip : skip + room]
        rest = len(series) - skip - len(page)
        if page or not series or skip == 0:
            results.append(_result(query, page, complete=rest <= 0))
        skip, room = max(0, skip - len(series)), room - len(page)
        if rest > 0:
            return {"MetricDataResults": results, "Messages": [], "NextToken": page_token(begun + most)}
    return {"MetricDataResults": results, "Messages": []}


def _result(query: Mapping[str, Any], series: _Series, *, complete: bool) -> dict[str, Any]:
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
        "Timestamps": [at for at, _ in series],
        "Values": [value for _, value in series],
        "StatusCode": "Complete" if complete else "PartialData",
    }


async def _series(call: Call, stat: Mapping[str, Any], within: tuple[int, int]) -> _Series:
    statistic = _statistic(stat["Stat"])
    bins = await bins_of(call, key_of(call, stat["Metric"]), within, stat["Period"], stat.get("Unit"))
    values = [(at, statistic(samples)) for (at, _), samples in bins.items()]
    return [(at, value) for at, value in values if value is not None]


def _check(queries: Sequence[Mapping[str, Any]]) -> None:
    if len(queries) > quotas.METRIC_QUERIES:
        raise InvalidRequest(
            f"The collection MetricDataQueries must not have a size greater than {quotas.METRIC_QUERIES}."
        )
    ids = [query["Id"] for query in queries]
    for number, query in enumerate(queries, 1):
        place = f"MetricDataQueries.member.{number}"
        if not _ID.fullmatch(query["Id"]):
            raise InvalidRequest(
                f"The value {query['Id']} for parameter {place}.Id is not matching the expected pattern "
                "^[a-z][a-zA-Z0-9_]*$."
            )
        if ids.count(query["Id"]) > 1:
            raise InvalidRequest("The values for parameter id in MetricDataQueries are not unique.")
        if query.get("Expression"):
            raise NotSupported("expressions in MetricDataQueries (metric math)")
        if query.get("AccountId"):
            raise NotSupported("AccountId in MetricDataQueries")
        stat = query.get("MetricStat")
        if stat is None:
            raise InvalidRequest(f"The parameter {place} must have either MetricStat or Expression.")
        for member in ("Namespace", "MetricName"):
            if not stat["Metric"].get(member):
                raise InvalidRequest(f"The parameter {place}.MetricStat.Metric.{member} is required.")
        check_period(stat["Period"], InvalidRequest)
        _statistic(stat["Stat"])


def _statistic(text: str) -> Statistic:
    statistic = statistic_of(text)
    if statistic is None:
        raise NotSupported(f"the statistic {text}")
    return statistic
