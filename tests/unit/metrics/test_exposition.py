"""The text format, read by Prometheus' own parser."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from gatelet.metrics.exposition import Family, exposition
from gatelet.storage.metric_points import Distribution


def parsed(*families: Family) -> dict[str, Any]:
    return {family.name: family for family in text_string_to_metric_families(exposition(families).decode())}


@given(
    st.dictionaries(st.from_regex("(?!__)[a-z_]{1,9}", fullmatch=True), st.text(max_size=20), max_size=3),
    st.floats(0, 1e9),
)
def test_whatever_a_label_holds_it_is_read_back(labels: dict[str, str], value: float) -> None:
    family = Family("gatelet_things_total", "counter", "Things.\nIn two lines, with a \\.")
    family.add(value, list(labels.items()))
    (sample,) = parsed(family)["gatelet_things"].samples
    assert (sample.labels, sample.value) == (labels, value)


def test_a_histogram_counts_up_to_each_bound_in_seconds() -> None:
    times = Distribution()
    for milliseconds in (0.1, 0.25, 0.3, 3.0, 4.0, 4.1, 90_000.0):
        times.add(milliseconds)
    family = Family("gatelet_took_seconds", "histogram", "Time.")
    family.add_histogram(times, [("stage", "prod")])
    samples = parsed(family)["gatelet_took_seconds"].samples
    buckets = {one.labels["le"]: one.value for one in samples if one.name.endswith("_bucket")}
    assert [buckets[bound] for bound in ("0.00025", "0.0005", "0.004", "0.008", "32.768", "+Inf")] == [2, 3, 5, 6, 6, 7]
    assert list(buckets.values()) == sorted(buckets.values())
    assert {one.name: one.value for one in samples if "le" not in one.labels} == {
        "gatelet_took_seconds_count": 7,
        "gatelet_took_seconds_sum": times.total / 1000,
    }


def test_a_family_without_samples_is_left_out() -> None:
    assert parsed(Family("gatelet_none", "gauge", "Nothing.")) == {}
