"""What a new environment costs when its version has a template, for a handler that builds a boto3 client at import."""

from __future__ import annotations

import base64
import io
import json
import re
import statistics
import threading
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.processes import family, pss_kib, settle
from benchmarks.servers import Server, ServerFailed

_SOURCE = """
import time
import boto3
client = boto3.client("dynamodb", region_name="us-east-1")
def handler(event, context):
    time.sleep(event)
    return "done"
"""
_INIT_DURATION = re.compile(r"Init Duration: ([\d.]+) ms")
_ROLE = "arn:aws:iam::000000000000:role/benchmark"
_HOLD_SECONDS = 4.0
_PAUSE_SECONDS = 0.1
_BUILD_SECONDS = 20.0
_REST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FromTemplate:
    """``Init Duration`` of environments that a template was forked for, in milliseconds; PSS in MiB."""

    environments: int
    init_ms: float
    init_p90_ms: float
    import_ms: float
    """Of the handler's module, in the template."""
    build_above_import_ms: float
    """What building the template took beyond that."""
    idle_worker_mib: float | None
    """The median worker's, once all are idle."""


def measure(server: Server, environments: int) -> FromTemplate:
    """Start so many environments of one function, one after the other, while the earlier ones are busy."""
    client: Any = boto3.client(
        "lambda",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=environments + 2, retries={"total_max_attempts": 1}),
    )
    name = "from-template"
    code = {"ZipFile": _archive()}
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=_ROLE,
        Handler="app.handler",
        Code=code,
        Timeout=30,
        MemorySize=256,
    )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    time.sleep(_REST_SECONDS)  # templates of earlier functions are done
    before = _templates(server)["built"]
    _invoke(client, name, 0.0)
    built = _wait_for_template(server, before)
    tails: list[str] = []
    threads = [
        threading.Thread(target=lambda: tails.append(_invoke(client, name, _HOLD_SECONDS))) for _ in range(environments)
    ]
    for thread in threads:
        thread.start()
        time.sleep(_PAUSE_SECONDS)
    for thread in threads:
        thread.join()
    # The first one's environment was there already: its tail tells of no initialisation.
    inits = sorted(float(found[1]) for tail in tails if (found := _INIT_DURATION.search(tail)))
    settle(1.0)
    sizes = [size for pid in family(server.pid).workers if (size := pss_kib(pid)) is not None]
    client.delete_function(FunctionName=name)
    return FromTemplate(
        environments=len(inits),
        init_ms=statistics.median(inits),
        init_p90_ms=inits[len(inits) * 9 // 10],
        import_ms=built["lastImportMs"],
        build_above_import_ms=built["lastBuildMs"] - built["lastImportMs"],
        idle_worker_mib=statistics.median(sizes) / 1024 if sizes else None,
    )


def _templates(server: Server) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.endpoint}/health") as answer:
        found: dict[str, float] = json.load(answer)["templates"]
    return found


def _wait_for_template(server: Server, before: float) -> dict[str, float]:
    deadline = time.monotonic() + _BUILD_SECONDS
    while time.monotonic() < deadline:
        templates = _templates(server)
        if templates["built"] > before:
            return templates
        time.sleep(0.05)
    raise ServerFailed("no template was built")


def _invoke(client: Any, name: str, seconds: float) -> str:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(seconds).encode(), LogType="Tail")
    if "FunctionError" in answer:
        raise ServerFailed(f"invoking {name}: {answer['Payload'].read()[:300]!r}")
    return base64.b64decode(answer["LogResult"]).decode("utf-8", "replace")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("app.py", _SOURCE)
    return buffer.getvalue()
