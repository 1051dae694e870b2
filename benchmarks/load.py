"""A closed-loop load generator of our own, for machines without wrk: N connections, the next request after each answer.

One thread, one epoll, requests encoded once, answers read as far as their length: it costs some 10 µs a request, more
than wrk, so results of the two are never compared. Run alone: python -m benchmarks.load URL CONNECTIONS SECONDS [FILE]
(the file has the headers of one request in a line, separated by tabs: such requests are sent in turns).
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

_HEADERS = "User-Agent: gatelet-benchmark\r\nAccept: */*"
_RECEIVE_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Load:
    """What one burst measured; ``errors`` counts broken connections and statuses other than 200."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def requests_per_second(self) -> float:
        """The throughput."""
        return self.requests / self.seconds


class _Connection:
    """One connection with at most one request on its way."""

    __slots__ = ("buffer", "sent_at", "socket")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        """Requests are small: a socket that has answered takes one whole."""
        self.sent_at = time.perf_counter()
        self.socket.send(request)

    def receive(self) -> bool | None:
        """True for an answer of 200, False for another or a broken connection, None for one that is not complete."""
        try:
            data = self.socket.recv(_RECEIVE_BYTES)
        except OSError:
            data = b""
        if not data:
            return False
        self.buffer = data = self.buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _content_length(data[:end])
        if len(data) < end + 4 + length:
            return None
        self.buffer = b""
        return data.startswith(b"HTTP/1.1 200 ")


def _content_length(head: bytes) -> int:
    start = head.lower().find(b"content-length:")
    if start < 0:
        raise ValueError("an answer without Content-Length cannot be measured")
    return int(head[start + 15 :].partition(b"\r\n")[0])


def generate(url: str, connections: int, seconds: float, headers: Sequence[Sequence[str]] = ()) -> Load:
    """Load the URL for so long; ``headers`` are the lines of requests that are sent in turns."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head = f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\n{_HEADERS}"
    requests = cycle(["\r\n".join((head, *lines, "", "")).encode() for lines in headers or ((),)])
    poll = select.epoll()
    open_connections: dict[int, _Connection] = {}

    def connect() -> None:
        connection = _Connection((host, port))
        open_connections[connection.socket.fileno()] = connection
        poll.register(connection.socket.fileno(), select.EPOLLIN)
        connection.send(next(requests))

    for _ in range(connections):
        connect()
    latencies: list[float] = []
    errors = 0
    begun = now = time.perf_counter()
    while now - begun < seconds:
        for number, _ in poll.poll(1.0):
            connection = open_connections[number]
            answered = connection.receive()
            if answered is None:
                continue
            latencies.append(time.perf_counter() - connection.sent_at)
            if answered:
                connection.send(next(requests))
                continue
            errors += 1
            del open_connections[number]
            connection.socket.close()
            connect()
        now = time.perf_counter()
    for connection in open_connections.values():
        connection.socket.close()
    poll.close()
    latencies.sort()
    count = len(latencies)
    middle, tail = (latencies[count // 2], latencies[count * 99 // 100]) if count else (0.0, 0.0)
    return Load(count - errors, now - begun, middle * 1000, tail * 1000, errors)


if __name__ == "__main__":
    given = [line.split("\t") for file in sys.argv[4:] for line in Path(file).read_text().splitlines()]
    json.dump(asdict(generate(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), given)), sys.stdout)
