"""What is counted, and by which of CloudWatch's metrics it is told."""

from __future__ import annotations

from collections.abc import Iterable

from gatelet.metrics.invocations import FunctionMeters
from gatelet.metrics.requests import MethodLabels, RequestMeters
from gatelet.metrics.samples import Sample
from gatelet.metrics.totals import OTHER, by_function, by_stage
from gatelet.storage.metric_points import Distribution, MetricKey

LABELS = MethodLabels("000000000000", "eu-west-1", "abc", "users", "prod", "/users/{id}", "GET")
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:f"
API, STAGE = ("ApiName", "users"), ("Stage", "prod")


def told(found: Iterable[Sample]) -> dict[tuple[str, tuple[tuple[str, str], ...]], Distribution]:
    return {(key.name, key.dimensions): samples for key, samples in found}


def record(meters: RequestMeters, labels: MethodLabels = LABELS, status: int = 200, **more: bool | None) -> None:
    which = ("arn", labels.api_name, labels.detailed)
    meter = meters.get(which) or meters.open(which, labels)
    meter.record(status, 10.0, more.get("integration", 8.0), more.get("cached"))


def test_a_request_is_told_by_api_and_by_stage() -> None:
    """API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"."""
    meters = RequestMeters()
    for status in (200, 404, 500, 504):
        record(meters, status=status)
    found = told(meters.fold())
    names = {"Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"}
    assert set(found) == {(name, dimensions) for name in names for dimensions in ((API,), (API, STAGE))}
    sums = {name: found[name, (API,)].total for name in names}
    assert sums == {"Count": 4, "4XXError": 1, "5XXError": 2, "Latency": 40, "IntegrationLatency": 32}
    assert found["5XXError", (API,)].count == 4


def test_detailed_metrics_are_told_by_method_too() -> None:
    meters = RequestMeters()
    record(meters, LABELS._replace(detailed=True))
    dimensions = (API, ("Method", "GET"), ("Resource", "/users/{id}"), STAGE)
    assert told(meters.fold())["Count", dimensions].total == 1


def test_hits_and_misses_are_told_where_something_is_cached() -> None:
    meters = RequestMeters()
    for cached in (True, True, False, None):
        record(meters, cached=cached, integration=None)
    found = told(meters.fold())
    assert (found["CacheHitCount", (API,)].total, found["CacheMissCount", (API,)].total) == (2, 1)
    assert ("IntegrationLatency", (API,)) not in found


def test_names_are_in_ascii() -> None:
    """Same page: what is not ASCII falls off, and the API's id stands where nothing is left."""
    for name, shown in (("Größe", "Gre"), ("日本", "abc"), ("", "abc")):
        assert LABELS._replace(api_name=name).shown_name == shown


def test_what_was_told_is_not_told_again() -> None:
    meters = RequestMeters()
    record(meters)
    assert list(meters.fold())
    assert list(meters.fold()) == []


def test_the_number_of_meters_is_bounded_and_nothing_is_lost() -> None:
    meters = RequestMeters(bound=3)
    for number in range(10):
        record(meters, LABELS._replace(api_name=f"api{number}"))
    assert len(meters.meters()) == 3
    assert sum(samples.total for (name, dimensions), samples in told(meters.fold()).items()
        if name == "Count" and len(dimensions) == 1) == 10  # fmt: skip


def test_an_invocation_is_told_by_function_by_resource_and_over_all() -> None:
    """Lambda Developer Guide, "Viewing metrics for Lambda functions" (dimensions)."""
    meters = FunctionMeters()
    meters.meter(FUNCTION).ended(5.0, error=False)
    meters.meter(FUNCTION).ended(7.0, error=True)
    meters.meter(FUNCTION).throttled()
    found = told(meters.fold())
    name = ("FunctionName", "f")
    for dimensions in ((), (name,), (name, ("Resource", "f"))):
        sums = {each: found[each, dimensions].total for each in ("Invocations", "Errors", "Throttles", "Duration")}
        assert sums == {"Invocations": 2, "Errors": 1, "Throttles": 1, "Duration": 12}
    assert len(found) == 12


def test_an_alias_tells_which_version_ran() -> None:
    meters = FunctionMeters()
    meters.meter(f"{FUNCTION}:live", "3").ended(5.0, error=False)
    meters.meter(f"{FUNCTION}:3", "3").ended(5.0, error=False)
    dimensions = {each for name, each in told(meters.fold()) if name == "Invocations"}
    function = ("FunctionName", "f")
    assert dimensions == {
        (),
        (function,),
        (function, ("Resource", "f:live")),
        (function, ("Resource", "f:3")),
        (("ExecutedVersion", "3"), function, ("Resource", "f:live")),
    }


def test_what_befalls_events_that_nobody_waits_for() -> None:
    meters = FunctionMeters()
    meter = meters.meter(FUNCTION)
    meter.received()
    meter.begun(1500.0)
    meter.dropped()
    found = told(meters.fold())
    sums = {name: found[name, ()].total for name in ("AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped")}
    assert sums == {"AsyncEventsReceived": 1, "AsyncEventAge": 1500, "AsyncEventsDropped": 1}


def test_initialisations_and_provisioned_concurrency() -> None:
    meters = FunctionMeters()
    meter = meters.meter(f"{FUNCTION}:1", "1")
    meter.initialised(120.0)
    meter.admitted(provisioned=True)
    meter.admitted(provisioned=False)
    found = {key: samples.total for key, samples in meters.fold()}
    scope = ("000000000000", "eu-west-1")
    insight = MetricKey(*scope, "LambdaInsights", "init_duration", (("function_name", "f"),), "Milliseconds")
    assert found[insight] == 120
    for name in ("ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations"):
        assert found[MetricKey(*scope, "AWS/Lambda", name, (), "Count")] == 1


def test_totals_sum_methods_and_versions_up_and_are_bounded() -> None:
    requests, functions = RequestMeters(), FunctionMeters()
    for number in range(5):
        record(requests, LABELS._replace(api_name=f"api{number % 3}", detailed=number > 2))
        functions.meter(f"{FUNCTION}{number % 3}", str(number)).ended(1.0, error=False)
    list(requests.fold())
    list(functions.fold())
    stages = by_stage(requests.meters(), shown=2)
    assert {name.api_name: counts.count for name, counts in stages.items()} == {"api0": 2, "api1": 2, OTHER: 1}
    found = by_function(functions.meters(), shown=2)
    assert {name.name: counts.duration.count for name, counts in found.items()} == {"f0": 2, "f1": 2, OTHER: 1}
