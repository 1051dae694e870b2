"""Requests a second, latency and CPU of the example's GET; servers take turns (A B A B), so drift hits all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.generator import Generator
from benchmarks.processes import Family, cpu_seconds, family
from benchmarks.servers import Server, ServerFailed

_WARM_UP_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One burst against one server. CPU in microseconds a request; of a peer, all of it counts as the gateway's."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    gateway_cpu_us: float
    workers_cpu_us: float


def measure(
    servers: Sequence[Server],
    generator: Generator,
    *,
    connections: Sequence[int],
    rounds: int,
    seconds: int,
    tell: Callable[[str], None],
) -> tuple[dict[int, dict[str, list[Sample]]], dict[str, str]]:
    """Samples by number of connections, then by server; and which peers did not keep up, with the reason.

    Raises ServerFailed when the first server, the one that this is about, gave anything but 200.
    """
    for server in servers:
        generator.run(server.url, 16, _WARM_UP_SECONDS)
    found: dict[int, dict[str, list[Sample]]] = {}
    failed: dict[str, str] = {}
    for count in connections:
        rows: dict[str, list[Sample]] = {server.name: [] for server in servers}
        for number in range(rounds):
            for server in [server for server in servers if server.name in rows]:
                try:
                    sample = _burst(server, generator, count, seconds)
                except ServerFailed as failure:
                    if server is servers[0]:
                        raise
                    del rows[server.name]
                    failed[f"{server.name} at {count} connections"] = str(failure)
                    continue
                rows[server.name].append(sample)
                rate = f"{sample.requests_per_second:,.0f} requests/s"
                tell(f"  c={count} round {number + 1}/{rounds}  {server.name}: {rate}, p50 {sample.p50_ms:.3f} ms")
        found[count] = rows
    return found, failed


def _burst(server: Server, generator: Generator, connections: int, seconds: int) -> Sample:
    before_family = family(server.pid)
    before = cpu_seconds(before_family.all)
    load = generator.run(server.url, connections, seconds)
    after_family = family(server.pid)
    after = cpu_seconds(after_family.all)
    if load.errors or not load.requests:
        raise ServerFailed(f"{server.name}: {load.errors} requests failed, {load.requests} succeeded")
    used = {pid: (seconds_used - before.get(pid, 0.0)) * 1e6 / load.requests for pid, seconds_used in after.items()}
    workers = _workers(server, after_family)
    return Sample(
        requests_per_second=load.requests_per_second,
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        errors=load.errors,
        gateway_cpu_us=sum(cost for pid, cost in used.items() if pid not in workers),
        workers_cpu_us=sum(cost for pid, cost in used.items() if pid in workers),
    )


def _workers(server: Server, members: Family) -> set[int]:
    return {*members.workers, *members.launchers} if server.name.startswith("gatelet") else set()


def medians(samples: Sequence[Sample]) -> dict[str, float]:
    """The median of every number."""
    names = ("requests_per_second", "p50_ms", "p99_ms", "gateway_cpu_us", "workers_cpu_us")
    return {name: statistics.median(getattr(sample, name) for sample in samples) for name in names}


def ratio(of: Sequence[Sample], to: Sequence[Sample]) -> float:
    """The median of the rounds' own ratios: both bursts of a round ran within seconds of each other."""
    pairs = zip(of, to, strict=True)
    return statistics.median(mine.requests_per_second / theirs.requests_per_second for mine, theirs in pairs)
