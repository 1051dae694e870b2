"""A process that forks itself for every execution environment: the zygote, and the templates below it.

It speaks JSON datagrams with the gateway on a SOCK_SEQPACKET socket:

============================================= ==========================================================
from the gateway                              to the gateway
============================================= ==========================================================
``{"start": id}`` and descriptors: the        ``{"started": id, "pid": n}``
channel, the raw output, perhaps namespaces
``{"template": id}``, zygotes only: a control ``{"exited": id, "status": s}``: wait status, as os.waitpid
socket, the raw output
``{"kill": id}``                              ``{"ready": ...}``, once
``{"sweep": 0}``, zygotes only                ``{"unfit": reason}``, templates only, and then its end
============================================= ==========================================================

It ends, and every worker with it, when the gateway does.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the other writes to 40 pages more, which a fork would copy
import json
import os
import select
import signal
import socket
from collections.abc import Callable
from typing import Any

from . import heap

START = "start"
"""The role of a worker."""
MESSAGE_BYTES = 262_144
_DESCRIPTORS = 4
_FORK_FAILED = 1 << 8
"""The wait status of ``exit(1)``."""


class Forker:
    """Forks workers, reaps them and says how they ended."""

    def __init__(self, control: socket.socket, become: dict[str, Callable[[list[int], int], None]]) -> None:
        """``become`` is what a child does for ``start`` or ``template``, with its descriptors and its parent's pid."""
        self._control = control
        self._become = become
        self._pids: dict[int, int] = {}
        self._ids: dict[int, int] = {}
        self._pause: float | None = None
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)

    def serve(self, greeting: dict[str, Any], settle_after: float = 0.0) -> None:
        """Until the gateway closes the control socket. ``settle_after``: seconds of rest before that takes its time."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        heap.freeze()
        self.say(greeting)
        control = self._control.fileno()
        self._pause = settle_after
        while True:
            readable, _, _ = select.select([control, self._wake_read], [], [], self._pause)
            if not readable:
                self._pause = self.rest()
            if self._wake_read in readable:
                self._drain_wake()
                self._reap()
            if control in readable and not self._take():
                os._exit(0)

    def say(self, message: dict[str, Any]) -> None:
        """Tell the gateway; the process ends when it is gone."""
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            os._exit(0)

    def rest(self) -> float | None:
        """Nobody waits for us now. In how many seconds to ask again if that is so still; None: not before a fork."""
        heap.collapse()
        return None

    def sweep(self) -> None:
        """Processes that workers left behind are ours now; a zygote ends them."""

    def _take(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, _DESCRIPTORS)
        if not data:
            return False
        message = json.loads(data)
        if "kill" in message:
            if message["kill"] in self._pids:
                self._kill(self._pids[message["kill"]])
        elif "sweep" in message:
            self.sweep()
        else:
            role, number = next(iter(message.items()))
            self._start(role, number, descriptors)
        return True

    def _start(self, role: str, number: int, descriptors: list[int]) -> None:
        pid = self.spawn(role, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        if not pid:  # the host has no room for one more: no reason to end all others
            self.say({"exited": number, "status": _FORK_FAILED})
            return
        self._pids[number] = pid
        self._ids[pid] = number
        self.say({"started": number, "pid": pid})

    def spawn(self, role: str, descriptors: list[int]) -> int:
        """A fork in this role with these descriptors: its pid; 0 if the host has no room for one more."""

        def begin(parent: int) -> None:
            channel, output, *more = descriptors
            print_to(output)
            self._become[role]([channel, *more], parent)

        return self.fork(begin)

    def fork(self, begin: Callable[[int], None]) -> int:
        """A fork that has nothing of ours and begins with its parent's pid; the fork's pid, or 0 as ``spawn``."""
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            return 0
        if pid == 0:
            try:
                os.setsid()
                signal.set_wakeup_fd(-1)
                _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
                for descriptor in (self._wake_read, self._wake_write, self._control.fileno()):
                    os.close(descriptor)
                begin(parent)
            finally:
                os._exit(1)
        return pid

    def _kill(self, pid: int) -> None:
        # A session of its own: what the handler started goes with it.
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self._ids.pop(pid, None)
            if number is not None:
                del self._pids[number]
                self._sweep_session(pid)
                self.sweep()
                self.say({"exited": number, "status": status})

    def children(self) -> set[int]:
        """Processes below this one that it did not fork itself."""
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:  # noqa: PTH123 - no pathlib here
            return {int(pid) for pid in file.read().split()} - set(self._ids)

    @staticmethod
    def _sweep_session(pid: int) -> None:
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def _drain_wake(self) -> None:
        try:
            while os.read(self._wake_read, 512):
                pass
        except BlockingIOError:
            return


def print_to(output: int) -> None:
    """Standard output and error are this pipe."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
