"""The peak resident size of this process."""

from __future__ import annotations

import resource
import sys
import time

_INTERVAL = 0.02
_UNIT = 1024 if sys.platform == "darwin" else 1
_SLACK_KIB = 1024


def _by_usage() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _UNIT


def _by_status() -> int:
    with open("/proc/self/status", "rb") as file:  # noqa: PTH123 - pathlib costs milliseconds here
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
    return 0


class PeakMemory:
    """Looked at no more often than every 20 ms.

    Where it can be trusted, getrusage answers in a microsecond. After a spawn it cannot: the kernel counts
    what the parent had when the program was executed (``vfork`` shares the parent's memory until then).
    """

    __slots__ = ("_at", "_measure", "_peak")

    def __init__(self) -> None:
        self._at = 0.0
        self._peak = 0
        inherited = sys.platform == "linux" and _by_usage() > _by_status() + _SLACK_KIB
        self._measure = _by_status if inherited else _by_usage

    def kib(self) -> int:
        """The peak so far."""
        now = time.monotonic()  # noqa: TID251 - the worker's clock
        if now - self._at > _INTERVAL:
            self._at = now
            self._peak = self._measure()
        return self._peak
