"""Which uid a function's workers run as (design section 4, "own uid when root").

Without root there is nothing to choose: workers run as the gateway does. With root they get a uid of their
own for each function, provided that such a uid can reach what it needs: the code, the libraries, Python.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from gatelet.aws.scope import Scope

_UIDS = 5_000
_log = logging.getLogger(__name__)


class Isolation:
    """Gives each function a uid, stable as long as this process lives; environments do not outlive it."""

    def __init__(self, first_uid: int | None, *, namespaces: bool = False, warn: bool = True) -> None:
        self._first = first_uid
        self._namespaces = namespaces
        self._level = logging.WARNING if warn else logging.DEBUG
        self._uids: dict[tuple[Scope, str], int] = {}
        self._open: dict[str, bool] = {}

    @classmethod
    def detect(
        cls, first_uid: int | None, needed: Iterable[Path], *, namespaces: bool = False, warn: bool = True
    ) -> Isolation:
        """What this host allows: uids of their own if we are root and the needed paths are open to them.

        ``namespaces``: workers get a file system of their own, in which everything that they need is open.
        ``warn``: say loudly if it is not; ``gatelet status`` tells it in any case.
        """
        if first_uid is None or sys.platform != "linux" or os.geteuid() != 0:
            return cls(None)
        if namespaces:
            return cls(first_uid, namespaces=True, warn=warn)
        python = Path(sysconfig.get_path("stdlib"))
        closed = [str(path) for path in (*needed, python) if not reachable(path)]
        if closed:
            isolation = cls(None, warn=warn)
            isolation._tell("functions", closed)
            return isolation
        return cls(first_uid, warn=warn)

    @property
    def separate(self) -> bool:
        """Whether workers have uids of their own."""
        return self._first is not None

    def uid(self, scope: Scope, name: str, interpreter: str) -> int | None:
        """The uid of a function's workers; None: the gateway's own, other users cannot reach the interpreter."""
        if self._first is None:
            return None
        if interpreter not in self._open:
            self._open[interpreter] = self._namespaces or reachable(Path(interpreter))
            if not self._open[interpreter]:
                self._tell(f"functions on {interpreter}", [interpreter])
        if not self._open[interpreter]:
            return None
        return self._uids.setdefault((scope, name), self._first + len(self._uids) % _UIDS)

    def _tell(self, which: str, closed: Sequence[str]) -> None:
        _log.log(self._level, "%s run as root: other users cannot reach %s", which, ", ".join(closed))


def reachable(path: Path) -> bool:
    """Whether every user can get to the path and, where it is there, into it."""
    path = path.resolve()
    for step in (path, *path.parents):
        try:
            mode = step.stat().st_mode
        except FileNotFoundError:
            continue
        except OSError:
            return False
        if stat.S_ISDIR(mode) and not mode & stat.S_IXOTH:
            return False
    return True
