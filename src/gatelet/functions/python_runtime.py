"""The Python runtimes of this host: which interpreter a runtime gets, and how its workers start."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatelet.functions.process import OnExit, Process, SpawnLauncher, StartFailed, ask
from gatelet.functions.sandbox.detect import Sandbox
from gatelet.functions.zygote import Zygote

_PROBE_SECONDS = 5.0
_PROBE = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python on this host. ``exact``: it is the version that the runtime names."""

    path: str
    version: str
    exact: bool


class PythonRuntime:
    """One interpreter with its zygote; a plain process is the fallback."""

    def __init__(self, interpreter: Interpreter, zygote: Zygote | None) -> None:
        self.interpreter = interpreter
        self._zygote = zygote
        self._spawn = SpawnLauncher(interpreter.path)

    async def warm(self) -> None:
        """Start the zygote ahead of need."""
        if self._zygote is not None:
            try:
                await self._zygote.warm()
            except StartFailed as error:
                _log.warning("the zygote of %s did not start: %s", self.interpreter.path, error)

    @property
    def zygote(self) -> Zygote | None:
        """What templates are forks of."""
        return self._zygote

    async def start(
        self, channel: socket.socket, output: int, on_exit: OnExit, namespaces: Sequence[int] = ()
    ) -> Process:
        """See gatelet.functions.process.Launcher."""
        if self._zygote is not None:
            try:
                return await self._zygote.start(channel, output, on_exit, namespaces)
            except StartFailed as error:
                _log.warning("the zygote of %s is not available: %s", self.interpreter.path, error)
        return await self._spawn.start(channel, output, on_exit, namespaces)

    async def rest(self) -> None:
        """End the zygote if it has no workers; it is started again when it is needed."""
        if self._zygote is not None and not self._zygote.busy:
            await self._zygote.stop()

    async def stop(self) -> None:
        """End the zygote and every worker."""
        if self._zygote is not None:
            await self._zygote.stop()
        await self._spawn.stop()


class PythonRuntimes:
    """PythonRuntime by runtime name (``python3.12``); runtimes on one interpreter share it."""

    def __init__(
        self, runtime_directory: Path, event_module: Path, fork: bool, sandbox: Callable[[], Awaitable[Sandbox]]
    ) -> None:
        self._sandbox = sandbox
        self._libraries = runtime_directory / "python"
        self._event_module = event_module
        self._fork = fork and sys.platform == "linux"
        self._by_name: dict[str, asyncio.Task[Interpreter]] = {}
        self._by_path: dict[str, PythonRuntime] = {}

    async def get(self, runtime: str) -> tuple[Interpreter, PythonRuntime]:
        """What runs functions of this runtime."""
        task = self._by_name.get(runtime)
        if task is None:
            task = self._by_name[runtime] = asyncio.create_task(_find(runtime))
        interpreter = await asyncio.shield(task)
        python = self._by_path.get(interpreter.path)
        if python is None:
            zygote = (
                Zygote(interpreter.path, self._libraries, self._event_module, self._sandbox) if self._fork else None
            )
            python = self._by_path[interpreter.path] = PythonRuntime(interpreter, zygote)
        return interpreter, python

    async def warm(self, runtime: str = "") -> None:
        """Find the runtime's interpreter (looking for one can take 0.2 s) and make it ready; else the one at hand."""
        name = runtime or f"python{sys.version_info.major}.{sys.version_info.minor}"
        _, python = await self.get(name)
        await python.warm()

    async def warm_all(self, runtimes: Sequence[str]) -> None:
        """Make these ready, and meanwhile the interpreter at hand: most of them turn out to be that one."""
        await asyncio.gather(self.warm(), *map(self.warm, runtimes))
        meant = [(await self.get(runtime))[1] for runtime in runtimes]
        for python in list(self._by_path.values()):
            if python not in meant:
                await python.rest()

    async def stop(self) -> None:
        """End all zygotes, and the search for interpreters."""
        searches = list(self._by_name.values())
        for search in searches:
            search.cancel()
        await asyncio.gather(*searches, return_exceptions=True)
        for python in self._by_path.values():
            await python.stop()


async def _find(runtime: str) -> Interpreter:
    """The interpreter that the runtime names if the host has it, else the one that runs us."""
    at_hand = ".".join(str(part) for part in sys.version_info[:3])
    if not runtime.startswith("python"):  # for its supervisor any will do
        return Interpreter(sys.executable, at_hand, exact=True)
    wanted = runtime.removeprefix("python")
    if at_hand.startswith(wanted + "."):
        return Interpreter(sys.executable, at_hand, exact=True)
    path = shutil.which(runtime)
    if path is not None:
        found = await _probe(path)
        if found is not None and found[0].startswith(wanted + "."):
            return Interpreter(found[1], found[0], exact=True)
    return Interpreter(sys.executable, at_hand, exact=False)


async def _probe(path: str) -> tuple[str, str] | None:
    """``(version, executable)`` of an interpreter, None if it does not run."""
    try:
        code, output, _ = await ask([path, "-I", "-S", "-c", _PROBE], _PROBE_SECONDS)
    except OSError:  # TimeoutError is one
        return None
    lines = output.decode("utf-8", "replace").split("\n")
    return (lines[0], lines[1]) if code == 0 and len(lines) > 1 and lines[1] else None
