"""A request on its way out and its answer; the request as bytes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from gatelet.http.client.errors import InvalidOutgoing
from gatelet.http.client.target import Origin

IDEMPOTENT: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
"""What may be sent again when a connection ends without an answer (RFC 9110 section 9.2.2)."""

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET: Final = re.compile(r"/[\x21-\x7e]*")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS: Final = frozenset(("content-length", "transfer-encoding", "connection", "keep-alive"))
_HOST: Final = re.compile(r"[A-Za-z0-9._~\-:\[\]]*")


@dataclass(slots=True)
class ClientRequest:
    """``target`` is the raw path with its query; headers keep their case and order.

    The client adds ``Host`` unless it is there, and the length of the body: 0 is said with a method that
    usually has one (RFC 9110 section 8.6).
    """

    method: str
    origin: Origin
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


@dataclass(slots=True)
class Answer:
    """What an endpoint said. Text is Latin-1, byte for byte. A streamed body's iterator must be closed."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes]


@lru_cache(maxsize=1024)
def _prefix(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise InvalidOutgoing(f"the header name {name!r} is no token")
    if name.lower() in _OURS:
        raise InvalidOutgoing(f"the header {name} belongs to the client")
    return f"{name}: "


def encode_head(request: ClientRequest) -> bytes:
    """Request line and headers. Raises InvalidOutgoing for what could become another header or request."""
    if not _TOKEN.fullmatch(request.method) or request.method == "CONNECT":
        raise InvalidOutgoing(f"the method {request.method!r} cannot be sent")
    if not _TARGET.fullmatch(request.target):
        raise InvalidOutgoing("the request target has a space, a control or a non-ASCII character")
    lines = [f"{request.method} {request.target} HTTP/1.1\r\n".encode("ascii")]
    hosts = 0
    for name, value in request.headers:
        if not value.isprintable() and _CONTROLS.search(value):
            raise InvalidOutgoing(f"the value of the header {name} has a control character")
        prefix = _prefix(name)
        if len(name) == 4 and name.lower() == "host":
            hosts += 1
            if not _HOST.fullmatch(value):
                raise InvalidOutgoing("the Host header names no host")
        lines.append(_encoded(f"{prefix}{value}\r\n"))
    if hosts > 1:
        raise InvalidOutgoing("there is more than one Host header")
    if not hosts:
        lines.insert(1, f"Host: {request.origin.authority}\r\n".encode("ascii"))
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        lines.append(b"Content-Length: %d\r\n" % len(request.body))
    lines.append(b"\r\n")
    return b"".join(lines)


def _encoded(line: str) -> bytes:
    """Latin-1, which gives a client's own bytes back; UTF-8 for what only a mapping can have made."""
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")
