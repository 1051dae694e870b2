"""A forker that has its next worker ready while environments are being started.

A fork takes milliseconds: the kernel copies the page tables, and then each page that the fork writes to. So one worker
is made ahead, in the moments when nobody waits: that of a template isolates itself, too, and then it waits for an
environment's descriptors. It is there only while environments start one after the other; at rest there is none.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from .forker import START, Forker, print_to

_REST_SECONDS = 0.01
"""Environments that are wanted now come first."""
_KEEP_SECONDS = 1.0
"""After the last start, or after the launcher's own: it was made because environments start."""
_LEAST, _MOST = 2, 4

Receive = Callable[[], list[int]]
"""Waits for an environment: its channel, perhaps its namespaces; standard output and error are its own then."""


class Standby:
    """A fork without an environment."""

    def __init__(self, pid: int, near: socket.socket) -> None:
        self.pid = pid
        self._near = near

    def give(self, descriptors: list[int]) -> bool:
        """Make it an environment's process, with its channel and its output; whether it lives."""
        try:
            socket.send_fds(self._near, [b"."], descriptors)
        except OSError:
            return False
        finally:
            self._near.close()
        return True

    def dismiss(self) -> None:
        """It ends."""
        self._near.close()


class ForkerAhead(Forker):
    """Every worker is a standby first, and is given its descriptors at once or later."""

    def __init__(
        self,
        control: socket.socket,
        work: Callable[[Receive, int], None],
        become: dict[str, Callable[[list[int], int], None]] | None = None,
    ) -> None:
        """``work`` is what a worker does, with its parent's pid; ``become`` is that of other roles than ``start``."""
        super().__init__(control, become or {})
        self._work = work
        self._standby: Standby | None = None
        self._wanted_until = time.monotonic() + _KEEP_SECONDS  # noqa: TID251 - the launcher's clock
        self._settled = False

    def spawn(self, role: str, descriptors: list[int]) -> int:
        """See Forker."""
        if role != START:
            return super().spawn(role, descriptors)
        self._wanted_until = time.monotonic() + _KEEP_SECONDS  # noqa: TID251 - the launcher's clock
        self._pause = _REST_SECONDS
        ready, self._standby = self._standby, None
        if ready is not None and ready.give(descriptors):
            return ready.pid
        fresh = self._prepare(descriptors)
        return fresh.pid if fresh is not None and fresh.give(descriptors) else 0

    def children(self) -> set[int]:
        """See Forker."""
        return super().children() - {self._standby.pid if self._standby is not None else 0}

    def rest(self) -> float | None:
        """See Forker."""
        if not self._settled:
            self._settled = True
            super().rest()
            return _REST_SECONDS
        left = self._wanted_until - time.monotonic()  # noqa: TID251 - the launcher's clock
        if left > 0:
            self._standby = self._standby or self._prepare()
            return left
        if self._standby is not None:
            self._standby.dismiss()
            self._standby = None
        return None

    def _prepare(self, descriptors: Sequence[int] = ()) -> Standby | None:
        """``descriptors`` are open here for an environment: the fork gets its own of them."""
        near, far = socket.socketpair()

        def begin(parent: int) -> None:
            for descriptor in (near.fileno(), *descriptors):
                os.close(descriptor)
            self._work(lambda: _receive(far), parent)

        pid = self.fork(begin)
        far.close()
        if pid:
            return Standby(pid, near)
        near.close()
        return None


def _receive(far: socket.socket) -> list[int]:
    descriptors: list[int] = []
    with suppress(OSError):
        descriptors = socket.recv_fds(far, 1, _MOST)[1]
    if len(descriptors) < _LEAST:
        os._exit(0)  # nobody wants it
    far.close()
    channel, output, *namespaces = descriptors
    print_to(output)
    return [channel, *namespaces]
