"""What goes out: framing by method, status and version, streams, and answers that must not go out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gatelet.http.encode import standing_lines
from gatelet.http.errors import AnswerCut
from gatelet.http.request import Request
from gatelet.http.response import Response

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
HEAD = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"


def answering(*responses: Any) -> Any:
    """A handler that gives these, one after another; an exception is raised."""
    left = list(responses)

    async def handle(request: Request) -> Response:
        response = left.pop(0)
        if isinstance(response, BaseException):
            raise response
        return response

    return handle


async def parts(*data: bytes) -> AsyncIterator[bytes]:
    for part in data:
        await asyncio.sleep(0)
        yield part


def test_the_server_adds_date_connection_and_length(run: Any, serving: Any) -> None:
    """apigateway-data-plane 8.1."""
    response = Response(200, [("Content-Type", "x"), ("x-MiXed", "\xe9\t")], b"body", b"Raw: one\r\nRaw2: two\r\n")

    async def test() -> None:
        async with serving(answering(response)) as served:
            status, headers, body = await (await served.connect()).ask(GET)
            date = headers.pop("Date")
            assert re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", date)
            assert (status, body) == (200, b"body")
            assert headers == {
                "Content-Type": "x",
                "x-MiXed": "\xe9\t",
                "Raw": "one",
                "Raw2": "two",
                "Connection": "keep-alive",
                "Content-Length": "4",
            }

    run(test)


def test_the_date_is_written_as_http_wants_it() -> None:
    """RFC 9110 5.6.7."""
    assert standing_lines(784_111_777.9)[0] == b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n"
    assert standing_lines(0)[1] == b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n"


def test_head_204_and_304_have_no_body(run: Any, serving: Any) -> None:
    """RFC 9110 6.4.1 and 8.6: HEAD says the length it would have, 204 and 304 say none."""

    async def test() -> None:
        answers = [Response(status, [], b"body") for status in (200, 204, 304, 404)]
        async with serving(answering(*answers, *answers[:3])) as served:
            client = await served.connect()
            await client.send(HEAD * 4 + GET * 3)
            lengths = [(await client.head())[1].get("Content-Length") for _ in range(4)]
            assert lengths == ["4", None, None, "4"]
            assert (await client.answer())[2] == b"body"
            assert (await client.head())[1].get("Content-Length") is None
            assert (await client.head())[1].get("Content-Length") is None

    run(test)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 3_000_000])
def test_bodies_of_every_size(run: Any, serving: Any, size: int) -> None:
    body = b"0123456789abcdef" * (size // 16 + 1)

    async def test() -> None:
        async with serving(answering(*[Response(200, [], body[:size])] * 2)) as served:
            client = await served.connect()
            await client.send(GET * 2)
            for _ in range(2):
                assert (await client.answer())[2] == body[:size]

    run(test)


def test_unregistered_statuses_pass(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(answering(Response(299), Response(999))) as served:
            client = await served.connect()
            assert (await client.ask(GET))[0] == 299
            assert (await client.ask(GET))[0] == 999

    run(test)


@pytest.mark.parametrize(
    "bad",
    [
        Response(200, [("X", "a\r\nSet-Cookie: b")]),
        Response(200, [("X", "a\nb")]),
        Response(200, [("X", "a\rb")]),
        Response(200, [("X", "a\0b")]),
        Response(200, [("X\r\nY", "a")]),
        Response(200, [("X ", "a")]),
        Response(200, [("", "a")]),
        Response(200, [("X:", "a")]),
        Response(200, [("X", "\u20ac")]),
        Response(200, [("Content-Length", "0")]),
        Response(200, [("transfer-encoding", "chunked")]),
        Response(200, [("Connection", "close")]),
        Response(100),
        Response(1000),
        Response(200, [("X", "a\r\nb")], parts(b"streamed")),
        Response(204, [("X", "a\nb")]),
    ],
    ids=lambda bad: f"{bad.status}-{bad.headers}",
)
def test_answers_that_could_split_or_reframe_become_500(
    run: Any, serving: Any, bad: Response, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with serving(answering(bad)) as served:
            client = await served.connect()
            status, headers, body = await client.ask(GET)
            assert (status, body, headers["Connection"]) == (500, b"", "close")
            assert "X" not in headers
            assert await client.rest() == b""

    with caplog.at_level(logging.ERROR, "gatelet.http"):
        run(test)
    assert "an answer that cannot be sent" in caplog.text


@pytest.mark.parametrize("fault", [ValueError("secret"), asyncio.CancelledError("secret"), None, 7], ids=repr)
def test_a_failing_handler_is_500_and_a_line_in_the_log(
    run: Any, serving: Any, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Never its text to the client, and the connection lives on."""

    async def test() -> None:
        async with serving(answering(fault, Response(200, [], b"next"))) as served:
            client = await served.connect()
            status, _, body = await client.ask(GET)
            assert (status, body) == (500, b"")
            assert (await client.ask(GET))[2] == b"next"

    run(test)
    assert "the handler failed on GET /" in caplog.text


