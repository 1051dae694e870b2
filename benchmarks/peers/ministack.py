"""MiniStack, where `ministack` is installed (GATELET_BENCH_MINISTACK names it, else the PATH is searched).

Set up with: pip install ministack boto3, in a virtualenv of its own (boto3 is for the handler's import). The first
step is deployed to it by the same calls as to Gatelet.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import first_step
from benchmarks.servers import (
    QUERY,
    Server,
    client_environment,
    free_port,
    running,
    wait_for_health,
    wait_for_user,
)


def _binary() -> str | None:
    return shutil.which(os.environ.get("GATELET_BENCH_MINISTACK", "ministack"))


def installed() -> bool:
    """Whether the program is there."""
    return _binary() is not None


@contextmanager
def serve() -> Iterator[Server]:
    """A MiniStack with the example."""
    binary = _binary()
    assert binary is not None
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="gatelet-bench-") as folder:
        environment = {**client_environment(endpoint), "GATEWAY_PORT": str(port)}
        del environment["AWS_ENDPOINT_URL"]
        with running([binary], environment, Path(folder)) as process:
            wait_for_health(f"{endpoint}/_ministack/health", process)
            url = first_step.deploy(endpoint) + QUERY
            wait_for_user(url, process)
            yield Server("ministack", process.pid, url, endpoint)
