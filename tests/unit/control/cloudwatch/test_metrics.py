"""Metrics put, listed and read (CloudWatch API Reference; messages as AWS's clients have reported them)."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.control.plane import NOW, Plane

NOW_AT = datetime.fromtimestamp(NOW, UTC)
MINUTE = int(NOW // 60) * 60
DIMENSIONS = [{"Name": "d", "Value": "x"}]
SPAN = {"StartTime": NOW_AT - timedelta(minutes=10), "EndTime": NOW_AT + timedelta(minutes=1)}
STATISTICS = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]


def put(plane: Plane, *data: dict[str, Any], namespace: str = "Own") -> None:
    plane("PutMetricData", Namespace=namespace, MetricData=[{"MetricName": "m", **datum} for datum in data])


def statistics(plane: Plane, **more: Any) -> list[dict[str, Any]]:
    asked = {"Namespace": "Own", "MetricName": "m", "Period": 60, "Statistics": STATISTICS, **SPAN, **more}
    return sorted(plane("GetMetricStatistics", **asked)["Datapoints"], key=lambda point: point["Timestamp"])


def query(stat: str = "Sum", id: str = "a", **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "Own", "MetricName": "m"}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}


def test_values_are_summed_up_by_period(plane: Plane) -> None:
    put(plane, {"Value": 3.0}, {"Values": [1.0, 2.0], "Counts": [2.0, 1.0]})
    put(plane, {"Value": 9.0, "Timestamp": NOW_AT - timedelta(minutes=3)})
    first, second = statistics(plane)
    assert first == {
        "Timestamp": MINUTE - 180, "Unit": "None",
        "SampleCount": 1, "Sum": 9, "Average": 9, "Minimum": 9, "Maximum": 9,
    }  # fmt: skip
    assert (second["Timestamp"], second["SampleCount"], second["Sum"], second["Average"]) == (MINUTE, 4, 7, 1.75)
    (together,) = statistics(plane, Period=3600)
    assert (together["Timestamp"], together["Sum"]) == (MINUTE - 600, 16)


def test_dimensions_and_units_make_metrics_of_their_own(plane: Plane) -> None:
    put(plane, {"Value": 1.0}, {"Value": 2.0, "Dimensions": DIMENSIONS}, {"Value": 4.0, "Unit": "Bytes"})
    assert {(point["Unit"], point["Sum"]) for point in statistics(plane)} == {("None", 1), ("Bytes", 4)}
    assert [point["Sum"] for point in statistics(plane, Unit="Bytes")] == [4]
    assert [point["Sum"] for point in statistics(plane, Dimensions=DIMENSIONS)] == [2]
    assert statistics(plane, Unit="Count") == []


def test_percentiles(plane: Plane) -> None:
    put(plane, *({"Value": float(value)} for value in range(1, 101)))
    (point,) = statistics(plane, Statistics=[], ExtendedStatistics=["p50", "p99.9", "p100"])
    told = point["ExtendedStatistics"]
    assert told["p50"] == pytest.approx(50, rel=0.05)
    assert told["p100"] == 100


def test_a_statistic_set_has_no_percentiles_unless_every_value_is_known(plane: Plane) -> None:
    """API Reference, PutMetricData."""
    put(plane, {"StatisticValues": {"SampleCount": 3.0, "Sum": 6.0, "Minimum": 1.0, "Maximum": 3.0}})
    (point,) = statistics(plane, ExtendedStatistics=["p50"])
    assert (point["Average"], "ExtendedStatistics" in point) == (2, False)
    equal = {"SampleCount": 3.0, "Sum": 6.0, "Minimum": 2.0, "Maximum": 2.0}
    put(plane, {"StatisticValues": equal, "Dimensions": DIMENSIONS})
    (point,) = statistics(plane, Dimensions=DIMENSIONS, ExtendedStatistics=["p50"])
    assert point["ExtendedStatistics"] == {"p50": 2}


def test_metric_data_comes_newest_first_and_in_pages(plane: Plane) -> None:
    put(plane, *({"Value": float(n), "Timestamp": NOW_AT - timedelta(minutes=n)} for n in range(5)))
    whole = plane("GetMetricData", MetricDataQueries=[query()], **SPAN)
    (result,) = whole["MetricDataResults"]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("a", "m", "Complete")
    assert result["Values"] == [0, 1, 2, 3, 4]
    assert result["Timestamps"] == [MINUTE - 60 * n for n in range(5)]
    ascending = plane("GetMetricData", MetricDataQueries=[query()], ScanBy="TimestampAscending", **SPAN)
    assert ascending["MetricDataResults"][0]["Values"] == [4, 3, 2, 1, 0]

    queries = [query(), query("SampleCount", "b", Label="mine"), query("Average", "c", ReturnData=False)]
    found: dict[str, list[float]] = {"a": [], "b": []}
    token, pages = {}, 0
    while pages == 0 or token:
        page = plane("GetMetricData", MetricDataQueries=queries, MaxDatapoints=3, **SPAN, **token)
        for each in page["MetricDataResults"]:
            found[each["Id"]] += each["Values"]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
        pages += 1
    assert (found, pages) == ({"a": [0, 1, 2, 3, 4], "b": [1] * 5}, 4)


def test_metrics_are_listed_by_namespace_name_and_dimensions_in_pages(plane: Plane) -> None:
    put(plane, *({"Value": 1.0, "Dimensions": [{"Name": "n", "Value": f"{n:04}"}]} for n in range(510)))
    put(plane, {"Value": 1.0, "MetricName": "other"}, namespace="Other")
    first = plane("ListMetrics", Namespace="Own")
    second = plane("ListMetrics", Namespace="Own", NextToken=first["NextToken"])
    assert (len(first["Metrics"]), len(second["Metrics"]), "NextToken" in second) == (500, 10, False)
    assert plane("ListMetrics", MetricName="other")["Metrics"] == [
        {"Namespace": "Other", "MetricName": "other", "Dimensions": []}
    ]
    assert len(plane("ListMetrics", Dimensions=[{"Name": "n", "Value": "0007"}])["Metrics"]) == 1
    assert len(plane("ListMetrics", Dimensions=[{"Name": "n"}], Namespace="Own")["Metrics"]) == 500
    assert plane("ListMetrics", Dimensions=[{"Name": "absent"}])["Metrics"] == []


def test_metrics_that_had_no_samples_lately_are_not_listed(plane: Plane) -> None:
    put(plane, {"Value": 1.0})
    plane.clock.time += 4 * 60 * 60
    assert plane("ListMetrics", RecentlyActive="PT3H")["Metrics"] == []
    assert len(plane("ListMetrics")["Metrics"]) == 1
    plane.clock.time += 14 * 24 * 60 * 60
    assert plane("ListMetrics")["Metrics"] == []


@pytest.mark.parametrize(
    ("datum", "code", "message"),
    [
        ({"Value": math.nan}, "Value", "The value NaN for parameter MetricData.member.1.Value is invalid."),
        ({"Value": -math.inf}, "Value", "The value -inf for parameter MetricData.member.1.Value is invalid."),
        ({"Value": 2.0**361}, "Value", f"The value {2.0**361} for parameter MetricData.member.1.Value is invalid."),
        (
            {"Value": 1.0, "StatisticValues": {"SampleCount": 1.0, "Sum": 1.0, "Minimum": 1.0, "Maximum": 1.0}},
            "Combination",
            (
                "The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually "
                "exclusive and you have specified both."
            ),
        ),
        (
            {},
            "Combination",
            (
                "At least one of the parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues must "
                "be specified."
            ),
        ),
        (
            {"Values": [1.0, 2.0], "Counts": [1.0]},
            "Combination",
            "The parameters MetricData.member.1.Values and MetricData.member.1.Counts must be of the same size.",
        ),
        (
            {"Values": [float(n) for n in range(151)]},
            "Value",
            "The collection MetricData.member.1.Values must not have a size greater than 150.",
        ),
        (
            {"Value": 1.0, "Timestamp": NOW_AT + timedelta(hours=3)},
            "Value",
            (
                "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks and no more "
                "than two hours in the future."
            ),
        ),
    ],
)
def test_what_cannot_be_put(plane: Plane, datum: dict[str, Any], code: str, message: str) -> None:
    given = [{"MetricName": "m", **datum}]
    assert plane.fails("PutMetricData", Namespace="Own", MetricData=given) == (
        f"InvalidParameter{code}Exception",
        message,
    )
    assert plane("ListMetrics")["Metrics"] == []


def test_namespaces_of_aws_are_not_for_others(plane: Plane) -> None:
    given = [{"MetricName": "Count", "Value": 1.0}]
    assert plane.fails("PutMetricData", Namespace="AWS/ApiGateway", MetricData=given) == (
        "InvalidParameterValueException",
        "The value AWS/ for parameter Namespace is invalid.",
    )


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({"Statistics": []}, "Combination", "Must specify either Statistics or ExtendedStatistics"),
        ({"EndTime": SPAN["StartTime"]}, "Value", "The parameter StartTime must not equal parameter EndTime."),
        (
            {"EndTime": NOW_AT - timedelta(days=1)},
            "Combination",
            "The parameter StartTime must be less than the parameter EndTime.",
        ),
        ({"Period": 61}, "Value", "The parameter Period must be a multiple of 60."),
        (
            {"StartTime": NOW_AT - timedelta(minutes=1441), "EndTime": NOW_AT},
            "Combination",
            (
                "You have requested up to 1,441 datapoints, which exceeds the limit of 1,440. You may reduce the "
                "datapoints requested by increasing Period, or decreasing the time range."
            ),
        ),
        (
            {"ExtendedStatistics": ["p101"]},
            "Value",
            "The value p101 for parameter ExtendedStatistics is not supported.",
        ),
    ],
)
def test_what_cannot_be_asked(plane: Plane, more: dict[str, Any], code: str, message: str) -> None:
    asked = {"Namespace": "Own", "MetricName": "m", "Period": 60, "Statistics": ["Sum"], **SPAN, **more}
    assert plane.fails("GetMetricStatistics", **asked) == (f"InvalidParameter{code}Exception", message)


@pytest.mark.parametrize(
    ("queries", "more", "message"),
    [
        ([query(id="A")], {}, ("The value A for parameter MetricDataQueries.member.1.Id is not matching the expected "
            "pattern ^[a-z][a-zA-Z0-9_]*$.")),
        ([query(), query()], {}, "The values for parameter id in MetricDataQueries are not unique."),
        ([{"Id": "a"}], {}, "The parameter MetricDataQueries.member.1 must have either MetricStat or Expression."),
        ([query()], {"EndTime": SPAN["StartTime"]}, "The parameter StartTime must not equal parameter EndTime."),
        ([query()], {"MaxDatapoints": 0}, "The value 0 for parameter MaxDatapoints is invalid."),
    ],
    ids=["id", "twice", "nothing", "times", "page"],
)  # fmt: skip
def test_what_data_cannot_be_asked(plane: Plane, queries: Any, more: dict[str, Any], message: str) -> None:
    fails = plane.fails("GetMetricData", **{"MetricDataQueries": queries, **SPAN, **more})
    assert fails == ("ValidationError", message)


def test_a_token_that_nobody_gave(plane: Plane) -> None:
    code, _ = plane.fails("GetMetricData", MetricDataQueries=[query()], NextToken="?", **SPAN)
    assert code == "InvalidNextToken"
    assert plane.fails("ListMetrics", NextToken="?") == ("InvalidParameterValueException", "Invalid nextToken")


@pytest.mark.parametrize(
    ("name", "params", "what"),
    [
        ("GetMetricData", {"MetricDataQueries": [{"Id": "a", "Expression": "b/c"}], **SPAN}, "metric math"),
        ("GetMetricData", {"MetricDataQueries": [query("tm90")], **SPAN}, "tm90"),
        ("PutMetricData", {"Namespace": "Own", "MetricData": [{"MetricName": "m", "StorageResolution": 1}]},
            "StorageResolution 1"),
        ("PutMetricData", {"Namespace": "Own", "EntityMetricData": [{}]}, "EntityMetricData"),
        ("ListMetrics", {"IncludeLinkedAccounts": True}, "IncludeLinkedAccounts"),
    ],
)  # fmt: skip
def test_what_is_not_supported_says_so(plane: Plane, name: str, params: dict[str, Any], what: str) -> None:
    error = plane.refusal(name, **params)
    assert error.status == 501
    assert what in (error.message or "")
