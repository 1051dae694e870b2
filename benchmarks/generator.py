"""The load generator of a run: wrk where it is installed, otherwise our own; the same for every server of the run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load

_SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True, slots=True)
class Generator:
    """A load generator, by the name that results tell."""

    name: str
    command: Callable[[str, int, int, Sequence[str]], list[str]]
    """(URL, connections, seconds, header lines) -> the command, whose last line of output is a Load as JSON."""

    def run(self, url: str, connections: int, seconds: int, headers: Sequence[str] = ()) -> Load:
        """One burst; ``headers`` are lines (``Name: value``)."""
        command = self.command(url, connections, seconds, headers)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return Load(**json.loads(done.stdout.strip().splitlines()[-1]))


def choose() -> Generator:
    """What this machine has."""
    if (wrk := shutil.which("wrk")) is not None:
        always = ("User-Agent: gatelet-benchmark", "Accept: */*")
        return Generator(
            "wrk, one thread",
            lambda url, connections, seconds, headers: [
                wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT),
                *(word for line in (*always, *headers) for word in ("-H", line)), url,
            ],
        )  # fmt: skip
    return Generator(
        "benchmarks/load.py",
        lambda url, connections, seconds, headers: [
            sys.executable, "-m", "benchmarks.load", url, str(connections), str(seconds), *headers,
        ],
    )  # fmt: skip
