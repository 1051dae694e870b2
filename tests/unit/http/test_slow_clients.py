"""Slow clients run into a timeout, each into its own; slow but steady ones do not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gatelet.http.limits import Limits
from gatelet.http.protocol import Connection
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.http.server import Server

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


async def echo(request: Request) -> Response:
    return Response(200, [], request.body)


async def trickle(client: Any, data: bytes) -> None:
    """A byte at a time, until the other side has had enough."""
    for octet in data:
        if client.reader.at_eof() or client.writer.is_closing():
            return
        client.writer.write(bytes([octet]))
        await asyncio.sleep(0.005)


def test_a_header_that_never_ends(run: Any, serving: Any) -> None:
    """Slowloris: bytes keep coming, the header's time is up all the same."""

    async def test() -> None:
        async with serving(header_timeout=0.1, linger_timeout=0.1) as served:
            client = await served.connect()
            slow = asyncio.ensure_future(trickle(client, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1_000))
            status, headers, _ = await client.answer()
            assert (status, headers["Connection"]) == (408, "close")
            assert await client.rest() == b""
            await slow

    run(test)


def test_a_connection_that_never_speaks(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(header_timeout=0.05) as served:
            client = await served.connect()
            assert await client.rest() == b""  # closed, and nothing said: there was no request

    run(test)


def test_an_idle_connection_is_closed_without_a_word(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(idle_timeout=0.05) as served:
            client = await served.connect()
            assert (await client.ask(GET))[0] == 200
            assert await client.rest() == b""

    run(test)


def test_a_connection_in_use_is_not_idle(run: Any, serving: Any) -> None:
    """Neither while its handler runs nor while it asks again in time."""

    async def handle(request: Request) -> Response:
        await asyncio.sleep(0.3)
        return Response(200)

    async def test() -> None:
        async with serving(handle, idle_timeout=0.1, header_timeout=0.1, body_timeout=0.1) as served:
            client = await served.connect()
            for _ in range(3):
                assert (await client.ask(GET))[0] == 200

    run(test)


@pytest.mark.parametrize("start", [b"Content-Length: 9999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nfff\r\n"])
def test_a_body_that_trickles(run: Any, serving: Any, start: bytes) -> None:
    async def test() -> None:
        async with serving(body_timeout=0.1, bytes_per_second=10_000, linger_timeout=0.1) as served:
            client = await served.connect()
            await client.send(POST + start)
            slow = asyncio.ensure_future(trickle(client, b"x" * 4_000))
            assert (await client.answer())[0] == 408
            assert await client.rest() == b""
            await slow

    run(test)


def test_a_body_that_comes_slowly_but_steadily(run: Any, serving: Any) -> None:
    """Ten times the timeout in all, and never too slow."""

    async def test() -> None:
        async with serving(body_timeout=0.05, bytes_per_second=10) as served:
            client = await served.connect()
            await client.send(POST + b"Content-Length: 100\r\n\r\n")
            await trickle(client, b"x" * 100)
            assert (await client.answer())[0] == 200

    run(test)


def slow_reader(port: int) -> socket.socket:
    """A client whose system takes little by itself."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", port))
    return client


@pytest.mark.parametrize("form", ["whole", "streamed", "close"])
def test_a_reader_that_does_not_read_is_cut(run: Any, serving: Any, form: str) -> None:
    ended: list[str] = []

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
        finally:
            ended.append("ended")

    async def handle(request: Request) -> Response:
        return Response(200, [], endless() if form == "streamed" else b"x" * 30_000_000)

    async def test() -> None:
        async with serving(handle, write_timeout=0.1) as served:
            client = slow_reader(served.port)
            try:
                client.sendall(GET if form != "close" else b"GET / HTTP/1.0\r\n\r\n")
                await served.until(lambda: served.server.connections == 1)
                await served.until(lambda: served.server.connections == 0)
            finally:
                client.close()
        assert ended == (["ended"] if form == "streamed" else [])

    run(test)


class Tap(asyncio.Transport):
    """A client whose reading the test measures out: ``left`` bytes are still to be taken."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("192.0.2.2", 80)})
        self.left = 0
        self.state = "open"

    def write(self, data: Any) -> None:
        self.left += len(data)

    def is_closing(self) -> bool:
        return self.state != "open"

    def close(self) -> None:
        self.state = "closing"

    def abort(self) -> None:
        self.state = "aborted"

    def get_write_buffer_size(self) -> int:
        return self.left


@pytest.mark.parametrize("closing", [False, True])
def test_a_reader_that_reads_slowly_but_steadily(closing: bool) -> None:
    """10 seconds at 100 bytes a second: 1,000 bytes at every look keep it, 999 do not."""

    async def test() -> None:
        server = Server(echo, Limits(write_timeout=10, bytes_per_second=100, header_timeout=10_000))
        connection, tap = Connection(server._hub, "http"), Tap()
        connection.connection_made(tap)
        start = server._hub.now
        tap.left = 100_000
        connection.pause_writing()
        if closing:
            connection.close()
        assert not connection.is_late(start + 9.9)
        for look in range(1, 50):
            tap.left -= 1_000
            assert connection.is_late(start + 10 * look)
            connection.expire(start + 10 * look)
            assert not connection.is_late(start + 10 * look + 9.9)
        assert tap.state == ("closing" if closing else "open")
        tap.left -= 999
        connection.expire(start + 500)
        assert tap.state == "aborted"
        connection.connection_lost(None)

    asyncio.run(test())


def test_a_pipeliner_that_does_not_read_is_not_served_on(run: Any, serving: Any) -> None:
    """Its answers fill the buffer, then its requests wait; nothing grows."""
    served_requests = 0

    async def handle(request: Request) -> Response:
        nonlocal served_requests
        served_requests += 1
        return Response(200, [], b"x" * 50_000)

    async def test() -> None:
        async with serving(handle, write_timeout=0.3) as served:
            client = slow_reader(served.port)
            try:
                client.sendall(GET * 1_000)
                await served.until(lambda: served.server.connections == 1)
                await served.until(lambda: served.server.connections == 0)
            finally:
                client.close()
        assert 0 < served_requests < 500

    run(test)


def test_a_refused_client_does_not_linger_for_ever(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(linger_timeout=0.05) as served:
            client = await served.connect()
            await client.send(b"nonsense\r\n\r\n")
            assert (await client.answer())[0] == 400
            await served.until(lambda: served.server.connections == 0)  # the client has not closed

    run(test)
