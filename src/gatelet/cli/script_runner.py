"""Runs a deploy script in an interpreter that was made ready before. A program of its own: stdlib only.

    python script_runner.py FD SCRIPT

Imports boto3, so that it is there at once, then waits for one line on FD: a JSON object of environment
variables. With it the script runs as if started by itself; at the end of the input it does not run.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
from contextlib import suppress


def main() -> None:
    """Make ready, wait, run."""
    descriptor, script = int(sys.argv[1]), sys.argv[2]
    sys.argv[:] = [script]
    sys.path[0] = os.path.dirname(script)  # noqa: PTH120 - pathlib would be one more import
    with suppress(ImportError):
        importlib.import_module("boto3")
    with open(descriptor, encoding="utf-8") as told:
        line = told.readline()
    if line:
        os.environ.update(json.loads(line))
        runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
