"""Every hostile request of raw_requests.py is refused as it says, over a real socket, and reaches no handler."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.http.server import Server

_spec = importlib.util.spec_from_file_location("raw_requests", Path(__file__).with_name("raw_requests.py"))
assert _spec is not None
assert _spec.loader is not None
raw_requests: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(raw_requests)


async def _send(data: bytes, *, pieces: bool, finish: bool) -> tuple[list[Request], bytes]:
    """Send to a fresh server; what the handler saw, and all that came back until the connection closed."""
    seen: list[Request] = []

    async def handle(request: Request) -> Response:
        seen.append(request)
        return Response(200, [], b"served")

    server = Server(handle)
    (address,) = await server.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
    try:
        if pieces:
            step = max(1, len(data) // 40)
            for at in range(0, len(data), step):
                writer.write(data[at : at + step])
                await asyncio.sleep(0)
        else:
            writer.write(data)
        if finish:
            status = await reader.readuntil(b"served")
        else:
            status = await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
        await writer.wait_closed()
        await server.drain(1)
    return seen, status


@pytest.mark.parametrize("pieces", [False, True], ids=["at-once", "in-pieces"])
@pytest.mark.parametrize("hostile", raw_requests.HOSTILE, ids=lambda hostile: hostile.name)
def test_refused(hostile: Any, pieces: bool) -> None:
    """The status, `Connection: close`, the end of the connection, and nothing for the handler."""
    seen, answer = uvloop.run(_send(hostile.data, pieces=pieces, finish=False))
    assert seen == []
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0].split(b" ")[:2] == [b"HTTP/1.1", b"%d" % hostile.status]
    assert b"Connection: close" in lines
    assert b"Content-Length: %d" % len(body) in lines  # one answer, and nothing after it
    assert b"x-amzn" not in answer.lower()  # apigateway-data-plane 13


def test_a_refused_request_ends_the_connection_for_what_was_smuggled_behind_it() -> None:
    data = raw_requests.HOSTILE[0].data + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    seen, answer = asyncio.run(_send(data, pieces=False, finish=False))
    assert seen == []
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("pieces", [False, True], ids=["at-once", "in-pieces"])
@pytest.mark.parametrize(("name", "data"), raw_requests.ACCEPTED, ids=[name for name, _ in raw_requests.ACCEPTED])
def test_accepted(name: str, data: bytes, pieces: bool) -> None:
    seen, answer = uvloop.run(_send(data, pieces=pieces, finish=True))
    assert len(seen) == 1
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n",
            b"HTTP content length exceeded 10485760 bytes.",
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 10_240 + b"\r\n\r\n", b"HTTP header is larger than 10240 bytes."),
    ],
)
def test_the_texts_of_aws(data: bytes, text: bytes) -> None:
    """apigateway-data-plane 13: 413 and 431 are plain text, and no gateway response applies."""
    _, answer = asyncio.run(_send(data, pieces=False, finish=False))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == text
    assert b"Content-Type: text; charset=utf-8" in head.split(b"\r\n")
