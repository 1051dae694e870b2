"""The HTTP server: listeners, the sweep that enforces every timeout, and the graceful end."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable
from typing import Final, NamedTuple

from gatelet.aws.clock import Clock, SystemClock
from gatelet.http.hub import Handler, Hub, log
from gatelet.http.limits import BodyLimit, Limits
from gatelet.http.protocol import Connection
from gatelet.http.tls import TlsContext

_BACKLOG: Final = 2_048
_SWEEP_SECONDS: Final = (0.01, 0.5)
"""Bounds of the time between sweeps: a quarter of the shortest timeout, within these."""
_TLS_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.01
_FLUSH_SECONDS: Final = 1.0
"""What a drain leaves for answers that are written and not yet taken, beyond its own timeout."""


class Address(NamedTuple):
    """Where a listener is bound."""

    host: str
    port: int


class Server:
    """Serves ``handle`` on any number of listeners, within one set of limits over all of them.

    Make it inside the running event loop. ``body_limit`` overrides ``limits.body_bytes`` request by request.
    ``tls_seconds`` is how often certificate files are looked at.
    """

    def __init__(
        self,
        handle: Handler,
        limits: Limits | None = None,
        clock: Clock | None = None,
        *,
        body_limit: BodyLimit | None = None,
        tls_seconds: float = _TLS_SECONDS,
    ) -> None:
        self.limits = limits or Limits()
        self._hub = Hub(handle, self.limits, clock or SystemClock(), body_limit)
        self._listeners: list[asyncio.AbstractServer] = []
        self._certificates: list[TlsContext] = []
        self._tls_seconds = tls_seconds
        self._tls_at = 0.0
        shortest = min(
            self.limits.header_timeout,
            self.limits.body_timeout,
            self.limits.write_timeout,
            self.limits.idle_timeout,
            self.limits.linger_timeout,
            tls_seconds,
        )
        self._every = min(max(shortest / 4, _SWEEP_SECONDS[0]), _SWEEP_SECONDS[1])
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def connections(self) -> int:
        """Connections open now."""
        return len(self._hub.connections)

    @property
    def draining(self) -> bool:
        """Whether no more requests are taken."""
        return self._hub.draining

    @property
    def body_bytes(self) -> int:
        """Bytes of request bodies held now."""
        return self._hub.body_bytes

    async def start(
        self, host: str, port: int, *, tls: TlsContext | None = None, reuse_port: bool = False
    ) -> list[Address]:
        """Listen, on every address that ``host`` names; port 0 lets the system choose. Raises OSError."""
        hub = self._hub
        scheme = "http" if tls is None else "https"
        listener = await hub.loop.create_server(
            lambda: Connection(hub, scheme),
            host,
            port,
            ssl=None if tls is None else tls.context,
            ssl_handshake_timeout=None if tls is None else self.limits.header_timeout,
            reuse_port=reuse_port or None,
            backlog=_BACKLOG,
        )
        self._listeners.append(listener)
        if tls is not None and tls not in self._certificates:
            self._certificates.append(tls)
        if self._sweeper is None:
            self._sweep()
        return [Address(*bound.getsockname()[:2]) for bound in listener.sockets if bound.family != socket.AF_UNIX]

    async def drain(self, timeout: float) -> None:
        """Stop accepting, finish what is in flight (answers say ``Connection: close``), close the rest.

        After ``timeout`` seconds whatever still runs is cancelled and cut. The server cannot start again.
        """
        hub = self._hub
        hub.draining = True
        for listener in self._listeners:
            listener.close()
        await self._until(lambda: not any(connection.busy for connection in hub.connections), timeout)
        for connection in list(hub.connections):
            if connection.busy:
                connection.abandon()
            else:
                connection.close()
        if not await self._until(lambda: not hub.connections and not hub.leaving, _FLUSH_SECONDS):
            log.error("drained: %d handlers go on though cancelled", len(hub.leaving))
            for connection in list(hub.connections):
                connection.abandon()
            await asyncio.sleep(0)
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for listener in self._listeners:
            await listener.wait_closed()
        self._listeners.clear()

    @staticmethod
    async def _until(condition: Callable[[], bool], timeout: float) -> bool:
        """Look every few milliseconds (requests pay nothing for it); false when the time is up."""
        polls = math.ceil(timeout / _POLL_SECONDS)
        for _ in range(polls):
            if condition():
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return condition()

    def _sweep(self) -> None:
        hub = self._hub
        self._sweeper = hub.loop.call_later(self._every, self._sweep)
        hub.sweep()
        if self._certificates and hub.now >= self._tls_at:
            self._tls_at = hub.now + self._tls_seconds
            for certificate in self._certificates:
                certificate.refresh()
