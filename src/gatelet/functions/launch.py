"""Starting a worker for an environment: its code, its directory, its configuration, its launcher."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gatelet.aws import quotas
from gatelet.functions.grounds import Grounds
from gatelet.functions.host import Host
from gatelet.functions.process import Launcher
from gatelet.functions.python_runtime import Interpreter, PythonRuntime
from gatelet.functions.report import runtime_version
from gatelet.functions.runtime_api.programs import Program, directories
from gatelet.functions.runtimes.python import frames
from gatelet.functions.runtimes.python.sandbox import mounts
from gatelet.functions.sandbox.detect import LANDLOCK_READABLE, Sandbox
from gatelet.functions.variables import environment_variables
from gatelet.functions.version import FunctionVersion

_DATA_HEADROOM_BYTES = 512 * quotas.MIB
"""What RLIMIT_DATA allows beyond twice the memory: reserved but untouched memory counts there (thread stacks,
arenas). The resident size, which is what Lambda limits, is watched by the gateway."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Everything that a worker needs to start."""

    interpreter: Interpreter
    python: PythonRuntime
    sandbox: Sandbox
    launcher: Launcher
    configuration: dict[str, Any]
    version: str
    """As INIT_START shows it."""
    warning: str
    """What the host has instead of the function's runtime; empty: nothing."""
    extensions: bool = False
    """Whether programs run beside the runtime, which get a moment at the end."""

    @property
    def forks(self) -> bool:
        """Whether the process is a fork of the version's template, which has imported the module."""
        return self.launcher is not self.python

    @property
    def message(self) -> bytes:
        """What a template gets."""
        return orjson.dumps(self.configuration)

    @property
    def frame(self) -> bytes:
        """CONFIGURE."""
        return frames.encode(frames.CONFIGURE, orjson.dumps(self.configuration))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where things are, as the worker sees them."""

    code: Path
    layers: Path | None
    runtime: Path
    temporary: Path


async def configure(
    host: Host, function: FunctionVersion, grounds: Grounds, stream: str, *, template: bool = False
) -> Launch:
    """Prepare what a worker, or a template, stands on.

    Raises CodeMissing, AwsError (the code does not unpack), StartFailed (no such runtime here) or OSError.
    """
    program = None if function.python else await host.programs.find(function.runtime, function.memory)
    sandbox = await host.sandbox()
    interpreter, python = await host.runtimes.get(function.runtime)
    if function.debug_port:
        python = PythonRuntime(interpreter, None)  # a process of its own: a debugger is no guest of a zygote
    code = host.code.ready(function.code) or await host.code.prepare(function.code)
    layers = await host.code.prepare_layers(function.layers) if function.layers else None
    uid = sandbox.isolation.uid(function.scope, function.name, interpreter.path)
    libraries = host.settings.runtime_directory / "python"
    if sandbox.namespaces:
        opt = Path(mounts.LAYERS) if layers is not None else None
        places = _Places(Path(mounts.TASK), opt, Path(mounts.RUNTIME), Path(mounts.TEMPORARY))
    else:
        grounds.make_directory(uid)
        places = _Places(code, layers, libraries, grounds.directory)
    configuration: dict[str, Any] = {
        "code": str(places.code),
        "layers": str(places.layers or ""),
        "runtime": str(places.runtime) if libraries.is_dir() else "",
        "temporary": str(places.temporary),
        "handler": function.handler,
        "snap_start": function.snap_start,
        "debug_port": function.debug_port,
        **_supervision(function, program),
        "group": grounds.name if sandbox.cgroups is not None else "",
        "event_module": str(host.settings.proxy_event_module),
        "response_bytes": quotas.INVOKE_RESPONSE_BYTES,
        "escape_non_ascii": escapes_non_ascii(function.runtime),
        "environment": _variables(host, function, places, stream, sandbox.namespaces),
        "limits": _limits(function, sandbox.others + host.settings.processes, uid),
        "sandbox": _walls(host, sandbox, places, template),
    }
    if sandbox.namespaces:
        configuration["sandbox"]["mounts"] = _mounts(function, sandbox, code, layers)
    if program is not None:
        configuration["environment"].update(program.variables)
    ready = None if template or grounds.namespaces else host.templates.ready(function)
    launcher = python if ready is None else ready
    version, warning = _python_words(function, interpreter) if program is None else (program.version, program.warning)
    return Launch(interpreter, python, sandbox, launcher, configuration, version, warning, function.extensions)


def _python_words(function: FunctionVersion, interpreter: Interpreter) -> tuple[str, str]:
    """The version for INIT_START, and a warning if it is not the runtime's."""
    words = f"{function.runtime} is not installed on this host: running on Python {interpreter.version}"
    return runtime_version(interpreter.version), "" if interpreter.exact else words


