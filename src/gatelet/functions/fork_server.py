"""The gateway's side of a process that forks workers (runtimes/python/forker.py tells the protocol).

A zygote is ours. A template has run a function's code: what it says is checked, and its workers are killed by
the kernel's own handle on them (a pidfd), never through it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gatelet.functions.process import OnExit, StartFailed

_MESSAGE_BYTES = 4096
_CONTROL_BUFFER_BYTES = 1_048_576
_START_SECONDS = 5.0


class ForkedProcess:
    """A fork, known by its number until it tells its process id."""

    __slots__ = ("_handle", "_number", "_server", "on_exit", "pid", "started")

    def __init__(self, server: ForkServer, number: int, on_exit: OnExit, started: asyncio.Future[None]) -> None:
        self._server = server
        self._number = number
        self._handle = -1
        self.on_exit = on_exit
        self.started = started
        self.pid = 0

    @property
    def own_user_namespace(self) -> bool:
        """See Process."""
        return not self._server.trusted or os.geteuid() != 0

    def begin(self, pid: int, parent: int) -> None:
        """It runs. Raises OSError when it does not any more, ValueError when it is no child of its launcher.

        The handle comes first: from then on the number means this process. One that is not the launcher's is
        never held, so that nobody makes us kill another.
        """
        handle = os.pidfd_open(pid)
        found = parent_of(pid)
        if found != parent:
            os.close(handle)
            if not found:
                raise ProcessLookupError(pid)
            raise ValueError(f"{pid} is no child of {parent}")
        self._handle = handle
        self.pid = pid

    def kill(self) -> None:
        """Kill it and its session; nothing happens to one that has ended."""
        if self._server.trusted:
            self._server.kill(self._number)
        elif self._handle >= 0:
            with suppress(OSError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                os.killpg(self.pid, signal.SIGKILL)

    def ended(self, code: int) -> None:
        """Nothing is heard of it any more."""
        if not self.started.done():
            self.started.set_exception(StartFailed("it ended before it had started"))
            self.started.exception()
        if self._handle >= 0:
            if not self._server.trusted:
                self.kill()
            os.close(self._handle)
            self._handle = -1
        self.on_exit(code)


class ForkServer:
    """A control socket and the workers behind it. ``trusted``: no code of a function has run in the process."""

    def __init__(self, *, trusted: bool) -> None:
        self.trusted = trusted
        self.pid = 0
        self._control: socket.socket | None = None
        self._workers: dict[int, ForkedProcess] = {}
        self._next = 0

    @property
    def connected(self) -> bool:
        """Whether the process is there."""
        return self._control is not None

    @property
    def busy(self) -> bool:
        """Whether it has workers that live."""
        return bool(self._workers)

    async def start(
        self, channel: socket.socket, output: int, on_exit: OnExit, namespaces: Sequence[int] = ()
    ) -> ForkedProcess:
        """See gatelet.functions.process.Launcher."""
        return await self.fork("start", [channel.fileno(), output, *namespaces], on_exit)

    async def fork(self, role: str, descriptors: Sequence[int], on_exit: OnExit) -> ForkedProcess:
        """A fork in this role, once it runs. Raises StartFailed."""
        if self._control is None:
            raise StartFailed("the launcher is not there")
        self._next += 1
        number = self._next
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        worker = ForkedProcess(self, number, on_exit, started)
        try:
            socket.send_fds(self._control, [json.dumps({role: number}).encode()], list(descriptors))
        except OSError as error:
            raise StartFailed(str(error)) from error
        self._workers[number] = worker
        try:
            async with asyncio.timeout(self.start_seconds):
                await asyncio.shield(started)
        except TimeoutError:
            self._forget(number)
            raise StartFailed("the launcher does not answer") from None
        except asyncio.CancelledError:
            # Whoever waited is gone; the process must not stay.
            started.add_done_callback(lambda _: worker.kill())
            worker.kill()
            raise
        return worker

    @property
    def start_seconds(self) -> float:
        """What a fork may take; a zygote that still loads has not begun to listen."""
        return _START_SECONDS

    def kill(self, number: int) -> None:
        """Ask the process to kill one of its forks."""
        if number in self._workers:
            self.say({"kill": number})

    def say(self, message: dict[str, Any]) -> None:
        """Tell the process."""
        if self._control is not None:
            with suppress(OSError):
                self._control.send(json.dumps(message).encode())

    def connect(self) -> socket.socket:
        """Make the control socket: the other end, for the caller to hand over and close."""
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _CONTROL_BUFFER_BYTES)
        self._control = near
        asyncio.get_running_loop().add_reader(near.fileno(), self._readable)
        return far

    def lost(self) -> None:
        """The process ended or says nonsense: its workers die with it, by the kernel's hand."""
        if self._control is None:
            return
        asyncio.get_running_loop().remove_reader(self._control.fileno())
        self._control.close()
        self._control = None
        workers, self._workers = self._workers, {}
        for worker in workers.values():
            worker.ended(-signal.SIGKILL)

    def other(self, message: dict[str, Any]) -> None:
        """A message that is about no worker."""

    def one_left(self) -> None:
        """A worker is gone."""

    def _readable(self) -> None:
        while self._control is not None:
            try:
                data = self._control.recv(_MESSAGE_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                data = b""
            if not data:
                self.lost()
                return
            try:
                self._take(json.loads(data))
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                self.lost()  # no message of the protocol: a function's code has been at it

    def _take(self, message: dict[str, Any]) -> None:
        if "started" in message:
            self._started(message["started"], int(message["pid"]))
        elif "exited" in message:
            code = os.waitstatus_to_exitcode(int(message["status"]))
            worker = self._workers.pop(message["exited"], None)
            if worker is not None:
                worker.ended(code)
                self.one_left()
        else:
            self.other(message)

    def _started(self, number: int, pid: int) -> None:
        worker = self._workers.get(number)
        if worker is None or worker.pid:
            return
        try:
            worker.begin(pid, self.pid)
        except OSError:
            return  # its end is told next
        if not worker.started.done():
            worker.started.set_result(None)

    def _forget(self, number: int) -> None:
        worker = self._workers.pop(number, None)
        if worker is not None:
            worker.kill()


def parent_of(pid: int) -> int:
    """The parent of a process; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
