"""The programs that a supervisor starts: the runtime and the extensions."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from .. import limits
from ..sandbox import syscalls

_GROUP_LOOKS, _GROUP_LOOK_SECONDS = 250, 0.002
NOT_FOUND, NOT_EXECUTABLE = 127, 126


def is_program(path: str) -> bool:
    """Whether the path is a file that may be executed."""
    return os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113 - pathlib costs milliseconds here


def await_group(name: str) -> None:
    """Wait until the gateway has put this process into its control group, or it does not come.

    What is started before that is not counted there. An empty name: this host has no such groups.
    """
    wanted = f"{name}-{os.getpid()}"
    for _ in range(_GROUP_LOOKS if name else 0):
        with suppress(OSError), open("/proc/self/cgroup", encoding="utf-8") as file:  # noqa: PTH123 - see is_program
            if wanted in file.read():
                return
        time.sleep(_GROUP_LOOK_SECONDS)


def start(
    command: Sequence[str],
    environment: dict[str, str],
    directory: str,
    inherited: Sequence[int] = (),
    output: int | None = None,
) -> int:
    """Start a program; its pid. It ends with this process. One that cannot be executed ends as a shell says it.

    ``inherited`` are descriptors beside the standard ones. ``output`` is for what it prints; None: as ours.
    """

    def execute() -> None:
        try:
            for descriptor in inherited:
                os.set_inheritable(descriptor, True)
            os.chdir(directory)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # ignored by Python alone, whose forks go on ignoring it
            os.execve(command[0], list(command), environment)  # noqa: S606 - it is what runs here
        except FileNotFoundError as error:
            _say(command[0], error)
            os._exit(NOT_FOUND)

    return _fork(execute, output, command[0])


class Fork:
    """A process that is made before there are threads, and begins when it is told."""

    def __init__(self, begin: Callable[[], None], inherited: int, output: int | None) -> None:
        """``inherited`` is the one descriptor of ours that it keeps; ``output`` as of ``start``."""
        read, self._gate = os.pipe()

        def wait() -> None:
            os.close(self._gate)
            if not os.read(read, 1):
                os._exit(0)
            _close_all_but(inherited)
            syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # as after an execution: ``peers`` looks at its descriptors
            begin()

        self.pid = _fork(wait, output, "the runtime")
        os.close(read)

    def begin(self) -> None:
        """Let it begin."""
        os.write(self._gate, b".")
        os.close(self._gate)


def _fork(begin: Callable[[], None], output: int | None, name: str) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        limits.die_with_parent(parent)
        if output is not None:
            os.dup2(output, 1)
            os.dup2(output, 2)
        begin()
    except BaseException as error:  # noqa: BLE001 - this is a copy of the supervisor, and must never go on as one
        _say(name, error)
    os._exit(NOT_EXECUTABLE)


def _close_all_but(kept: int) -> None:
    """Nothing of the supervisor's is the function's: its connections, its listener, its pipes."""
    os.closerange(3, kept)
    os.closerange(kept + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def ended() -> list[tuple[int, int]]:
    """``(pid, wait status)`` of every process that has ended by now."""
    found: list[tuple[int, int]] = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found.append((pid, status))
    return found


def end_like(status: int) -> None:
    """End this process as another one has ended: the gateway sees one exit status."""
    sys.stdout.flush()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(os.waitstatus_to_exitcode(status))


def peak_kib(pid: int) -> int:
    """The most memory that a process has taken; 0 where the host does not tell, or it has ended."""
    with suppress(OSError), open(f"/proc/{pid}/status", "rb") as file:  # noqa: PTH123 - see is_program
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
    return 0


def _say(program: str, error: BaseException) -> None:
    os.write(2, f"{program}: {error}\n".encode("utf-8", "replace"))