def _supervision(function: FunctionVersion, program: Program | None) -> dict[str, Any]:
    """What a supervisor needs; see runtimes.python.supervisor. No command: the runtime is Python."""
    if not function.supervised:
        return {"supervised": False}
    description = {
        "functionName": function.name,
        "functionVersion": function.version,
        "handler": function.handler,
        "accountId": function.scope.account,
    }
    return {"supervised": True, "command": None if program is None else program.command, "description": description}


def _variables(host: Host, function: FunctionVersion, places: _Places, stream: str, namespaces: bool) -> dict[str, str]:
    return environment_variables(
        function,
        code=places.code,
        runtime=places.runtime,
        layers=places.layers,
        temporary=None if namespaces else places.temporary,
        log_stream=stream,
        endpoint_url=host.endpoint_url(),
        ca_bundle=None if host.trust is None else host.trust.path(),
        credentials=host.credentials(function.scope.account, function.role, function.name),
    )


def _limits(function: FunctionVersion, processes: int, uid: int | None) -> dict[str, Any]:
    """See runtimes.python.limits."""
    return {
        "open_files": quotas.FUNCTION_OPEN_FILES,
        "processes": processes,
        "data_bytes": 2 * function.memory * quotas.MIB + _DATA_HEADROOM_BYTES,
        "file_bytes": function.storage * quotas.MIB,
        "uid": uid,
    }


def _mounts(function: FunctionVersion, sandbox: Sandbox, code: Path, layers: Path | None) -> dict[str, Any]:
    """See runtimes.python.sandbox.mounts."""
    return {
        "code": f"code/{code.name}",
        "layers": "" if layers is None else f"code/{layers.name}",
        "tmp_bytes": function.storage * quotas.MIB,
        "kept": [] if sandbox.base is None else [*sandbox.base["read_only"], *sandbox.base["shared"]],
    }


def _walls(host: Host, sandbox: Sandbox, places: _Places, template: bool) -> dict[str, Any]:
    """See runtimes.python.jail."""
    shared = [str(path) for path in host.settings.shared_directories]
    readable: list[str] = ["/"]
    if not sandbox.namespaces:
        trusted = [] if host.trust is None else [str(host.trust.path().parent)]
        layers = [] if places.layers is None else [str(places.layers)]
        readable = [
            *LANDLOCK_READABLE,
            *map(str, directories(host.settings.node)),
            str(places.code),
            str(places.runtime),
            *layers,
            *trusted,
        ]
    # A template's forks have directories of their own beside its own.
    temporary = places.temporary.parent if template and not sandbox.namespaces else places.temporary
    return {
        "base": sandbox.base,
        "mounts": None,
        "landlock": sandbox.found.landlock,
        "readable": readable,
        "writable": [str(temporary), *shared],
        "devices": ["/dev"],
        "seccomp": sandbox.found.seccomp,
        "protected": [os.getpid()],
        "template": template,
    }


def escapes_non_ascii(runtime: str) -> bool:
    """Python runtimes before 3.12 write ``\\uXXXX`` in JSON (lambda-execution section 2)."""
    minor = runtime.removeprefix("python3.")
    return minor.isdigit() and int(minor) < 12
