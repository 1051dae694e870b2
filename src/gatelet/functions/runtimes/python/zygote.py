"""The zygote: an interpreter with the common libraries loaded and no user code (``forker`` tells its protocol)."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from typing import Any

from . import limits, loading, template, worker
from .ahead import ForkerAhead, Receive
from .forker import MESSAGE_BYTES
from .sandbox import mounts, syscalls

_SETTLE_SECONDS = 0.1
"""The first environments of a host that has just started are waited for."""
_SWEEPS = 200
"""A process that forks faster than it is killed is left to its own limit of processes."""


class Zygote(ForkerAhead):
    """Starts workers of functions without a template, and templates."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._events: Any = loading.load_module_from(settings["event_module"], "gatelet_runtime.events")
        runtime: str = settings["runtime"]
        base: dict[str, Any] | None = settings["base"]
        if base is not None:
            mounts.enter_base(base)
            runtime = mounts.RUNTIME if runtime else ""
        self._based = base is not None
        self._preloaded = loading.preload(runtime)
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
        super().__init__(control, self._become_worker, {"template": self._become_template})

    def sweep(self) -> None:
        """Kill what came to us when its worker died: it has left the worker's session."""
        for _ in range(_SWEEPS):
            strangers = self.children()
            if not strangers:
                return
            for pid in strangers:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            for pid in strangers:
                with suppress(OSError):
                    os.waitpid(pid, 0)

    def _become_worker(self, receive: Receive, parent: int) -> None:
        tempfile.tempdir = None
        limits.die_with_parent(parent)
        channel, *namespaces = receive()
        worker.run(channel, parent, self._preloaded, self._events, worker.Place(self._based, namespaces))

    def _become_template(self, descriptors: list[int], parent: int) -> None:
        tempfile.tempdir = None
        template.run(descriptors[0], parent, self._preloaded, self._events, self._based)


def main(arguments: list[str]) -> None:
    """``zygote CONTROL_FD PARENT_PID``. Its settings come first on the control socket: runtime, event_module, base."""
    control = socket.socket(fileno=int(arguments[0]))
    limits.die_with_parent(int(arguments[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = control.recv(MESSAGE_BYTES)
    if not settings:
        return
    zygote = Zygote(control, json.loads(settings))
    limits.die_with_parent(int(arguments[1]))
    zygote.serve({"ready": ".".join(str(part) for part in sys.version_info[:3])}, _SETTLE_SECONDS)
