"""What functions cost that were called and rest: memory a worker, and processor time of everything."""

from __future__ import annotations

import io
import statistics
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from benchmarks import servers
from benchmarks.processes import cpu_seconds, family, pss_kib, settle

_ROLE = "arn:aws:iam::000000000000:role/benchmark"
_AT_ONCE = 4
_REST_SECONDS = 3.0
_WATCHED_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Functions with one worker each, at rest."""

    functions: int
    workers: int
    worker_mib: float | None
    """The median worker's PSS; None: the kernel does not let us read it."""
    cpu_ms_a_second: float
    """Of the gateway, the launchers and all workers together."""


def measure(functions: int) -> Idle:
    """Create and call so many functions of a Gatelet of their own, and watch them rest."""
    with servers.gatelet("--max-environments", str(functions + 8)) as server:
        client: Any = boto3.client(
            "lambda",
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(max_pool_connections=_AT_ONCE, retries={"total_max_attempts": 1}),
        )
        archive = _archive()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda number: _call_once(client, f"idle-{number}", archive), range(functions)))
        settle(_REST_SECONDS)
        members = family(server.pid)
        before = cpu_seconds(members.all)
        time.sleep(_WATCHED_SECONDS)
        after = cpu_seconds(members.all)
        sizes = [size for pid in members.workers if (size := pss_kib(pid)) is not None]
    used = sum(after.values()) - sum(before[pid] for pid in after)
    return Idle(
        functions,
        len(members.workers),
        statistics.median(sizes) / 1024 if sizes else None,
        used * 1000 / _WATCHED_SECONDS,
    )


def _call_once(client: Any, name: str, archive: bytes) -> None:
    client.create_function(
        FunctionName=name, Runtime="python3.13", Role=_ROLE, Handler="app.handler", Code={"ZipFile": archive}
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    answer = client.invoke(FunctionName=name)
    if "FunctionError" in answer:
        raise servers.ServerFailed(f"invoking {name}: {answer['Payload'].read()[:300]!r}")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("app.py", "def handler(event, context):\n    return event\n")
    return buffer.getvalue()
