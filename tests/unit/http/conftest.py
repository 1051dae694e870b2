"""A server on a real socket, and raw clients for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import uvloop

from gatelet.http.hub import Handler
from gatelet.http.limits import BodyLimit, Limits
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.http.server import Server
from gatelet.http.tls import TlsContext

Run = Callable[[Callable[[], Awaitable[Any]]], Any]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs an async function to its end, on both loops, and fails on anything that the loop complained about."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else None
    complaints: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: complaints.append(context))
        yield lambda test: runner.run(asyncio.wait_for(test(), 30))
    assert complaints == []


async def echo(request: Request) -> Response:
    """What the handler saw, line by line, then the body."""
    lines = [f"{request.method} {request.path} ? {request.query}", *(f"{n}={v}" for n, v in request.headers), "", ""]
    return Response(200, [("Content-Type", "text/plain")], "\n".join(lines).encode("latin-1") + request.body)


@dataclass
class Client:
    """A raw connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers (names as they came) of the next answer."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        assert lines[0].startswith("HTTP/1.1 ")
        return int(lines[0].split(" ")[1]), dict(line.split(": ", 1) for line in lines[1:-2])

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer, framed by its length or in chunks."""
        status, headers = await self.head()
        if headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += await self.reader.readexactly(size)
                assert await self.reader.readexactly(2) == b"\r\n"
            assert await self.reader.readexactly(2) == b"\r\n"
            return status, headers, body
        return status, headers, await self.reader.readexactly(int(headers.get("Content-Length", "0")))

    async def ask(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        await self.send(data)
        return await self.answer()

    async def rest(self) -> bytes:
        """Everything up to the end of the connection; a reset is an end too."""
        data = b""
        try:
            while part := await self.reader.read(65_536):
                data += part
        except ConnectionResetError:
            pass
        return data


class Served:
    """A running server and the clients that a test opened."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port
        self._clients: list[Client] = []

    async def connect(self, **options: Any) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port, **options))
        self._clients.append(client)
        return client

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait (with a bound) for something that the server does by itself."""
        for _ in range(5_000):
            if condition():
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it never happened")

    async def close(self) -> None:
        for client in self._clients:
            client.writer.close()
            with suppress(OSError):  # a test may have made the server cut it
                await client.writer.wait_closed()


@asynccontextmanager
async def _serving(
    handle: Handler = echo,
    *,
    body_limit: BodyLimit | None = None,
    tls: TlsContext | None = None,
    tls_seconds: float = 5.0,
    **limits: Any,
) -> AsyncIterator[Served]:
    server = Server(handle, Limits(**limits), body_limit=body_limit, tls_seconds=tls_seconds)
    bound = await server.start("127.0.0.1", 0, tls=tls)
    served = Served(server, bound[0].port)
    try:
        yield served
    finally:
        await served.close()
        await server.drain(1)
        assert server.connections == 0
        assert server.body_bytes == 0


@pytest.fixture
def serving() -> Callable[..., Any]:
    """``async with serving(handler, **limits) as served``; leaves nothing open behind it."""
    return _serving
