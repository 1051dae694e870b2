"""The zygote: an interpreter with the common libraries loaded, forked for every execution environment.

It speaks JSON datagrams with the gateway on a SOCK_SEQPACKET socket:

========================================= ==========================================================
from the gateway                          to the gateway
========================================= ==========================================================
``{"start": id}`` and two descriptors     ``{"started": id, "pid": n}``
(the channel, the raw output)
``{"kill": id}``                          ``{"exited": id, "status": s}``: wait status, as os.waitpid
                                          ``{"ready": "3.12.1"}``, once
========================================= ==========================================================

It ends, and every worker with it, when the gateway does.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
from typing import Any

from . import limits, loading, worker

_MESSAGE_BYTES = 4096
_FORK_FAILED = 1 << 8
"""The wait status of ``exit(1)``."""


class Zygote:
    """Forks workers, reaps them and says how they ended."""

    def __init__(self, control: socket.socket, runtime: str, event_module: str) -> None:
        self._control = control
        self._preloaded = loading.preload(runtime)
        self._events: Any = loading.load_module_from(event_module, "gatelet_runtime.events")
        self._pids: dict[int, int] = {}
        self._ids: dict[int, int] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)

    def serve(self) -> None:
        """Until the gateway closes the control socket."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        gc.collect()
        gc.freeze()
        version = ".".join(str(part) for part in sys.version_info[:3])
        self._say({"ready": version})
        control = self._control.fileno()
        while True:
            readable, _, _ = select.select([control, self._wake_read], [], [])
            if self._wake_read in readable:
                self._drain_wake()
                self._reap()
            if control in readable and not self._take():
                os._exit(0)

    def _take(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES, 2)
        if not data:
            return False
        message = json.loads(data)
        if "start" in message:
            self._start(message["start"], *descriptors)
        elif message["kill"] in self._pids:
            self._kill(self._pids[message["kill"]])
        return True

    def _start(self, number: int, channel: int, output: int) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            pid = None
        if pid == 0:
            self._become_worker(channel, output, parent)
        os.close(channel)
        os.close(output)
        if pid is None:  # the host has no room for one more: no reason to end all others
            self._say({"exited": number, "status": _FORK_FAILED})
            return
        self._pids[number] = pid
        self._ids[pid] = number
        self._say({"started": number, "pid": pid})

    def _become_worker(self, channel: int, output: int, parent: int) -> None:
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(output, 1)
            os.dup2(output, 2)
            for descriptor in (output, self._wake_read, self._wake_write):
                os.close(descriptor)
            self._control.close()
            tempfile.tempdir = None
            worker.run(channel, parent, self._preloaded, self._events)
        finally:
            os._exit(1)

    def _kill(self, pid: int) -> None:
        # A session of its own: what the handler started goes with it.
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue

    def _reap(self) -> None:
        while self._ids:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number = self._ids.pop(pid, None)
            if number is not None:
                del self._pids[number]
                self._sweep_session(pid)
                self._say({"exited": number, "status": status})

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

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._control.send(json.dumps(message).encode())
        except OSError:
            os._exit(0)


def main(arguments: list[str]) -> None:
    """``zygote CONTROL_FD PARENT_PID RUNTIME_DIRECTORY EVENT_MODULE``."""
    control = socket.socket(fileno=int(arguments[0]))
    limits.die_with_parent(int(arguments[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Zygote(control, arguments[2], arguments[3]).serve()
