"""The gateway's side of a zygote, and of the templates that are forks of it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from gatelet.functions.fork_server import ForkedProcess, ForkServer
from gatelet.functions.process import OnExit, StartFailed, interpreter_command, kill_session
from gatelet.functions.sandbox.detect import Sandbox

_LOAD_SECONDS = 60.0
_FORK_SECONDS = 1.0


class Zygote(ForkServer):
    """Starts one zygote process on first use, and another when it dies; its workers die with it."""

    def __init__(
        self, interpreter: str, runtime: Path, event_module: Path, sandbox: Callable[[], Awaitable[Sandbox]]
    ) -> None:
        """``sandbox`` is waited for while the interpreter starts."""
        super().__init__(trusted=True)
        settings = {
            "runtime": str(runtime) if runtime.is_dir() else "",
            "event_module": str(event_module),
        }
        self._sandbox = sandbox
        self._command = [*interpreter_command(interpreter), "zygote"]
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._told = False
        self._ready = False
        self._broken = False
        self._starting: asyncio.Lock = asyncio.Lock()

    @property
    def start_seconds(self) -> float:
        """See ForkServer: one that still loads takes the request when it is done."""
        return super().start_seconds if self._ready else _LOAD_SECONDS

    async def warm(self) -> None:
        """Start the zygote if it does not run. Raises StartFailed."""
        async with self._starting:
            if self._broken:
                raise StartFailed("it ended before it was ready")
            if not self._told:
                await self._begin()

    async def fork(self, role: str, descriptors: Sequence[int], on_exit: OnExit) -> ForkedProcess:
        """See ForkServer; the zygote is started if need be."""
        if not self._told:
            await self.warm()
        return await super().fork(role, descriptors, on_exit)

    async def stop(self) -> None:
        """End the zygote, its workers with it; another can be started."""
        process, self._process = self._process, None
        self.lost()
        self._broken = False
        if process is not None:
            if process.returncode is None:
                kill_session(process.pid)
            await process.wait()

    def other(self, message: dict[str, Any]) -> None:
        """See ForkServer."""
        self._ready = self._ready or "ready" in message

    def lost(self) -> None:
        """See ForkServer."""
        if self.connected:
            self._broken = not self._ready
        self._told = False
        super().lost()

    async def _begin(self) -> None:
        try:
            await self._spawn()
            sandbox = await self._sandbox()
            if self._control is None:
                raise StartFailed("it ended at once")
            self._control.send(json.dumps({**self._settings, "base": sandbox.base}).encode())
            self._told = True
        except OSError as error:
            raise StartFailed(str(error)) from error
        finally:
            if not self._told:
                super().lost()  # a process that hears nothing ends

    async def _spawn(self) -> None:
        far = self.connect()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                str(far.fileno()),
                str(os.getpid()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(far.fileno(),),
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        finally:
            far.close()
        self.pid = self._process.pid
        self._ready = False


class Template(ForkServer):
    """A process that has imported one version's module (runtimes/python/template.py)."""

    def __init__(self) -> None:
        super().__init__(trusted=False)
        self.import_seconds = 0.0
        self._zygote: Zygote | None = None
        self._process: ForkedProcess | None = None
        self._verdict: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._retired = False
        self._on_lost: list[Callable[[], None]] = []

    @property
    def start_seconds(self) -> float:
        """See ForkServer: whoever waits longer is better off without it."""
        return _FORK_SECONDS

    async def fork(self, role: str, descriptors: Sequence[int], on_exit: OnExit) -> ForkedProcess:
        """See ForkServer; one that does not fork in time forks no more."""
        try:
            return await super().fork(role, descriptors, on_exit)
        except StartFailed:
            self.lost()
            raise

    async def build(self, zygote: Zygote, configuration: bytes, admit: Callable[[int], None], seconds: float) -> str:
        """Fork the zygote and import the module: why it cannot be a template, empty if it is one.

        ``admit`` counts its memory and processes. Raises StartFailed.
        """
        self._zygote = zygote
        far = self.connect()
        null = os.open(os.devnull, os.O_WRONLY)
        try:
            self._process = await zygote.fork("template", [far.fileno(), null], self._ended)
            self.pid = self._process.pid
            admit(self.pid)
            assert self._control is not None
            self._control.send(configuration)
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._verdict)
        except TimeoutError:
            return "its import takes too long"
        except OSError as error:
            raise StartFailed(str(error)) from error
        finally:
            far.close()
            os.close(null)

    def on_lost(self, told: Callable[[], None]) -> None:
        """``told`` hears of the end of the process."""
        self._on_lost.append(told)

    def retire(self) -> None:
        """Fork no more, and end with the last worker."""
        self._retired = True
        if not self.busy:
            self.end()

    def end(self) -> None:
        """Kill it, its workers with it."""
        if self._process is not None:
            self._process.kill()
        self.lost()

    def one_left(self) -> None:
        """See ForkServer: what the worker left behind is the zygote's to end."""
        if self._zygote is not None:
            self._zygote.say({"sweep": 0})
        if self._retired and not self.busy:
            self.end()

    def other(self, message: dict[str, Any]) -> None:
        """See ForkServer."""
        if not self._verdict.done():
            self.import_seconds = float(message.get("ready", 0.0))
            self._verdict.set_result("" if "ready" in message else str(message["unfit"])[:200])

    def lost(self) -> None:
        """See ForkServer."""
        if not self.connected:
            return
        if self._process is not None:
            self._process.kill()
        super().lost()
        if not self._verdict.done():
            self._verdict.set_result("it ended")
        listeners, self._on_lost = self._on_lost, []
        for told in listeners:
            told()

    def _ended(self, _: int) -> None:
        self.lost()
