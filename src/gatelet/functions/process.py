"""Starting worker processes: one interpreter a process, or forks of a zygote."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

OnExit = Callable[[int], None]
"""Called once with the exit code; a negative one is the signal that ended the process."""

_T = TypeVar("_T")

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
        self._waiting: dict[asyncio.Task[None], asyncio.subprocess.Process] = {}

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
        self._waiting[task] = process
        task.add_done_callback(self._waiting.pop)
        return _SpawnedProcess(process)

    async def stop(self) -> None:
        """End every worker."""
        for process in self._waiting.values():
            kill_session(process.pid)
        await asyncio.gather(*self._waiting, return_exceptions=True)

    @staticmethod
    async def _wait(process: asyncio.subprocess.Process, on_exit: OnExit) -> None:
        on_exit(await _end_of(process, process.wait()))


def kill_session(pid: int) -> None:
    """SIGKILL to a process that we started in a session of its own, and to what it started there.

    Not ``Process.kill``: that would reap the process, and its exit status would be lost to the event loop.
    """
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


async def ask(command: Sequence[str], seconds: float) -> tuple[int, bytes, bytes]:
    """What a program prints that ends by itself: ``(exit code, output, errors)``.

    Raises OSError when it does not run, its subclass TimeoutError when it does not end in so many seconds. It is gone
    in any case.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    output, errors = await _end_of(process, asyncio.wait_for(process.communicate(), seconds))
    assert process.returncode is not None
    return process.returncode, output, errors


async def _end_of(process: asyncio.subprocess.Process, end: Awaitable[_T]) -> _T:
    """Wait for it; a process whose end nobody waits for any more is killed."""
    try:
        return await end
    except BaseException:
        kill_session(process.pid)
        await process.wait()
        raise


def interpreter_command(interpreter: str) -> list[str]:
    """The command up to the runtime's script: isolated, no site-packages, UTF-8."""
    return [interpreter, "-I", "-S", "-X", "utf8", str(RUNTIME_SCRIPT)]
