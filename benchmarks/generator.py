"""The load generator of a run: wrk where it is installed, otherwise our own; the same for every server of the run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load

_SCRIPT = Path(__file__).with_name("wrk.lua")


Headers = Sequence[Sequence[str]]
"""The header lines (``Name: value``) of requests that are sent in turns; empty: all are the same and have none."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A load generator, by the name that results tell."""

    name: str
    command: Callable[[str, int, int, str | None], list[str]]
    """(URL, connections, seconds, file of headers) -> the command, whose last line of output is a Load as JSON.

    The file has the headers of one request in a line, separated by tabs.
    """

    def run(self, url: str, connections: int, seconds: int, headers: Headers = ()) -> Load:
        """One burst."""
        with tempfile.NamedTemporaryFile("w", suffix=".headers") as file:
            file.writelines("\t".join(lines) + "\n" for lines in headers)
            file.flush()
            command = self.command(url, connections, seconds, file.name if headers else None)
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        return Load(**json.loads(done.stdout.strip().splitlines()[-1]))


def choose() -> Generator:
    """What this machine has."""
    if (wrk := shutil.which("wrk")) is not None:
        return Generator(
            "wrk, one thread",
            lambda url, connections, seconds, file: [
                wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT),
                "-H", "User-Agent: gatelet-benchmark", "-H", "Accept: */*", url, *(("--", file) if file else ()),
            ],
        )  # fmt: skip
    return Generator(
        "benchmarks/load.py",
        lambda url, connections, seconds, file: [
            sys.executable, "-m", "benchmarks.load", url, str(connections), str(seconds), *((file,) if file else ()),
        ],
    )  # fmt: skip
