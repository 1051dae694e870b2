"""TCP may cut a stream anywhere: what is parsed does not depend on it."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.http.chunked import ChunkedBody
from gatelet.http.protocol import Connection
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.http.server import Server

STREAM = (
    b"GET /a%2Fb?c=d HTTP/1.1\r\nHost: a\r\nX-Mixed: y \r\n\r\n"
    b"POST /1 HTTP/1.1\r\nhost: a\r\nContent-Length: 12\r\n\r\nGET / HTTP/1"
    b"POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4;x=y\r\n\r\n\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n"
    b"\r\nGET http://a/3 HTTP/1.1\r\nHost: a\r\nX: \xe9\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    b"PUT /4 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n\r\n"
    b"DELETE /5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
)


class Sink(asyncio.Transport):
    """The connection's other side, in memory: segments must arrive exactly as they were cut."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("192.0.2.2", 80)})
        self.data = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.data += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0


async def parse(segments: list[bytes]) -> tuple[list[Request], int]:
    """The requests that come out of these segments, and the number of answers."""
    seen: list[Request] = []

    async def handle(request: Request) -> Response:
        seen.append(request)
        return Response(200)

    server = Server(handle)
    connection = Connection(server._hub, "http")
    sink = Sink()
    connection.connection_made(sink)
    for segment in segments:
        connection.data_received(segment)
        if len(segment) % 2:  # sometimes the handler comes between, sometimes bytes are read ahead
            await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)
    connection.connection_lost(None)
    return seen, sink.data.count(b"HTTP/1.1 200 OK\r\n")


@settings(max_examples=150, deadline=None)
@given(st.sets(st.integers(1, len(STREAM) - 1)))
def test_any_segments_give_the_same_requests(cuts: set[int]) -> None:
    ends = [*sorted(cuts), len(STREAM)]
    segments = [STREAM[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    seen, answers = asyncio.run(parse(segments))
    whole, _ = asyncio.run(parse([STREAM]))
    assert seen == whole
    assert answers == 6
    assert [(r.method, r.path, r.body) for r in seen] == [
        ("GET", "/a%2Fb", b""),
        ("POST", "/1", b"GET / HTTP/1"),
        ("POST", "/2", b"\r\n\r\n0123456789"),
        ("GET", "/3", b""),
        ("PUT", "/4", b"\r\n"),
        ("DELETE", "/5", b""),
    ]
    assert seen[0].query == "c=d"
    assert seen[3].headers[1] == ("X", "é")


def test_byte_by_byte() -> None:
    seen, answers = asyncio.run(parse([bytes([octet]) for octet in STREAM]))
    assert (len(seen), answers) == (6, 6)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.data())
def test_chunked_bodies_survive_any_cut(chunks: list[bytes], data: st.DataObject) -> None:
    encoded = b"".join(b"%X;e\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"00\r\nT: t\r\n\r\n"
    stream = encoded + b"rest"
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1))))
    body = ChunkedBody(1_000, 1_000)
    rest: bytes | None = None
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        if rest is None:
            rest = body.feed(stream[start:end])
        else:
            rest += stream[start:end]
    assert bytes(body.data) == b"".join(chunks)
    assert rest == b"rest"
