"""What the handler gets: bytes as they came, framed in every way that HTTP/1.x allows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatelet.http.request import Request
from gatelet.http.response import Response

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_names_keep_their_case_and_paths_stay_raw(run: Any, serving: Any) -> None:
    """Design 3: Lambda sees the client's own header case, and %2F stays %2F."""
    seen: list[Request] = []

    async def handle(request: Request) -> Response:
        seen.append(request)
        return Response(200)

    async def test() -> None:
        async with serving(handle) as served:
            client = await served.connect()
            await client.ask(
                b"GET /a%2Fb//c/../%20?q=%2B&q=+&? HTTP/1.1\r\nhOsT: a\r\nX-tRaCe: one \t\r\nX-Trace:two\r\n"
                b"X-Empty:\r\nx-latin: \xe9\r\n\r\n"
            )
            own = client.writer.get_extra_info("sockname")
            assert seen == [
                Request.of(
                    "GET",
                    "/a%2Fb//c/../%20",
                    "q=%2B&q=+&?",
                    [("hOsT", "a"), ("X-tRaCe", "one"), ("X-Trace", "two"), ("X-Empty", ""), ("x-latin", "é")],
                    b"",
                    own[0],
                    "http",
                    served.port,
                )
            ]

    run(test)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [(b"http://a/x%2Fy?z", "/x%2Fy", "z"), (b"HTTPS://A?z", "/", "z"), (b"http://a", "/", ""), (b"/?", "/", "")],
)
def test_absolute_targets_are_reduced_to_their_path(
    run: Any, serving: Any, target: bytes, path: str, query: str
) -> None:
    async def test() -> None:
        async with serving() as served:
            client = await served.connect()
            _, _, body = await client.ask(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target)
            assert body.split(b"\n")[0].decode() == f"GET {path} ? {query}"

    run(test)


def test_kept_alive_through_every_kind_of_request(run: Any, serving: Any) -> None:
    """One connection; the parser starts clean after bodies, upgrades, Latin-1 and HTTP/1.0."""
    requests = [
        (GET, b""),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (GET, b""),
        (
            CHUNKED + b"3;x\r\nabc\r\n1\r\nd\r\n0\r\nT: t\r\n\r\n",
            b"abcd",
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b""),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \xff\r\n\r\n", b""),
        (b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", b""),
        (b"DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\r\n", b"\r\n"),
        (GET, b""),
    ]

    async def test() -> None:
        async with serving() as served:
            client = await served.connect()
            for data, sent in requests:
                status, headers, body = await client.ask(data)
                assert status == 200
                assert headers["Connection"] == "keep-alive"
                assert body.partition(b"\n\n")[2] == sent

    run(test)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nconnection: x\r\nConnection: keep-alive ,close\r\n\r\n",
    ],
)
def test_closed_where_the_client_says_so(run: Any, serving: Any, data: bytes) -> None:
    async def test() -> None:
        async with serving() as served:
            client = await served.connect()
            status, headers, _ = await client.ask(data + GET)  # what follows is not served
            assert (status, headers["Connection"]) == (200, "close")
            assert await client.rest() == b""

    run(test)


def test_pipelined_requests_are_answered_in_order(run: Any, serving: Any) -> None:
    """The slow one first: its successors wait, and one handler runs at a time on a connection."""
    running: list[str] = []
    most = 0

    async def handle(request: Request) -> Response:
        nonlocal most
        running.append(request.path)
        most = max(most, len(running))
        for _ in range(20 if request.path == "/0" else 1):
            await asyncio.sleep(0)
        running.remove(request.path)
        return Response(200, [], request.path.encode() + request.body)

    async def test() -> None:
        async with serving(handle, read_ahead_bytes=200) as served:
            client = await served.connect()
            data = b"".join(
                b"POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n%d" % (n, n % 10) for n in range(300)
            )
            client.writer.write(data)
            for n in range(300):
                assert (await client.answer())[2] == b"/%d%d" % (n, n % 10)
        assert most == 1

    run(test)


def test_reading_stops_while_a_request_is_served(run: Any, serving: Any) -> None:
    """Beyond read_ahead_bytes the client is not read: it cannot fill our memory."""
    go = asyncio.Event()

    async def handle(request: Request) -> Response:
        if request.path == "/wait":
            await go.wait()
        return Response(200)

    async def test() -> None:
        async with serving(handle, read_ahead_bytes=1_000) as served:
            client = await served.connect()
            await client.send(GET.replace(b"/ ", b"/wait "))
            many = 200_000
            client.writer.write(GET * many)
            for _ in range(50):
                await asyncio.sleep(0.002)
            assert client.writer.transport.get_write_buffer_size() > 0  # the system's buffers are full
            go.set()
            for _ in range(200):
                assert (await client.answer())[0] == 200
            client.writer.transport.abort()

    run(test)


