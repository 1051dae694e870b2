"""Starting a worker for an environment: its code, its directory, its configuration, its process."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

import orjson

from gatelet.aws import quotas
from gatelet.functions.host import Host
from gatelet.functions.python_runtime import Interpreter, PythonRuntime
from gatelet.functions.runtimes.python import frames
from gatelet.functions.variables import environment_variables
from gatelet.functions.version import FunctionVersion

_DATA_HEADROOM_BYTES = 512 * quotas.MIB
"""What RLIMIT_DATA allows beyond twice the memory: reserved but untouched memory counts there (thread stacks,
arenas). The resident size, which is what Lambda limits, is watched by the gateway."""


async def configure(
    host: Host, function: FunctionVersion, directory: Path, stream: str
) -> tuple[Interpreter, PythonRuntime, bytes]:
    """Everything that a worker needs to start: the CONFIGURE frame last.

    Raises CodeMissing, AwsError (the code does not unpack) or OSError.
    """
    settings = host.settings
    interpreter, python = await host.runtimes.get(function.runtime)
    code = host.code.ready(function.code) or await host.code.prepare(function.code)
    layers = await host.code.prepare_layers(function.layers) if function.layers else None
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240 - microseconds
    uid = host.isolation.uid(function.scope, function.name, interpreter.path)
    if uid is not None:
        os.chown(directory, uid, uid)
    libraries = settings.runtime_directory / "python"
    runtime = str(libraries) if libraries.is_dir() else ""
    configuration: dict[str, Any] = {
        "code": str(code),
        "layers": str(layers or ""),
        "runtime": runtime,
        "handler": function.handler,
        "event_module": str(settings.proxy_event_module),
        "response_bytes": quotas.INVOKE_RESPONSE_BYTES,
        "escape_non_ascii": escapes_non_ascii(function.runtime),
        "environment": environment_variables(
            function,
            code=code,
            runtime=libraries,
            layers=layers,
            temporary=directory,
            log_stream=stream,
            endpoint_url=host.endpoint_url(),
            ca_bundle=None if host.trust is None else host.trust.path(),
            credentials=host.credentials(function.scope.account, function.role, function.name),
        ),
        "limits": {
            "open_files": quotas.FUNCTION_OPEN_FILES,
            "processes": quotas.FUNCTION_PROCESSES,
            "data_bytes": 2 * function.memory * quotas.MIB + _DATA_HEADROOM_BYTES,
            "uid": uid,
        },
    }
    return interpreter, python, frames.encode(frames.CONFIGURE, orjson.dumps(configuration))


def escapes_non_ascii(runtime: str) -> bool:
    """Python runtimes before 3.12 write ``\\uXXXX`` in JSON (lambda-execution section 2)."""
    minor = runtime.removeprefix("python3.")
    return minor.isdigit() and int(minor) < 12


def resident_bytes(pid: int) -> int:
    """The resident size of a process now; 0 where the host does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        text = Path(f"/proc/{pid}/statm").read_bytes()
        return int(text.split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def remove_directory(directory: Path) -> None:
    """Forget an environment's files."""
    shutil.rmtree(directory, ignore_errors=True)
