"""A real HTTP backend for integrations: it tells in JSON what reached it, byte for byte, or misbehaves as asked.

``/echo...`` tells; ``/status/{code}`` answers with that status; the other paths are the methods of Deeds.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PNG = bytes(range(256))


@dataclass
class Backend:
    """``requests`` are all that came, in order, as /echo tells them."""

    port: int
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    backend: Backend

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        told = {
            "method": self.command,
            "target": self.path,
            "headers": [list(pair) for pair in self.headers.raw_items()],
            "body": body.decode("latin-1"),
        }
        self.backend.requests.append(told)
        deed = self.path.partition("?")[0].strip("/").split("/")
        getattr(self, f"do_{deed[0]}", self.do_echo)(told, *deed[1:2])
        self.wfile.flush()

    def do_echo(self, told: dict[str, Any], _rest: str = "") -> None:
        self.answer(200, json.dumps(told).encode(), [("Content-Type", "application/json")])

    def do_status(self, told: dict[str, Any], status: str = "200") -> None:
        self.answer(int(status), json.dumps({"status": int(status)}).encode(), [("Content-Type", "application/json")])

    def do_headers(self, _told: dict[str, Any], _rest: str = "") -> None:
        """Every header that has a rule of its own (apigateway-data-plane 8.3)."""
        names = (
            "Accept", "Accept-Charset", "Age", "Authorization", "Content-MD5", "Expect", "Host", "Max-Forwards",
            "Pragma", "Proxy-Authenticate", "Range", "Referer", "Server", "TE", "Trailer", "Upgrade", "User-Agent",
            "Via", "Warn", "WWW-Authenticate", "X-Amzn-Trace-Id", "x-amzn-RequestId", "Access-Control-Allow-Origin",
            "x-MiXeD", "Date", "Keep-Alive",
        )  # fmt: skip
        self.answer(200, b"{}", [*((name, f"of {name}") for name in names), ("Content-Type", "application/json")])

    def do_untyped(self, _told: dict[str, Any], _rest: str = "") -> None:
        self.answer(200, b"plain", [])

    def do_text(self, _told: dict[str, Any], text: str = "") -> None:
        self.answer(200, text.encode(), [("Content-Type", "text/plain")])

    def do_zipped(self, _told: dict[str, Any], _rest: str = "") -> None:
        body = gzip.compress(b'{"zipped": true}', mtime=0)
        self.answer(200, body, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])

    def do_png(self, _told: dict[str, Any], _rest: str = "") -> None:
        self.answer(200, PNG, [("Content-Type", "image/png")])

    def do_slow(self, _told: dict[str, Any], _rest: str = "") -> None:
        time.sleep(0.5)
        self.answer(200, b"{}", [])

    def do_redirect(self, _told: dict[str, Any], _rest: str = "") -> None:
        self.answer(302, b"", [("Location", f"{self.backend.url}/echo")])

    def do_big(self, _told: dict[str, Any], _rest: str = "") -> None:
        with suppress(OSError):  # nobody reads that much
            self.answer(200, b"x" * (10 * 1024 * 1024 + 1), [])

    def do_hangup(self, _told: dict[str, Any], _rest: str = "") -> None:
        self.close_connection = True

    def do_garbage(self, _told: dict[str, Any], _rest: str = "") -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")
        self.close_connection = True

    def do_stream(self, _told: dict[str, Any], _rest: str = "") -> None:
        """Two parts; the second only after the first has been waited for (``go_on``)."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        self.wfile.write(b"5\r\nfirst\r\n")
        self.wfile.flush()
        GO_ON.wait(10)
        GO_ON.clear()
        self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

    def answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        """An answer with nothing but these headers and its length."""
        lines = [f"{name}: {value}" for name, value in [*headers, ("Content-Length", len(body))]]
        head = [f"HTTP/1.1 {status} X", *lines]
        self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n" + (b"" if self.command == "HEAD" else body))


GO_ON = threading.Event()


@contextmanager
def serve_backend() -> Iterator[Backend]:
    """A backend on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    backend = Backend(server.server_address[1])
    server.RequestHandlerClass = type("Handler", (_Handler,), {"backend": backend})
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield backend
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
