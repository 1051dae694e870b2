"""examples/users: GET with one boto3 GetItem in the function, and what boto3 alone takes of it.

Run: python -m benchmarks.users [--seconds N]. Goal: 500 requests a second on two cores.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from benchmarks import generator
from benchmarks.processes import cpu_seconds, family
from benchmarks.servers import (
    EXAMPLE,
    ServerFailed,
    client_environment,
    deploy,
    free_port,
    gatelet_command,
    running,
    wait_for_health,
    wait_for_user,
)

_CONNECTIONS = (1, 16)
_CALLS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One burst: requests a second, the median latency, and CPU a request of gateway and workers together."""

    connections: int
    requests_per_second: float
    p50_ms: float
    cpu_us: float


def boto3_cpu_us(endpoint: str) -> float:
    """CPU microseconds that a GetItem takes in the process that calls it: boto3's resource, as the example uses it."""
    resource: Any = boto3.resource
    table = resource(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    ).Table("users")
    for _ in range(_CALLS // 10):
        table.get_item(Key={"userId": "12345"})
    begun = time.process_time()
    for _ in range(_CALLS):
        table.get_item(Key={"userId": "12345"})
    return (time.process_time() - begun) / _CALLS * 1e6


def measure(seconds: int) -> tuple[list[Row], float]:
    """The bursts, and boto3's own cost."""
    load = generator.choose()
    endpoint = f"http://127.0.0.1:{free_port()}"
    with TemporaryDirectory(prefix="gatelet-bench-") as folder:
        command = gatelet_command(
            "start", "--port", endpoint.rpartition(":")[2], "--data-dir", str(Path(folder) / "data")
        )
        with running(command, client_environment(endpoint)) as process:
            wait_for_health(f"{endpoint}/health", process)
            url = deploy(endpoint, EXAMPLE)
            wait_for_user(url, process)
            load.run(url, max(_CONNECTIONS), seconds)
            rows = [_burst(load, url, process.pid, connections, seconds) for connections in _CONNECTIONS]
            return rows, boto3_cpu_us(endpoint)


def _burst(load: generator.Generator, url: str, pid: int, connections: int, seconds: int) -> Row:
    before = cpu_seconds(family(pid).all)
    burst = load.run(url, connections, seconds)
    after = cpu_seconds(family(pid).all)
    if burst.errors or not burst.requests:
        raise ServerFailed(f"{burst.errors} requests failed, {burst.requests} succeeded")
    used = sum(taken - before.get(pid, 0.0) for pid, taken in after.items())
    return Row(connections, burst.requests_per_second, burst.p50_ms, used * 1e6 / burst.requests)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.users", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="length of a burst (default: 3)")
    rows, alone = measure(parser.parse_args().seconds)
    for row in rows:
        print(
            f"GET /users?userId=, c={row.connections:<3} {row.requests_per_second:>7,.0f}/s"
            f"  p50 {row.p50_ms:.2f} ms  CPU {row.cpu_us:,.0f} µs a request"
        )
    print(f"boto3 alone: {alone:,.0f} µs of CPU for one GetItem in the function")


if __name__ == "__main__":
    main()
