"""An endpoint that says exactly what a test tells it to, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gatelet.http.client.client import HttpClient
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.limits import ClientLimits
from gatelet.http.client.message import ClientRequest
from gatelet.http.client.target import Origin

Answerer = Callable[["Endpoint", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Endpoint:
    """``requests`` are the heads (and bodies) that came; ``connections`` counts accepts."""

    origin: Origin
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def request(self, method: str = "GET", target: str = "/", body: bytes = b"") -> ClientRequest:
        return ClientRequest(method, self.origin, target, [], body)

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """The next request, with its body."""
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                head += await reader.readexactly(int(line.partition(b":")[2]))
        self.requests.append(head)
        return head


def saying(*answers: bytes, close: bool = False) -> Answerer:
    """One answer a request; after the last one the connection closes if ``close``, else repeats it."""

    async def answer(endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        turn = 0
        while True:
            await endpoint.read(reader)
            writer.write(answers[min(turn, len(answers) - 1)])
            await writer.drain()
            turn += 1
            if close and turn == len(answers):
                return

    return answer


@asynccontextmanager
async def endpoint(answer: Answerer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Endpoint]:
    """An endpoint on a free port of this machine."""
    writers: set[asyncio.StreamWriter] = set()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            await answer(found, reader, writer)
        tasks.discard(task)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    found = Endpoint(Origin("https" if tls else "http", "127.0.0.1", port))
    try:
        yield found
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@asynccontextmanager
async def client(**limits: float) -> AsyncIterator[HttpClient]:
    """A client that may reach this machine."""
    found = HttpClient(AddressGuard(loopback=True), ClientLimits(**limits))  # type: ignore[arg-type]
    try:
        yield found
    finally:
        found.close()
        await none_left(found)


async def none_left(asking: HttpClient) -> None:
    """Return when the client has no connection open; fail after a while."""
    for _ in range(2_000):
        if not asking.connections:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"{asking.connections} connections are still open")
