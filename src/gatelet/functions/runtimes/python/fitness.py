"""Whether a process that has imported a function's module may be forked: what a fork would share or lose.

Memory is copied. Threads are lost and their locks stay held; descriptors, shared memory and children would be
shared by all environments; timers and handlers of signals would surprise them.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from typing import Any

_HARMLESS = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")


class Before:
    """What was there before the import. Linux only. ``temporary`` is the process's ``/tmp``."""

    def __init__(self, temporary: str) -> None:
        self._temporary = temporary
        self._files = os.listdir(temporary)  # noqa: PTH208 - no pathlib here
        self._descriptors = _descriptors()
        self._handlers = _handlers()
        self._shared = _shared_maps()

    def unfit(self) -> str:
        """Why the process cannot be forked now; empty if it can."""
        checks: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("it started threads", lambda: len(os.listdir("/proc/self/task")) > 1),  # noqa: PTH208 - no pathlib here
            ("it started processes", _has_children),
            ("it left descriptors open", lambda: _opened(self._descriptors)),
            ("it changed the handlers of signals", lambda: _handlers() != self._handlers),
            ("it set a timer", lambda: any(signal.getitimer(kind) != (0.0, 0.0) for kind in range(3))),
            ("it shares memory", lambda: _shared_maps() - self._shared),
            ("it wrote to /tmp", lambda: os.listdir(self._temporary) != self._files),  # noqa: PTH208 - see above
        )
        return next((reason for reason, met in checks if met()), "")


def _descriptors() -> set[tuple[int, str]]:
    found = set()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - no pathlib here
        with contextlib.suppress(OSError):  # the one that listed the directory is gone
            found.add((int(name), os.readlink(f"/proc/self/fd/{name}")))  # noqa: PTH115 - no pathlib here
    return found


def _opened(before: set[tuple[int, str]]) -> list[str]:
    return [target for _, target in _descriptors() - before if target not in _HARMLESS]


def _handlers() -> list[Any]:
    return [signal.getsignal(number) for number in sorted(signal.valid_signals())]


def _shared_maps() -> set[str]:
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - no pathlib here
        return {line for line in file if line.split(None, 2)[1][1:] == "w-s" or " rw-s " in line}


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
