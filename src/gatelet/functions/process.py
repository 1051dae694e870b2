"""Starting worker processes: one interpreter a process, or forks of a zygote."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

OnExit = Callable[[int], None]
"""Called once with the exit code; a negative one is the signal that ended the process."""

RUNTIME_SCRIPT = Path(__file__).parent / "runtimes" / "python" / "__main__.py"

_SIGNAL_WORDS = {
    signal.SIGABRT: "aborted",
    signal.SIGALRM: "alarm clock",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGHUP: "hangup",
    signal.SIGILL: "illegal instruction",
    signal.SIGINT: "interrupt",
    signal.SIGKILL: "killed",
    signal.SIGPIPE: "broken pipe",
    signal.SIGQUIT: "quit",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGTERM: "terminated",
    signal.SIGTRAP: "trace/breakpoint trap",
}


class StartFailed(Exception):
    """The host could not start a process."""


class Process(Protocol):
    """A started worker process."""

    @property
    def pid(self) -> int:
        """The process id."""

    @property
    def own_user_namespace(self) -> bool:
        """Whether, in a sandbox of namespaces, it made a user namespace for itself (and not its zygote for all)."""

    def kill(self) -> None:
        """SIGKILL to the process and what it started; nothing happens to one that has ended."""


class Launcher(Protocol):
    """Starts worker processes of one runtime."""

    async def start(
        self, channel: socket.socket, output: int, on_exit: OnExit, namespaces: Sequence[int] = ()
    ) -> Process:
        """Start a worker with its end of the channel and a descriptor for raw output.

        ``namespaces`` are those of an earlier process of its environment. All stay the caller's to close.
        Raises StartFailed.
        """


def exit_words(code: int) -> str | None:
    """``exit status 1`` or ``signal: killed`` (lambda-execution section 2); None for a clean exit."""
    if code == 0:
        return None
    if code > 0:
        return f"exit status {code}"
    try:
        return f"signal: {_SIGNAL_WORDS[signal.Signals(-code)]}"
    except (KeyError, ValueError):
        return f"signal: signal {-code}"


class _SpawnedProcess:
    """A process of its own, child of the gateway and leader of its session."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def own_user_namespace(self) -> bool:
        return os.geteuid() != 0

    def kill(self) -> None:
        if self._process.returncode is None:
            kill_session(self._process.pid)


class SpawnLauncher:
    """Starts every worker as an interpreter of its own; works everywhere."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._waiting: set[asyncio.Task[None]] = set()

    async def start(
        self, channel: socket.socket, output: int, on_exit: OnExit, namespaces: Sequence[int] = ()
    ) -> Process:
        """See Launcher."""
        arguments = ["worker", str(channel.fileno()), str(os.getpid()), *map(str, namespaces)]
        try:
            process = await asyncio.create_subprocess_exec(
                *interpreter_command(self._interpreter),
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(channel.fileno(), *namespaces),
                start_new_session=True,
                env={"PATH": os.defpath},
            )
        except OSError as error:
            raise StartFailed(str(error)) from error
        task = asyncio.create_task(self._wait(process, on_exit))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return _SpawnedProcess(process)

    @staticmethod
    async def _wait(process: asyncio.subprocess.Process, on_exit: OnExit) -> None:
        on_exit(await process.wait())


def kill_session(pid: int) -> None:
    """SIGKILL to a process that we started in a session of its own, and to what it started there.

    Not ``Process.kill``: that would reap the process, and its exit status would be lost to the event loop.
    """
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def interpreter_command(interpreter: str) -> list[str]:
    """The command up to the runtime's script: isolated, no site-packages, UTF-8."""
    return [interpreter, "-I", "-S", "-X", "utf8", str(RUNTIME_SCRIPT)]