def test_continue_is_sent_before_the_body(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving() as served:
            client = await served.connect()
            for _ in range(2):
                await client.send(b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n")
                assert await client.reader.readexactly(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
                status, _, body = await client.ask(b"body")
                assert (status, body[-4:]) == (200, b"body")
            # no use for it where the body came along, or where there is none
            status, _, _ = await client.ask(
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody"
            )
            assert status == 200
            assert (await client.ask(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"))[0] == 200
            # HTTP/1.0 knows no 100
            status, _, _ = await client.ask(b"PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody")
            assert status == 200

    run(test)


def test_the_body_limit_is_asked_per_request(run: Any, serving: Any) -> None:
    """The data plane takes 10 MB, the control plane 70 MB: decided when the header is complete."""

    def limit(method: str, path: str, headers: list[tuple[str, str]]) -> int:
        assert headers[0] == ("Host", "a")
        return 100 if (method, path) == ("POST", "/big") else 5

    async def test() -> None:
        async with serving(body_limit=limit) as served:
            for path, size, expected in [("/big", 100, 200), ("/big", 101, 413), ("/", 5, 200), ("/", 6, 413)]:
                start = f"POST {path} HTTP/1.1\r\nHost: a\r\n".encode()
                whole = start + b"Content-Length: %d\r\n\r\n" % size + b"x" * size
                chunked = start + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * size + b"0\r\n\r\n"
                for data in (whole, chunked):
                    client = await served.connect()
                    status, _, body = await client.ask(data)
                    assert status == expected
                    if status == 413:
                        limit_there = 100 if path == "/big" else 5
                        assert body == b"HTTP content length exceeded %d bytes." % limit_there
                        assert await client.rest() == b""

    run(test)


def test_a_refused_client_can_finish_sending_and_read_its_answer(run: Any, serving: Any) -> None:
    """No reset: a client like boto3 sends all of its body before it looks at the answer."""

    async def test() -> None:
        async with serving(body_bytes=1_000) as served:
            client = await served.connect()
            await client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n")
            for _ in range(100):
                await client.send(b"x" * 80_000)
            assert (await client.answer())[0] == 413
            assert await client.rest() == b""

    run(test)


def test_bodies_in_flight_have_a_budget(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(bodies_in_flight=1_000) as served:
            start = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n"
            holder = await served.connect()
            await holder.send(start + b"x" * 599)
            await served.until(lambda: served.server.body_bytes == 599)
            late = await served.connect()
            assert (await late.ask(start + b"x" * 600))[0] == 503
            assert (await holder.ask(b"x"))[0] == 200
            assert served.server.body_bytes == 0
            again = await served.connect()
            assert (await again.ask(start + b"x" * 600))[0] == 200

    run(test)


def test_connections_are_limited(run: Any, serving: Any) -> None:
    async def test() -> None:
        async with serving(max_connections=2) as served:
            first, second = await served.connect(), await served.connect()
            assert (await first.ask(GET))[0] == (await second.ask(GET))[0] == 200
            third = await served.connect()
            assert (await third.answer())[0] == 503
            assert await third.rest() == b""
            third.writer.close()
            first.writer.close()
            await served.until(lambda: served.server.connections == 1)
            assert (await (await served.connect()).ask(GET))[0] == 200

    run(test)


def test_half_closed_clients_get_their_answers(run: Any, serving: Any) -> None:
    async def handle(request: Request) -> Response:
        await asyncio.sleep(0)
        return Response(200, [], request.path.encode())

    async def test() -> None:
        async with serving(handle) as served:
            client = await served.connect()
            client.writer.write(GET + GET.replace(b"/ ", b"/b ") + b"GET /begun")
            client.writer.write_eof()
            assert (await client.answer())[2] == b"/"
            assert (await client.answer())[2] == b"/b"
            assert await client.rest() == b""

    run(test)


def test_a_large_body_is_put_together_beside_and_the_next_request_waits(run: Any, serving: Any) -> None:
    body = bytes(range(256)) * 12_288

    async def test() -> None:
        async with serving() as served:
            client = await served.connect()
            head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            await client.send(head + body + b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nnext")
            assert (await client.answer())[2].endswith(b"\n\n" + body)
            assert (await client.answer())[2].endswith(b"\n\nnext")

    run(test)
