"""Connections: kept, bounded, replaced when they died, never resolved twice, verified (RFC 9112 section 9)."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from tests.unit.http.client.endpoint import OK, Endpoint, client, endpoint, none_left, saying
from tests.unit.http.conftest import Run

from gatelet.http.client.client import HttpClient
from gatelet.http.client.errors import ConnectFailed, ConnectionLost, TooBusy
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.message import ClientRequest
from gatelet.http.client.target import Origin

CERTIFICATES = Path(__file__).parent.parent / "certificates"


@pytest.mark.parametrize(
    ("data", "connections"),
    [
        (OK, 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 1),
        (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 1),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 3),
        (b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\nok", 3),
        (OK + b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned", 3),
    ],
    ids=["length", "chunked", "1.0-keep-alive", "1.0", "close", "more-than-asked"],
)
def test_reuse(run: Run, data: bytes, connections: int) -> None:
    async def test() -> int:
        async with endpoint(saying(data)) as found, client() as asking:
            for _ in range(3):
                assert (await asking.send(found.request(), 5)).body == b"ok"
            return found.connections

    assert run(test) == connections


def test_unasked_bytes_on_an_idle_connection_end_it(run: Run) -> None:
    """An answer that came before its question would be the answer to somebody else's."""

    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.read(reader)
        writer.write(OK)
        if found.connections == 1:
            await unasked.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned")
        await found.read(reader)
        writer.write(OK)
        await reader.read()

    async def test() -> None:
        async with endpoint(answer) as found, client() as asking:
            assert (await asking.send(found.request(), 5)).body == b"ok"
            unasked.set()
            await none_left(asking)
            assert (await asking.send(found.request(), 5)).body == b"ok"
            assert found.connections == 2

    unasked = asyncio.Event()
    run(test)


