"""Streamed answers: no further ahead than their reader, and no end that is none (apigateway-data-plane section 14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.unit.http.client.endpoint import OK, Endpoint, client, endpoint, none_left, saying
from tests.unit.http.conftest import Run

from gatelet.http.client.errors import ClientTimeout, ConnectionLost
from gatelet.http.client.message import Answer


def _parts(answer: Answer) -> AsyncIterator[bytes]:
    assert not isinstance(answer.body, bytes)
    return answer.body


async def _all(answer: Answer) -> bytes:
    return b"".join([part async for part in _parts(answer)])


@pytest.mark.parametrize(
    ("data", "connections"),
    [
        (OK, 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 200 OK\r\n\r\nok", 2),
    ],
    ids=["length", "chunked", "until-close"],
)
def test_whole_streams(run: Run, data: bytes, connections: int) -> None:
    async def test() -> int:
        async with endpoint(saying(data, close=connections == 2)) as found, client() as asking:
            for _ in range(2):
                assert await _all(await asking.stream(found.request(), 5)) == b"ok"
            return found.connections

    assert run(test) == connections


def test_the_first_part_comes_before_the_last_is_sent(run: Run) -> None:
    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        await go_on.wait()
        writer.write(b"k")
        await reader.read()

    async def test() -> list[bytes]:
        async with endpoint(answer) as found, client() as asking:
            stream = _parts(await asking.stream(found.request(), 5))
            first = await anext(stream)
            go_on.set()
            return [first, *[part async for part in stream]]

    go_on = asyncio.Event()
    assert run(test) == [b"o", b"k"]


def test_a_slow_reader_holds_the_endpoint_back(run: Run) -> None:
    """Of a stream without end only what the sockets and one buffer hold is ever taken."""
    sent = 0

    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await found.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 64 << 20:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async def test() -> int:
        async with endpoint(answer) as found, client(read_ahead_bytes=65_536) as asking:
            stream = (await asking.stream(found.request(), 5)).body
            assert not isinstance(stream, bytes)
            before = -1
            while before != sent:
                before = sent
                await asyncio.sleep(0.02)
            await stream.aclose()  # type: ignore[attr-defined]
            await none_left(asking)
            return sent

    assert 0 < run(test) < 32 << 20


def test_a_stream_that_breaks_off_says_so(run: Run) -> None:
    async def test() -> None:
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
        async with endpoint(saying(data, close=True)) as found, client() as asking:
            stream = _parts(await asking.stream(found.request(), 5))
            assert await anext(stream) == b"ab"
            with pytest.raises(ConnectionLost):
                await anext(stream)

    run(test)


@pytest.mark.parametrize(("idle", "total"), [(0.02, 5.0), (5.0, 0.02)], ids=["idle", "total"])
def test_a_stream_that_stops_times_out(run: Run, idle: float, total: float) -> None:
    async def test() -> None:
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
        async with endpoint(saying(data)) as found, client(stream_idle_timeout=idle) as asking:
            stream = _parts(await asking.stream(found.request(), total))
            assert await anext(stream) == b"ab"
            with pytest.raises(ClientTimeout):
                await anext(stream)
            await none_left(asking)

    run(test)


def test_a_stream_that_nobody_reads_ends_in_its_time(run: Run) -> None:
    """Whoever asked for it and forgot it holds no connection for ever."""

    async def test() -> None:
        data = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
        async with endpoint(saying(data)) as found, client() as asking:
            forgotten = await asking.stream(found.request(), 0.02)
            await none_left(asking)
            with pytest.raises(ClientTimeout):
                await _all(forgotten)

    run(test)
