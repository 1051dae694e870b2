"""Answers of good and of hostile endpoints (RFC 9112; apigateway-data-plane section 13)."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from tests.unit.http.client.endpoint import OK, Endpoint, client, endpoint, none_left, saying
from tests.unit.http.conftest import Run

from gatelet.http.client.errors import (
    AnswerTooLarge,
    BadAnswer,
    ClientError,
    ClientTimeout,
    ConnectFailed,
    ConnectionLost,
    InvalidOutgoing,
)
from gatelet.http.client.message import Answer, ClientRequest

ZIPPED = gzip.compress(b"zipped", mtime=0)
GOOD = {
    "length": (OK, b"ok"),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nT: r\r\n\r\n",
        b"ok",
    ),
    "empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\nok", b"ok"),
    "http/1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", b"ok"),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK, b"ok"),
    "gzip stays": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b" % (len(ZIPPED), ZIPPED),
        ZIPPED,
    ),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("step", [0, 1], ids=["at once", "byte by byte"])
def test_bodies(run: Run, name: str, step: int) -> None:
    data, body = GOOD[name]

    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.read(reader)
        for at in range(0, len(data), step or len(data)):
            writer.write(data[at : at + (step or len(data))])
            await writer.drain()

    async def test() -> Answer:
        async with endpoint(answer) as found, client() as asking:
            return await asking.send(found.request(), 5)

    assert run(test).body == body


@pytest.mark.parametrize(
    ("method", "data", "status"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 200),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", 304),
    ],
    ids=["head", "head-chunked", "204", "304"],
)
def test_answers_without_a_body_leave_the_connection_usable(run: Run, method: str, data: bytes, status: int) -> None:
    """RFC 9112 section 6.3."""

    async def test() -> tuple[Answer, int]:
        async with endpoint(saying(data)) as found, client() as asking:
            await asking.send(found.request(method), 5)
            return await asking.send(found.request(method), 5), found.connections

    answer, connections = run(test)
    assert (answer.status, answer.body, connections) == (status, b"", 1)


def test_headers_keep_case_order_and_bytes(run: Run) -> None:
    async def test() -> Answer:
        data = b"HTTP/1.1 299 Odd\r\nx-B: 1  \r\nX-A: \xfc\r\nx-b: 2\r\nContent-Length: 0\r\n\r\n"
        async with endpoint(saying(data)) as found, client() as asking:
            return await asking.send(found.request(), 5)

    answer = run(test)
    assert (answer.status, answer.headers[:3]) == (299, [("x-B", "1"), ("X-A", "ü"), ("x-b", "2")])


BAD = {
    "garbage": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "http/0.9": b"<html>\r\n\r\n",
    "http/2": b"HTTP/2 200 OK\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "empty line first": b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    "bare lf": b"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 0\r\n\r\n",
    "bare cr": b"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "blank before colon": b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    "nul": b"HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "length list": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "signed length": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
    "gzip transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "odd transfer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "chunk too long": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "endless interim": b"HTTP/1.1 102 Processing\r\n\r\n" * 20,
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_answers_are_refused(run: Run, name: str) -> None:
    async def test() -> None:
        async with endpoint(saying(BAD[name])) as found, client() as asking:
            with pytest.raises(BadAnswer):
                await asking.send(found.request(), 5)

    run(test)


LARGE = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1f4\r\n%b\r\n" % (b"x" * 500) * 3,
    "until close": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
    "head": b"HTTP/1.1 200 OK\r\n" + b"A: %b\r\n" % (b"x" * 90) * 30,
    "endless head": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 3000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_answers_are_refused(run: Run, name: str) -> None:
    async def test() -> None:
        async with endpoint(saying(LARGE[name])) as found, client(body_bytes=1000, head_bytes=2000) as asking:
            with pytest.raises(AnswerTooLarge):
                await asking.send(found.request(), 5)

    run(test)


def test_all_answers_together_are_bounded(run: Run) -> None:
    """Two that fit alone do not fit together; afterwards there is room again."""
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 800\r\n\r\n" + b"x" * 700

    async def test() -> None:
        async with (
            endpoint(saying(half)) as found,
            endpoint(saying(OK)) as good,
            client(bodies_in_flight=1000) as asking,
        ):
            tasks = [asyncio.create_task(asking.send(found.request(), 5)) for _ in range(2)]
            done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            assert [type(task.exception()) for task in done] == [AnswerTooLarge]
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            assert (await asking.send(good.request(), 5)).body == b"ok"

    run(test)


EARLY = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nConte",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    "half the chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
}


@pytest.mark.parametrize("name", EARLY)
def test_an_early_end_is_no_answer(run: Run, name: str) -> None:
    async def test() -> int:
        async with endpoint(saying(EARLY[name], close=True)) as found, client() as asking:
            with pytest.raises(ConnectionLost):
                await asking.send(found.request(), 5)
            return found.connections

    assert run(test) == 1  # a fresh connection that fails is no stale one: no second try


def test_an_endpoint_that_says_nothing_times_out_and_loses_its_connection(run: Run) -> None:
    async def test() -> int:
        async with endpoint(saying(b"HTTP/1.1 200 OK\r\n")) as found, client() as asking:
            with pytest.raises(ClientTimeout):
                await asking.send(found.request(), 0.05)
            await none_left(asking)
            return asking.connections

    assert run(test) == 0


def test_nobody_listens(run: Run) -> None:
    async def test() -> None:
        async with endpoint(saying(OK)) as found:
            gone = found.request()
        async with client() as asking:
            with pytest.raises(ConnectFailed):
                await asking.send(gone, 5)

    run(test)


def test_what_cannot_be_sent_opens_no_connection(run: Run) -> None:
    async def test() -> int:
        async with endpoint(saying(OK)) as found, client() as asking:
            with pytest.raises(InvalidOutgoing):
                await asking.send(ClientRequest("GET", found.origin, "/", [("X", "a\r\nY: b")]), 5)
            return found.connections

    assert run(test) == 0


def test_errors_are_of_one_tree() -> None:
    assert all(issubclass(error, ClientError) for error in (BadAnswer, ClientTimeout, ConnectFailed, InvalidOutgoing))