@pytest.mark.parametrize(
    ("method", "retried"), [("GET", True), ("HEAD", True), ("PUT", True), ("DELETE", True), ("POST", False)]
)
def test_only_what_may_be_repeated_is_sent_again_after_a_stale_connection(run: Run, method: str, retried: bool) -> None:
    """RFC 9110 section 9.2.2: the endpoint may have done what an unanswered POST asked for."""

    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.read(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await found.read(reader)

    async def test() -> int:
        async with endpoint(answer) as found, client() as asking:
            await asking.send(found.request("GET"), 5)
            if retried:
                await asking.send(found.request(method), 5)
            else:
                with pytest.raises(ConnectionLost):
                    await asking.send(found.request(method), 5)
            return len(found.requests)

    assert run(test) == (3 if retried else 2)


@pytest.mark.parametrize(
    ("method", "connections"), [("GET", 1), ("PUT", 1), ("POST", 2), ("PATCH", 2)], ids=["get", "put", "post", "patch"]
)
def test_what_must_not_be_repeated_trusts_no_connection_that_was_idle_for_long(
    run: Run, method: str, connections: int
) -> None:
    async def test() -> int:
        async with endpoint(saying(OK)) as found, client(trusted_idle=-1.0) as asking:
            for _ in range(2):
                await asking.send(found.request(method), 5)
            return found.connections

    assert run(test) == connections


@pytest.mark.parametrize(
    ("header", "connections"),
    [("timeout=5", 1), ("max=3, timeout = 100", 1), ("timeout=0", 2), ("max=1,timeout=0", 2), ("nonsense", 1)],
)
def test_an_endpoint_s_own_time_is_kept(run: Run, header: str, connections: int) -> None:
    """``Keep-Alive: timeout=5``, as Node's server says it (RFC 2068 section 19.7.1.1)."""

    async def test() -> int:
        data = f"HTTP/1.1 200 OK\r\nKeep-Alive: {header}\r\nContent-Length: 2\r\n\r\nok".encode()
        async with endpoint(saying(data)) as found, client() as asking:
            for _ in range(2):
                await asking.send(found.request(), 5)
            return found.connections

    assert run(test) == connections


def test_an_answer_that_broke_off_is_not_asked_for_again(run: Run) -> None:
    async def test() -> int:
        async with endpoint(saying(OK, b"HTTP/1.1 200", close=True)) as found, client() as asking:
            await asking.send(found.request(), 5)
            with pytest.raises(ConnectionLost):
                await asking.send(found.request(), 5)
            return len(found.requests)

    assert run(test) == 2


def test_connections_are_bounded_and_waiters_are_served(run: Run) -> None:
    async def test() -> tuple[int, list[bytes]]:
        async with endpoint(saying(OK)) as found, client(connections_per_host=2) as asking:
            answers = await asyncio.gather(*(asking.send(found.request(), 5) for _ in range(20)))
            return found.connections, [bytes(answer.body) for answer in answers]  # type: ignore[arg-type]

    connections, bodies = run(test)
    assert connections == 2
    assert bodies == [b"ok"] * 20


def test_idle_connections_make_room_for_other_hosts(run: Run) -> None:
    async def test() -> int:
        async with endpoint(saying(OK)) as one, endpoint(saying(OK)) as other, client(connections=1) as asking:
            for found in (one, other, one, other):
                assert (await asking.send(found.request(), 5)).body == b"ok"
                assert asking.connections <= 1
            return one.connections + other.connections

    assert run(test) == 4


def test_no_more_wait_than_may(run: Run) -> None:
    async def answer(found: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await found.read(reader)
        await reader.read()

    async def test() -> None:
        async with endpoint(answer) as found, client(connections_per_host=1, waiting=1) as asking:
            tasks = [asyncio.create_task(asking.send(found.request(), 5)) for _ in range(3)]
            done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            assert [type(task.exception()) for task in done] == [TooBusy]
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)

    run(test)


def test_a_waiter_that_gives_up_passes_its_turn_on(run: Run) -> None:
    async def test() -> bytes | object:
        async with endpoint(saying(OK)) as found, client(connections_per_host=1) as asking:
            first = asyncio.create_task(asking.send(found.request(), 5))
            quitter = asyncio.create_task(asking.send(found.request(), 5))
            last = asyncio.create_task(asking.send(found.request(), 5))
            await first
            quitter.cancel()
            return (await last).body

    assert run(test) == b"ok"


def test_idle_connections_close(run: Run) -> None:
    async def test() -> None:
        async with endpoint(saying(OK)) as found, client(idle_timeout=0.02) as asking:
            await asking.send(found.request(), 5)
            assert asking.connections == 1
            await none_left(asking)
            assert (await asking.send(found.request(), 5)).body == b"ok"

    run(test)


def test_a_name_is_resolved_once_for_a_connection_and_what_was_checked_is_connected_to(run: Run) -> None:
    """The second answer, and a name server that changes its mind, come too late."""
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["10.0.0.1", "127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async def test() -> list[bytes]:
        async with endpoint(saying(OK)) as found:
            asking = HttpClient(AddressGuard(loopback=True), resolve=resolve)
            origin = Origin("http", "name.test", found.origin.port)
            await asking.send(ClientRequest("GET", origin, "/"), 5)
            await asking.send(ClientRequest("GET", origin, "/"), 5)
            asking.close()
            await none_left(asking)
            return found.requests

    requests = run(test)
    assert len(requests) == 2
    assert requests[0].split(b"\r\n")[1].startswith(b"Host: name.test:")
    assert len(asked) == 1


def _tls(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{name}.pem", CERTIFICATES / f"{name}.key")
    return context


@pytest.mark.parametrize(
    ("host", "ca", "trusted"),
    [
        ("first.test-only.invalid", "first", True),
        ("other.test", "first", False),
        ("first.test-only.invalid", "second", False),
    ],
    ids=["right", "other-name", "other-authority"],
)
def test_certificates_are_verified(run: Run, host: str, ca: str, trusted: bool) -> None:
    names: list[str | None] = []
    tls = _tls("first")
    tls.sni_callback = lambda _object, name, _context: names.append(name)

    async def test() -> None:
        async with endpoint(saying(OK), tls) as found:
            asking = HttpClient(
                AddressGuard(loopback=True), ca_file=CERTIFICATES / f"{ca}.pem", resolve=lambda *_: ["127.0.0.1"]
            )
            request = ClientRequest("GET", Origin("https", host, found.origin.port), "/")
            unverified = ClientRequest("GET", request.origin._replace(verified=False), "/")
            assert (await asking.send(unverified, 5)).body == b"ok"  # tlsConfig.insecureSkipVerification
            if trusted:
                assert (await asking.send(request, 5)).body == b"ok"
            else:
                with pytest.raises(ConnectFailed):
                    await asking.send(request, 5)
            asking.close()
            await none_left(asking)

    run(test)
    assert names == [host, host]


def test_certificates_that_cannot_be_read_connect_nowhere(run: Run, tmp_path: Path) -> None:
    async def test() -> None:
        async with endpoint(saying(OK), _tls("first")) as found:
            asking = HttpClient(AddressGuard(loopback=True), ca_file=tmp_path / "none.pem")
            with pytest.raises(ConnectFailed, match="certificates"):
                await asking.send(found.request(), 5)
            asking.close()

    run(test)
