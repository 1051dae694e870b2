"""From `gatelet up` to the first 200: on an empty data directory (cold) and on one that holds everything (warm)."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import (
    EXAMPLE,
    ROOT,
    ServerFailed,
    client_environment,
    free_port,
    gatelet_command,
    stop,
    wait_for_user,
)

_PAUSE_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Starting:
    """Medians, in seconds."""

    runs: int
    cold_seconds: float
    """Creates, deploys, serves; measured to the answer of the URL that it prints."""
    warm_seconds: float
    """The URL is known: measured to its first answer, which need not wait for the deployment's check."""


def measure(runs: int) -> Starting:
    """Start so many times cold, each followed by one warm start."""
    cold, warm = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="gatelet-bench-") as folder:
            port = free_port()
            taken, url = _start(port, Path(folder) / "data", None)
            cold.append(taken)
            warm.append(_start(port, Path(folder) / "data", url)[0])
    return Starting(runs, statistics.median(cold), statistics.median(warm))


def _start(port: int, data_dir: Path, url: str | None) -> tuple[float, str]:
    command = gatelet_command("up", str(EXAMPLE), "--port", str(port), "--data-dir", str(data_dir))
    environment = client_environment(f"http://127.0.0.1:{port}")
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE if url is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        url = url or _printed_url(process)
        wait_for_user(url, process, _PAUSE_SECONDS)
        return time.perf_counter() - begun, url
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


def _printed_url(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(b'curl "'):
            return line.decode().strip().removeprefix('curl "').removesuffix('"')
    raise ServerFailed("`gatelet up` ended without printing a URL")
