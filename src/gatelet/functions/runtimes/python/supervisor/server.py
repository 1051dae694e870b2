"""The HTTP server of an environment: on loopback, for its own processes alone, one request a connection at a time."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from . import http
from .loop import Loop
from .peers import is_ours

_READ_BYTES = 65_536
_CONNECTIONS = 128
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Sink(Protocol):
    """Takes what comes after the head of one request; it answers through the connection."""

    def take(self, part: bytes) -> None:
        """A part of the body."""

    def end(self, trailers: dict[str, str]) -> None:
        """The request is complete."""

    def lost(self) -> None:
        """The connection ended before the request, or before its answer."""


Begin = Callable[["Connection", http.Head], Sink]
"""A request begins: who takes it."""


class Body:
    """Collects a body and then calls ``then`` with it; with None if it was larger than ``limit``."""

    def __init__(
        self, limit: int, then: Callable[[bytes | None], None], lost: Callable[[], None] | None = None
    ) -> None:
        self._limit = limit
        self._then = then
        self._lost = lost
        self._body: bytearray | None = bytearray()

    def take(self, part: bytes) -> None:
        """See Sink."""
        if self._body is not None:
            self._body += part
            if len(self._body) > self._limit:
                self._body = None

    def end(self, trailers: dict[str, str]) -> None:  # noqa: ARG002 - see Sink
        """See Sink."""
        self._then(None if self._body is None else bytes(self._body))

    def lost(self) -> None:
        """See Sink."""
        if self._lost is not None:
            self._lost()


class Server:
    """Listens and accepts."""

    def __init__(self, loop: Loop, begin: Begin) -> None:
        self._loop = loop
        self._begin = begin
        self._open = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_CONNECTIONS)
        self._listener.setblocking(False)
        loop.on_read(self._listener.fileno(), self._accept)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def _accept(self) -> None:
        try:
            peer, address = self._listener.accept()
        except OSError:
            return
        if self._open >= _CONNECTIONS or not is_ours(address[1], self.port):
            peer.close()
            return
        self._open += 1
        Connection(self._loop, peer, self._begin, self._closed)

    def _closed(self) -> None:
        self._open -= 1


class Connection:
    """One connection. A request that waits for its answer keeps the next one unread, but its end is heard."""

    def __init__(self, loop: Loop, peer: socket.socket, begin: Begin, closed: Callable[[], None]) -> None:
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop = loop
        self._socket = peer
        self._begin = begin
        self._closed = closed
        self._parser = http.Parser()
        self._sink: Sink | None = None
        self._answered = True
        self._whole = True
        self._unsent = b""
        self._alive = True
        self._last = False
        loop.on_read(peer.fileno(), self._readable)

    def reply(self, data: bytes) -> None:
        """Answer the request."""
        if not self._alive or self._answered:
            return
        self._answered = True
        self._write(data)
        if self._whole:
            self._finish()

    def close(self) -> None:
        """End it; the sink of an open request hears that."""
        if not self._alive:
            return
        self._alive = False
        self._loop.forget(self._socket.fileno())
        self._socket.close()
        self._closed()
        sink, self._sink = self._sink, None
        if sink is not None and not (self._answered and self._whole):
            sink.lost()

    def _finish(self) -> None:
        """Request and answer are complete."""
        self._sink = None
        if self._last and not self._unsent:
            self.close()

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._parser.feed(data)
        try:
            self._parse()
        except http.HttpFault:
            self.close()

    def _parse(self) -> None:
        while self._alive and (self._sink is None or not self._whole):
            piece = self._parser.next()
            if piece is None:
                return
            if isinstance(piece, http.Head):
                self._start(piece)
            elif isinstance(piece, http.End):
                self._whole = True
                sink = self._sink
                assert sink is not None
                if self._answered:
                    self._finish()
                else:
                    sink.end(piece.trailers)
            elif self._sink is not None:
                self._sink.take(piece)

    def _start(self, head: http.Head) -> None:
        self._answered = self._whole = False
        self._last = head.headers.get("connection", "").lower() == "close"
        self._sink = self._begin(self, head)
        if "100-continue" in head.headers.get("expect", "").lower():
            self._write(_CONTINUE)

    def _write(self, data: bytes) -> None:
        if not self._unsent:
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                self.close()
                return
            data = data[sent:]
        self._unsent += data
        if self._unsent:
            self._loop.on_write(self._socket.fileno(), self._writable)

    def _writable(self) -> None:
        data, self._unsent = self._unsent, b""
        with suppress(OSError):
            self._loop.on_write(self._socket.fileno(), None)
        self._write(data)
        if self._last and self._sink is None and not self._unsent:
            self.close()
