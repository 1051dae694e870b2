"""``/metrics``: everything that is measured, for Prometheus. Only names of APIs, stages and functions are labels."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

import gatelet
from gatelet.functions.life_cycle import State
from gatelet.functions.load import FunctionLoad
from gatelet.http.response import Response
from gatelet.metrics.exposition import CONTENT_TYPE, Family, exposition
from gatelet.metrics.statistics import percentile
from gatelet.metrics.totals import by_function, by_stage
from gatelet.server.observed import Observed
from gatelet.storage.metric_points import Distribution

_PAGE = os.sysconf("SC_PAGE_SIZE")


async def metrics_page(observed: Observed) -> Response:
    """The page."""
    await observed.metrics.fold()
    queued = await observed.queue.total()
    load = _load(observed.functions.load(), queued.messages)
    families = [*load, *_house(observed), *_process(observed)]
    body = await asyncio.to_thread(_written, observed, families)
    return Response(200, [("Content-Type", CONTENT_TYPE), ("Cache-Control", "no-store")], body)


def _written(observed: Observed, families: list[Family]) -> bytes:
    """The text; written in a thread, since there may be many stages and functions."""
    return exposition([*_requests(observed), *_functions(observed), *families])


def _requests(observed: Observed) -> Iterable[Family]:
    count = Family("gatelet_requests_total", "counter", "Requests to a stage of an API.")
    errors = Family("gatelet_request_errors_total", "counter", "Requests answered with 4xx or 5xx.")
    latency = Family("gatelet_request_duration_seconds", "histogram", "From the request to its answer.")
    integration = Family("gatelet_integration_duration_seconds", "histogram", "Of it, what the integration took.")
    cache = Family("gatelet_cache_requests_total", "counter", "Requests that looked into the stage's cache.")
    for stage, counts in by_stage(observed.metrics.requests.meters()).items():
        labels = list(zip(("account", "region", "api", "api_name", "stage"), stage, strict=True))
        count.add(counts.count, labels)
        errors.add(counts.client_errors, [*labels, ("class", "4xx")])
        errors.add(counts.server_errors, [*labels, ("class", "5xx")])
        latency.add_histogram(counts.latency, labels)
        integration.add_histogram(counts.integration, labels)
        if counts.hits or counts.misses:
            cache.add(counts.hits, [*labels, ("result", "hit")])
            cache.add(counts.misses, [*labels, ("result", "miss")])
    return count, errors, latency, integration, cache


def _functions(observed: Observed) -> Iterable[Family]:
    count = Family("gatelet_invocations_total", "counter", "Invocations of a function that were run.")
    errors = Family("gatelet_invocation_errors_total", "counter", "Invocations in which the function failed.")
    throttles = Family(
        "gatelet_invocation_throttles_total", "counter", "Invocations for which no concurrency was left."
    )
    duration = Family("gatelet_invocation_duration_seconds", "histogram", "What an invocation took in the function.")
    init = Family("gatelet_init_duration_seconds", "histogram", "What the initialisation of an environment took.")
    received = Family("gatelet_async_events_received_total", "counter", "Events accepted to be run later.")
    dropped = Family("gatelet_async_events_dropped_total", "counter", "Such events that were given up.")
    age = Family("gatelet_async_event_age_seconds", "histogram", "How old such events were when they were run.")
    for name, counts in by_function(observed.metrics.functions.meters()).items():
        labels = list(zip(("account", "region", "function"), name, strict=True))
        count.add(counts.duration.count, labels)
        errors.add(counts.errors, labels)
        throttles.add(counts.throttles, labels)
        duration.add_histogram(counts.duration, labels)
        init.add_histogram(counts.init, labels)
        if counts.received or counts.dropped:
            received.add(counts.received, labels)
            dropped.add(counts.dropped, labels)
            age.add_histogram(counts.age, labels)
    return count, errors, throttles, duration, init, received, dropped, age


def _load(load: FunctionLoad, queued: int) -> Iterator[Family]:
    environments = Family("gatelet_environments", "gauge", "Execution environments by their state.")
    for state in State:
        held = sum(count for (_, each), count in load.environments.items() if each is state)
        environments.add(held, [("state", state.name.lower())])
    yield environments
    yield _one(
        "gatelet_concurrent_executions", "gauge", "Events admitted to functions now.", sum(load.running.values())
    )
    yield _one("gatelet_events_waiting", "gauge", "Events that wait for an environment.", load.waiting)
    yield _one("gatelet_async_events_queued", "gauge", "Events that nobody waits for, those in work included.", queued)
    yield _one("gatelet_async_events_in_work", "gauge", "Events run that nobody waits for.", load.delivering)


def _house(observed: Observed) -> Iterator[Family]:
    info = Family("gatelet_info", "gauge", "The version.")
    info.add(1, [("version", gatelet.__version__)])
    yield info
    connections = Family("gatelet_connections", "gauge", "Open connections.")
    for name, server in observed.listening.items():
        connections.add(server.connections, [("port", name)])
    yield connections
    lag = Family("gatelet_loop_lag_seconds", "histogram", "How late the event loop was.")
    lag.add_histogram(observed.lag.ever)
    yield lag
    recent = percentile(observed.lag.recent(), 0.999) or 0.0
    yield _one("gatelet_loop_lag_p999_seconds", "gauge", "How late, 99.9 % of a minute's times.", recent / 1000)
    commits = Family("gatelet_storage_commit_seconds", "histogram", "What a commit took.")
    for name, samples in observed.commits.items():
        commits.add_histogram(_settled(samples), [("store", name)])
    yield commits
    yield _one(
        "gatelet_log_events_dropped_total", "counter", "Log events beyond the bound.", observed.logs.dropped_events
    )
    yield _one("gatelet_log_bytes_pending", "gauge", "Bytes of log events to be written.", observed.logs.pending_bytes)
    yield _one("gatelet_metrics_dropped_total", "counter", "Metrics that were not written.", observed.metrics.dropped)


def _process(observed: Observed) -> Iterator[Family]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    processor = usage.ru_utime + usage.ru_stime
    yield _one("process_cpu_seconds_total", "counter", "Time on the processor.", processor)
    yield _one("process_start_time_seconds", "gauge", "When the process began.", observed.began)
    if (statm := Path("/proc/self/statm")).exists():  # Linux
        yield _one(
            "process_resident_memory_bytes", "gauge", "Resident memory.", int(statm.read_text().split()[1]) * _PAGE
        )
        yield _one(
            "process_open_fds", "gauge", "Open file descriptors.", sum(1 for _ in Path("/proc/self/fd").iterdir())
        )


def _one(name: str, kind: str, text: str, value: float) -> Family:
    family = Family(name, kind, text)
    family.add(value)
    return family


def _settled(samples: Distribution) -> Distribution:
    """A copy: a thread goes on adding to the original."""
    buckets = dict(samples.buckets)
    return Distribution(sum(buckets.values()), samples.total, samples.low, samples.high, buckets)