def test_streams_are_chunked_as_they_yield(run: Any, serving: Any) -> None:
    async def test() -> None:
        go = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"one"
            yield b""  # no end of the stream
            await go.wait()
            yield b"two" * 10

        async with serving(answering(Response(200, [("A", "b")], slow()), Response(200, [], b"next"))) as served:
            client = await served.connect()
            await client.send(GET * 2)
            status, headers = await client.head()
            assert (status, headers["Transfer-Encoding"], headers["A"]) == (200, "chunked", "b")
            assert "Content-Length" not in headers
            assert await client.reader.readexactly(8) == b"3\r\none\r\n"
            go.set()
            assert await client.reader.readexactly(41) == b"1e\r\n" + b"two" * 10 + b"\r\n0\r\n\r\n"
            assert (await client.answer())[2] == b"next"

    run(test)


def test_streams_end_with_the_connection_in_http_1_0(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(answering(Response(200, [], parts(b"one", b"two")))) as served:
            client = await served.connect()
            await client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            _, headers = await client.head()
            assert headers["Connection"] == "close"
            assert "Transfer-Encoding" not in headers
            assert await client.rest() == b"onetwo"

    run(test)


def test_streams_to_head_and_204_send_nothing_and_are_closed(run: Any, serving: Any) -> None:
    closed: list[str] = []

    class Stream:
        def __aiter__(self) -> Stream:
            return self

        async def __anext__(self) -> bytes:
            raise AssertionError("nobody wants it")

        async def aclose(self) -> None:
            closed.append("closed")

    async def test() -> None:
        async with serving(
            answering(Response(200, [], Stream()), Response(204, [], Stream()), Response(201))
        ) as served:
            client = await served.connect()
            await client.send(HEAD + GET * 2)
            assert (await client.head())[1]["Transfer-Encoding"] == "chunked"
            status, headers = await client.head()
            assert status == 204
            assert "Transfer-Encoding" not in headers
            assert (await client.answer())[0] == 201
        assert closed == ["closed", "closed"]

    run(test)


def test_a_failing_stream_is_cut(run: Any, serving: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The status is gone: only a missing last chunk can say that the answer is not whole."""

    async def failing() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.sleep(0.01)
        raise ValueError("secret")

    async def test() -> None:
        async with serving(answering(Response(200, [], failing()))) as served:
            client = await served.connect()
            await client.send(GET)
            await client.head()
            assert await client.rest() in {b"3\r\none\r\n", b""}

    run(test)
    assert "a streamed answer failed" in caplog.text


def test_a_stream_whose_end_is_nobody_s_fault_is_cut_and_told_in_a_line(
    run: Any, serving: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield b"one"
        raise AnswerCut("the function failed")

    async def test() -> None:
        async with serving(answering(Response(200, [], cut()))) as served:
            client = await served.connect()
            await client.send(GET)
            assert b"0\r\n\r\n" not in await client.rest()

    run(test)
    (record,) = caplog.records
    assert record.getMessage() == "a streamed answer failed: the function failed"
    assert not record.exc_info


def test_a_stream_waits_for_its_reader(run: Any, serving: Any) -> None:
    """Back-pressure: what we hold is bounded by the buffers, not by the stream."""
    made = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal made
        while made < 1_000:
            made += 1
            yield b"x" * 65_536

    async def test() -> None:
        async with serving(answering(Response(200, [], endless()))) as served:
            client = await served.connect()
            await client.send(GET)
            await client.head()
            before = -1
            while made != before:  # until it stands still
                before = made
                await asyncio.sleep(0.1)
            assert 0 < made < 500
            got = await client.reader.readexactly(1_000 * (65_536 + 9) + 5)
            assert made == 1_000
            assert got.endswith(b"0\r\n\r\n")

    run(test)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_client_that_leaves_cancels_its_handler(run: Any, serving: Any, streamed: bool) -> None:
    events: list[str] = []

    async def forever() -> AsyncIterator[bytes]:
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")

    async def handle(request: Request) -> Response:
        events.append("started")
        if streamed:
            return Response(200, [], forever())
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")
        raise AssertionError

    async def test() -> None:
        async with serving(handle, linger_timeout=0.04) as served:
            client = await served.connect()
            await client.send(GET)
            await served.until(lambda: bool(events))
            client.writer.transport.abort()
            await served.until(lambda: events == ["started", "cancelled"])

    run(test)


def test_a_stream_for_a_client_that_has_left_is_closed_unread(run: Any, serving: Any) -> None:
    events: list[str] = []

    class Stream:
        def __aiter__(self) -> Stream:
            return self

        async def __anext__(self) -> bytes:
            raise AssertionError("nobody is there to read it")

        async def aclose(self) -> None:
            events.append("closed")

    async def handle(request: Request) -> Response:
        events.append("started")
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return Response(200, [], Stream())

    async def test() -> None:
        async with serving(handle, linger_timeout=0.04) as served:
            client = await served.connect()
            await client.send(GET)
            await served.until(lambda: bool(events))
            client.writer.transport.abort()
            await served.until(lambda: events == ["started", "closed"])

    run(test)


def test_handlers_run_in_a_task_of_their_own(run: Any, serving: Any) -> None:
    """asyncio.timeout and TaskGroup work from the first line."""

    async def handle(request: Request) -> Response:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return Response(504)
        raise AssertionError

    async def test() -> None:
        async with serving(handle) as served:
            client = await served.connect()
            assert (await client.ask(GET))[0] == (await client.ask(GET))[0] == 504

    run(test)
