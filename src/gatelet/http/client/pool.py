"""The open connections: reused while they live, bounded for each host and in all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gatelet.http.client.connection import Connection, Held
from gatelet.http.client.errors import TooBusy
from gatelet.http.client.limits import ClientLimits
from gatelet.http.client.target import Origin

_MARGIN = 0.5
"""Seconds before an endpoint's own time is up from which on a connection is not used: its end may be on the way."""

Connect = Callable[[Callable[[], Connection], Origin, float], Awaitable[Connection]]


@dataclass(slots=True)
class _Host:
    open: int = 0
    """Connections that are open or being opened."""
    idle: list[Connection] = field(default_factory=list)
    """Longest idle first: the last is taken, the first expires."""


class Pool:
    """Gives out connections; every one given out comes back by itself when its exchange is over."""

    def __init__(self, connect: Connect, limits: ClientLimits) -> None:
        self._connect = connect
        self._limits = limits
        self._held = Held(limits.bodies_in_flight)
        self._loop = asyncio.get_running_loop()
        self._hosts: dict[Origin, _Host] = {}
        self._all: set[Connection] = set()
        self._open = 0
        self._waiting: deque[tuple[Origin, asyncio.Future[None]]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closing = False

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._all)

    @property
    def held_octets(self) -> int:
        """Bytes of answers in the making."""
        return self._held.octets

    async def take(self, origin: Origin, *, repeatable: bool = True) -> Connection:
        """A connection without an exchange. Raises TooBusy, and what ``connect`` raises.

        What is not ``repeatable`` gets none that was idle for long if another can be opened.
        """
        while True:
            host = self._hosts.get(origin)
            connection = None if host is None else self._idle(host, repeatable=repeatable)
            if connection is not None:
                return connection
            if self._has_room(host):
                return await self._new(origin)
            await self._wait(origin)

    def close(self) -> None:
        """Cut everything."""
        self._closing = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in list(self._all):
            connection.abort()

    def _idle(self, host: _Host, *, repeatable: bool) -> Connection | None:
        """The connection that was used last, if it is still good."""
        now = self._loop.time()
        while host.idle:
            connection = host.idle[-1]
            since = now - connection.idle_since
            if connection.usable and since < connection.patience - _MARGIN:
                below = host.open < self._limits.connections_per_host and self._open < self._limits.connections
                if not repeatable and below and since > self._limits.trusted_idle:
                    return None
                return host.idle.pop()
            host.idle.pop().close()
        return None

    def _has_room(self, host: _Host | None) -> bool:
        """Whether one more may be opened; at the bound over all hosts an idle one makes room."""
        if self._closing or (host is not None and host.open >= self._limits.connections_per_host):
            return False
        if self._open < self._limits.connections:
            return True
        idle = [each.idle[0] for each in self._hosts.values() if each.idle]
        if not idle:
            return False
        oldest = min(idle, key=lambda connection: connection.idle_since)
        self._hosts[oldest.origin].idle.remove(oldest)
        oldest.abort()  # its place is free once it is lost
        return False

    async def _new(self, origin: Origin) -> Connection:
        self._hosts.setdefault(origin, _Host()).open += 1
        self._open += 1
        try:
            connection = await self._connect(
                lambda: Connection(origin, self._limits, self._held, self._freed, self._lost),
                origin,
                self._limits.connect_timeout,
            )
        except BaseException:
            self._left(origin)
            raise
        self._all.add(connection)
        return connection

    async def _wait(self, origin: Origin) -> None:
        if self._closing or len(self._waiting) >= self._limits.waiting:
            raise TooBusy("too many requests wait for a connection")
        turn: asyncio.Future[None] = self._loop.create_future()
        entry = (origin, turn)
        self._waiting.append(entry)
        try:
            await turn
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._wake()  # its turn had come: the next one's, then
            raise

    def _freed(self, connection: Connection) -> None:
        """An exchange is over."""
        if not connection.usable:
            return
        if self._closing:
            connection.abort()
            return
        connection.idle_since = self._loop.time()
        self._hosts[connection.origin].idle.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(self._limits.idle_timeout / 4, self._sweep)
        if self._waiting:
            self._wake()

    def _lost(self, connection: Connection) -> None:
        """A connection is gone. One whose opening failed half-way never was ours."""
        if connection not in self._all:
            return
        self._all.discard(connection)
        host = self._hosts[connection.origin]
        if connection in host.idle:
            host.idle.remove(connection)
        self._left(connection.origin)

    def _left(self, origin: Origin) -> None:
        host = self._hosts[origin]
        host.open -= 1
        self._open -= 1
        if not host.open:
            del self._hosts[origin]
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        """The first who can go on now does: it looks again for itself."""
        room = self._open < self._limits.connections or any(host.idle for host in self._hosts.values())
        for entry in self._waiting:
            origin, turn = entry
            host = self._hosts.get(origin)
            unbounded = host is None or host.open < self._limits.connections_per_host
            if (host is not None and host.idle) or (room and unbounded):
                self._waiting.remove(entry)
                if not turn.done():
                    turn.set_result(None)
                return

    def _sweep(self) -> None:
        """Close what nobody used for long; look again while there is anything idle."""
        self._sweeper = None
        late = self._loop.time() - self._limits.idle_timeout
        idle = False
        for host in list(self._hosts.values()):
            while host.idle and host.idle[0].idle_since <= late:
                host.idle.pop(0).close()
            idle = idle or bool(host.idle)
        if idle and not self._closing:
            self._sweeper = self._loop.call_later(self._limits.idle_timeout / 4, self._sweep)
