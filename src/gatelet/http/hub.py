"""What all connections of one server share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from gatelet.aws.clock import Clock
from gatelet.http.encode import standing_lines
from gatelet.http.limits import BodyLimit, Limits
from gatelet.http.request import Request
from gatelet.http.response import Response

if TYPE_CHECKING:
    from gatelet.http.protocol import Connection

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Answers one request. It runs in a task of its own, cancelled when the client goes away."""

log = logging.getLogger("gatelet.http")


class Hub:
    """The handler, the bounds, the open connections, and a clock that is read once a sweep.

    ``now`` (monotonic seconds) and the ``keep_alive``/``close`` lines are as old as the last ``tick``.
    """

    __slots__ = (
        "_clock",
        "body_bytes",
        "body_limit",
        "close",
        "connections",
        "draining",
        "handle",
        "head_bytes",
        "keep_alive",
        "leaving",
        "limits",
        "loop",
        "now",
    )

    def __init__(self, handle: Handler, limits: Limits, clock: Clock, body_limit: BodyLimit | None) -> None:
        self.handle = handle
        self.limits = limits
        self.body_limit = body_limit
        self.head_bytes = min(limits.header_bytes, limits.url_characters)  # up to here no head needs measuring
        self.connections: set[Connection] = set()
        self.leaving: set[asyncio.Task[None]] = set()
        self.draining = False
        self.body_bytes = 0
        self.loop = asyncio.get_running_loop()
        self._clock = clock
        self.tick()

    def cancel(self, task: asyncio.Task[None]) -> None:
        """Cancel a handler whose client is gone; its cleaning up may outlive its connection."""
        task.cancel()
        self.leaving.add(task)
        task.add_done_callback(self.leaving.discard)

    def tick(self) -> None:
        """Read the clock: times out what is late by it, and dates the answers from now on."""
        self.now = self._clock.monotonic()
        self.keep_alive, self.close = standing_lines(self._clock.now())

    def sweep(self) -> None:
        """Tick, and let every connection look at its deadlines."""
        self.tick()
        now = self.now
        for connection in [each for each in self.connections if each.is_late(now)]:
            connection.expire(now)
