"""Listeners, the graceful end, TLS and its reload."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from gatelet.http import server as module
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.http.server import Server
from gatelet.http.tls import TlsContext

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CERTIFICATES = Path(__file__).with_name("certificates")


class Gate:
    """A handler that waits to be let through."""

    def __init__(self) -> None:
        self.started = 0
        self.go = asyncio.Event()

    async def __call__(self, request: Request) -> Response:
        self.started += 1
        await self.go.wait()
        return Response(200, [], b"done")


def test_drain_finishes_what_is_in_flight(run: Any, serving: Any) -> None:
    async def test() -> None:
        gate = Gate()
        async with serving(gate) as served:
            busy, idle, uploading = [await served.connect() for _ in range(3)]
            await busy.send(GET)
            await uploading.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
            await served.until(lambda: gate.started == 1 and served.server.body_bytes == 1)
            draining = asyncio.ensure_future(served.server.drain(10))
            await asyncio.sleep(0.05)
            with pytest.raises(OSError, match=r"."):
                await asyncio.open_connection("127.0.0.1", served.port)
            assert not draining.done()
            await uploading.send(b"y")
            gate.go.set()
            for client in (busy, uploading):
                status, headers, body = await client.answer()
                assert (status, headers["Connection"], body) == (200, "close", b"done")
                assert await client.rest() == b""
            assert await idle.rest() == b""
            await draining

    run(test)


def test_drain_takes_no_longer_than_it_is_given(run: Any, serving: Any) -> None:
    cancelled: list[str] = []

    async def handle(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(request.path)
            raise
        raise AssertionError

    async def test() -> None:
        async with serving(handle) as served:
            client = await served.connect()
            await client.send(GET)
            await served.until(lambda: served.server.connections == 1)
            await asyncio.sleep(0.05)
            await served.server.drain(0.05)
            assert cancelled == ["/"]
            assert served.server.connections == 0
            assert await client.rest() == b""

    run(test)


def test_one_server_has_several_listeners(run: Any) -> None:
    async def test() -> None:
        async def handle(request: Request) -> Response:
            return Response(200, [], f"{request.scheme} {request.port}".encode())

        server = Server(handle)
        tls = TlsContext(CERTIFICATES / "first.pem", CERTIFICATES / "first.key")
        ports = [
            (await server.start("127.0.0.1", 0))[0].port,
            (await server.start("127.0.0.1", 0, reuse_port=True))[0].port,
            (await server.start("127.0.0.1", 0, tls=tls))[0].port,
        ]
        trusting = ssl.create_default_context(cafile=str(CERTIFICATES / "first.pem"))
        for port, context in zip(ports, (None, None, trusting), strict=True):
            name = "first.test-only.invalid" if context else None
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            expected = f"{'https' if context else 'http'} {port}".encode()
            assert await reader.readexactly(len(expected)) == expected
            writer.close()
            await writer.wait_closed()
        await server.drain(1)

    run(test)


def test_two_servers_share_a_port_with_reuse_port(run: Any) -> None:
    async def test() -> None:
        async def handle(request: Request) -> Response:
            return Response(200)

        first, second, third = Server(handle), Server(handle), Server(handle)
        (address,) = await first.start("127.0.0.1", 0, reuse_port=True)
        assert await second.start("127.0.0.1", address.port, reuse_port=True) == [address]
        with pytest.raises(OSError, match=r"."):
            await third.start("127.0.0.1", address.port)
        for server in (first, second, third):
            await server.drain(1)

    run(test)


def test_small_answers_are_not_held_back(run: Any, serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """TCP_NODELAY on every accepted connection."""
    seen: list[int] = []

    class Watched(module.Connection):
        __slots__ = ()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            sock = transport.get_extra_info("socket")
            seen.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            super().connection_made(transport)

    monkeypatch.setattr(module, "Connection", Watched)

    async def test() -> None:
        async with serving() as served:
            assert (await (await served.connect()).ask(GET))[0] == 200
        assert len(seen) == 1
        assert seen[0] != 0

    run(test)


def pair(directory: Path, certificate: str, key: str) -> tuple[Path, Path]:
    """Put a certificate and a key where the server looks for them, as an operator would: by renaming."""
    targets = directory / "server.pem", directory / "server.key"
    for source, target in zip((f"{certificate}.pem", f"{key}.key"), targets, strict=True):
        new = target.with_suffix(".new")
        shutil.copyfile(CERTIFICATES / source, new)
        new.replace(target)
    return targets


async def presented(served: Any) -> bytes:
    """The certificate that a new connection gets, which must also serve a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    client = await served.connect(ssl=context)
    assert (await client.ask(GET))[0] == 200
    certificate: bytes = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return certificate


def der(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((CERTIFICATES / f"{name}.pem").read_text("ascii"))


def test_certificates_are_reloaded_and_bad_ones_are_not(
    run: Any, serving: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        tls = TlsContext(*pair(tmp_path, "first", "first"))
        async with serving(tls=tls, tls_seconds=0.02) as served:
            assert await presented(served) == der("first")
            old = await served.connect(ssl=_trusting("first"), server_hostname="first.test-only.invalid")
            pair(tmp_path, "second", "first")  # half of a new pair
            await served.until(lambda: "not loaded" in caplog.text)
            for _ in range(10):
                assert await presented(served) == der("first")
            assert caplog.text.count("not loaded") == 1
            pair(tmp_path, "second", "second")
            await served.until(lambda: "pem loaded" in caplog.text)
            assert await presented(served) == der("second")
            assert (await old.ask(GET))[0] == 200  # open connections stay as they are
            (tmp_path / "server.key").unlink()
            await served.until(lambda: caplog.text.count("not loaded") == 2)
            assert await presented(served) == der("second")

    with caplog.at_level(logging.INFO, "gatelet.http"):
        run(test)


def _trusting(name: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / f"{name}.pem"))


def test_a_bad_pair_at_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLError):
        TlsContext(*pair(tmp_path, "first", "second"))
    with pytest.raises(FileNotFoundError):
        TlsContext(tmp_path / "none.pem", tmp_path / "none.key")


def test_tls_before_1_2_is_refused(run: Any, serving: Any) -> None:
    async def test() -> None:
        tls = TlsContext(CERTIFICATES / "first.pem", CERTIFICATES / "first.key")
        assert tls.context.minimum_version == ssl.TLSVersion.TLSv1_2
        async with serving(tls=tls) as served:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = _trusting("first")
                context.minimum_version = context.maximum_version = version
                client = await served.connect(ssl=context, server_hostname="first.test-only.invalid")
                assert (await client.ask(GET))[0] == 200

    run(test)


def test_refusals_arrive_over_tls_too(run: Any, serving: Any) -> None:
    """TLS cannot be half-closed: the connection lingers until the client closes it or time is up."""

    async def test() -> None:
        tls = TlsContext(CERTIFICATES / "first.pem", CERTIFICATES / "first.key")
        async with serving(tls=tls, linger_timeout=0.05) as served:
            client = await served.connect(ssl=_trusting("first"), server_hostname="first.test-only.invalid")
            assert (await client.ask(b"nonsense\r\n\r\n"))[0] == 400
            assert await client.rest() == b""

    run(test)
