"""Distributions and CloudWatch's statistics of them (CloudWatch User Guide, "CloudWatch statistics definitions")."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.metrics.samples import shares
from gatelet.metrics.statistics import percentile, percentile_of, statistic_of
from gatelet.storage.metric_points import NEGATIVE, UNKNOWN, ZERO, Distribution, bound_of, bucket_of

VALUES = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=60)


def samples(*values: float) -> Distribution:
    found = Distribution()
    for value in values:
        found.add(value)
    return found


@pytest.mark.parametrize(
    ("value", "bucket"), [(0, ZERO), (-0.5, NEGATIVE), (1, 0), (2, 16), (1.99, 16), (2.01, 17), (0.5, -16)]
)
def test_buckets(value: float, bucket: int) -> None:
    assert bucket_of(value) == bucket
    assert list(samples(value).buckets) == [bucket]


@given(st.floats(1e-9, 1e100))
def test_a_value_is_within_the_bounds_of_its_bucket(value: float) -> None:
    bucket = bucket_of(value)
    assert bound_of(bucket - 1) * (1 - 1e-12) <= value <= bound_of(bucket) * (1 + 1e-12)


@given(VALUES, st.sampled_from([0.0, 0.5, 0.9, 0.99, 0.999, 1.0]))
def test_a_percentile_is_within_4_5_percent(values: list[float], share: float) -> None:
    exact = sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
    told = percentile(samples(*values), share)
    assert told is not None
    assert exact / 1.0451 <= told <= exact * 1.0451


@given(VALUES, VALUES)
def test_merging_is_as_good_as_adding(first: list[float], second: list[float]) -> None:
    merged, together = samples(*first), samples(*first, *second)
    merged.merge(samples(*second))
    assert (merged.count, merged.low, merged.high, merged.buckets) == (
        together.count,
        together.low,
        together.high,
        together.buckets,
    )
    assert math.isclose(merged.total, together.total)


def test_many_of_one_value() -> None:
    found = Distribution()
    found.add_many(3.0, 4)
    found.add_many(9.0, 0)
    assert found == samples(3, 3, 3, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SampleCount", 4),
        ("Sum", 10),
        ("Average", 2.5),
        ("Minimum", 1),
        ("Maximum", 4),
        ("p100", 4),
        ("p0", 1),
        ("p25", 1),
    ],
)
def test_statistics(name: str, value: float) -> None:
    statistic = statistic_of(name)
    assert statistic is not None
    assert statistic(samples(1, 2, 3, 4)) == value


@pytest.mark.parametrize("name", ["p", "p101", "p-1", "q50", "p50%", "tm90", "average", ""])
def test_what_is_no_statistic(name: str) -> None:
    assert statistic_of(name) is None


def test_fractions_of_percentiles() -> None:
    assert percentile_of("p99.9") == pytest.approx(0.999)


@pytest.mark.parametrize("bucket", [NEGATIVE, UNKNOWN])
def test_percentiles_that_cannot_be_told(bucket: int) -> None:
    """CloudWatch API Reference, GetMetricStatistics: not of negative values, nor of statistic sets."""
    assert percentile(Distribution(2, 3, 1, 2, {bucket: 1, 0: 1}), 0.5) is None
    assert percentile(Distribution(), 0.5) is None


def test_a_share_has_a_rate_as_its_average_and_a_count_as_its_sum() -> None:
    """API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics": 4XXError."""
    found = shares(3, 12)
    assert (found.total, found.total / found.count, found.low, found.high) == (3, 0.25, 0, 1)
    assert percentile(found, 0.5) == 0
    assert percentile(found, 0.99) == 1
