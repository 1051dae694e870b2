"""What happened between two pages of ``/_gatelet/top``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.metrics.statistics import percentile
from gatelet.storage.metric_points import Distribution, bound_of

Page = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StageRates:
    """Of one stage; shares are 0 to 1, times milliseconds (None: no requests)."""

    name: str
    requests_per_second: float
    client_errors: float
    server_errors: float
    p50: float | None
    p99: float | None
    cache_hits: float | None
    """Of the requests that looked into the cache."""


@dataclass(frozen=True, slots=True)
class FunctionRates:
    """Of one function; likewise."""

    name: str
    invocations_per_second: float
    errors: float
    throttles_per_second: float
    p50: float | None
    p99: float | None
    running: int
    idle: int
    busy: int
    starting: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything in ``seconds``; the busiest first."""

    seconds: float
    uptime: float
    connections: int
    waiting: int
    stages: tuple[StageRates, ...]
    functions: tuple[FunctionRates, ...]


def rates(before: Page, after: Page) -> Rates:
    """The rates between two pages; a server that was started anew in between counts from its start."""
    if before["began"] != after["began"]:
        before = {"at": after["began"], "stages": [], "functions": []}
    seconds = max(after["at"] - before["at"], 0.001)
    old_stages = {_stage_key(stage): stage for stage in before["stages"]}
    old_functions = {_function_key(function): function for function in before["functions"]}
    stages = [_stage(old_stages.get(_stage_key(stage), {}), stage, seconds) for stage in after["stages"]]
    functions = [_function(old_functions.get(_function_key(each), {}), each, seconds) for each in after["functions"]]
    return Rates(
        seconds,
        after["at"] - after["began"],
        sum(after["connections"].values()),
        after["waiting"],
        tuple(sorted(stages, key=lambda row: (-row.requests_per_second, row.name))),
        tuple(sorted(functions, key=lambda row: (-row.invocations_per_second, row.name))),
    )


def _stage_key(stage: Page) -> tuple[str, ...]:
    return stage["account"], stage["region"], stage["api_id"], stage["api_name"], stage["stage"]


def _function_key(function: Page) -> tuple[str, ...]:
    return function["account"], function["region"], function["name"]


def _stage(old: Page, new: Page, seconds: float) -> StageRates:
    count = new["count"] - old.get("count", 0)
    hits, misses = (new[name] - old.get(name, 0) for name in ("hits", "misses"))
    latency = _difference(old.get("latency"), new["latency"])
    return StageRates(
        f"{new['api_name'] or new['api_id']}/{new['stage']}",
        count / seconds,
        _share(new["clientErrors"] - old.get("clientErrors", 0), count),
        _share(new["serverErrors"] - old.get("serverErrors", 0), count),
        percentile(latency, 0.5),
        percentile(latency, 0.99),
        _share(hits, hits + misses) if hits + misses else None,
    )


def _function(old: Page, new: Page, seconds: float) -> FunctionRates:
    duration = _difference(old.get("duration"), new["duration"])
    environments = new["environments"]
    return FunctionRates(
        new["name"],
        duration.count / seconds,
        _share(new["errors"] - old.get("errors", 0), duration.count),
        (new["throttles"] - old.get("throttles", 0)) / seconds,
        percentile(duration, 0.5),
        percentile(duration, 0.99),
        new["running"],
        *(environments.get(name, 0) for name in ("idle", "busy", "starting")),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _difference(old: Page | None, new: Page) -> Distribution:
    """The samples that came; their least and greatest are known as far as their buckets are."""
    before = dict(old["buckets"]) if old is not None else {}
    buckets = {bucket: times - before.get(bucket, 0) for bucket, times in new["buckets"]}
    buckets = {bucket: times for bucket, times in buckets.items() if times > 0}
    if not buckets:
        return Distribution()
    count = new["count"] - (old["count"] if old is not None else 0)
    total = new["total"] - (old["total"] if old is not None else 0)
    return Distribution(count, total, bound_of(min(buckets) - 1), bound_of(max(buckets)), buckets)
