"""AWS's own runtime client for Python against the Runtime API, as a bootstrap."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.world import World

from gatelet.functions.invocation import FunctionTarget

SOURCE = """
import logging, os
def handler(event, context):
    if event == "fail":
        raise ValueError("as told")
    if event == "log":
        logging.getLogger().warning("several\\nlines")
    return {"event": event, "id": context.aws_request_id, "left": context.get_remaining_time_in_millis(),
            "custom": context.client_context and context.client_context.custom}
"""


@pytest.fixture(scope="module")
def client(forking: World) -> FunctionTarget:
    files: dict[str, str | bytes] = {"app.py": SOURCE}
    python = Path(sys.executable).resolve()
    start = f'export PYTHONPATH="$LAMBDA_TASK_ROOT"\nexec {python} -m awslambdaric app.handler\n'
    files["bootstrap"] = f"#!/bin/sh\n{start}"
    found = find_spec("awslambdaric")
    assert found is not None
    assert found.origin is not None
    site = Path(found.origin).parents[1]
    packages = [path for name in ("awslambdaric", "simplejson") for path in (site / name).rglob("*.py")]
    for path in [*packages, site / "snapshot_restore_py.py", *site.glob("runtime_client*.so")]:
        files[str(path.relative_to(site))] = path.read_bytes()
    return forking.function(files, Runtime="provided.al2023", Timeout=10, MemorySize=256)


def test_it_answers(forking: World, client: FunctionTarget) -> None:
    result = forking.invoke(client, {"ü": 1}, client_context=b'{"custom": {"a": "b"}}')
    answer = json.loads(result.payload)
    assert (answer["event"], answer["id"], answer["custom"]) == ({"ü": 1}, result.request_id, {"a": "b"})
    assert 0 < answer["left"] <= 10_000


def test_its_errors_are_aws_s(forking: World, client: FunctionTarget) -> None:
    result = forking.invoke(client, "fail")
    error: Any = json.loads(result.payload)
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "as told")
    assert error["requestId"] == result.request_id


def test_its_log_events_have_their_lines(forking: World, client: FunctionTarget) -> None:
    """Section 8: through the descriptor for framed logs, an event of several lines is one."""
    forking.value(client, "log")
    assert [line for line in forking.log(client) if "several\nlines" in line]
