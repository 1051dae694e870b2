"""HTTP/1.1 as runtimes and extensions speak it: a parser without I/O, and the bytes of an answer.

The peer is a process of the same sandbox: what it gets wrong hurts itself alone. Everything is bounded all the same.

Exception
└── HttpFault      not a request of HTTP/1.1, or one that is too large to be one
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

HEAD_BYTES = 65_536
_LINE_BYTES = 1_024
_PHRASES = {200: "OK", 202: "Accepted", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 413: "Payload Too Large", 500: "Internal Server Error"}  # fmt: skip


class HttpFault(Exception):
    """The bytes are no request."""


@dataclass
class Head:
    """The beginning of a request. Names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class End:
    """The end of a request; ``trailers`` as ``Head.headers``."""

    trailers: dict[str, str]


class _At(Enum):
    HEAD = auto()
    BODY = auto()
    SIZE = auto()
    CHUNK = auto()
    GAP = auto()
    TRAILERS = auto()


class Parser:
    """Cuts the bytes of a connection into heads, parts of bodies and ends."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._at = _At.HEAD
        self._left = 0

    def feed(self, data: bytes) -> None:
        """More bytes came."""
        self._kept += data

    def next(self) -> Head | bytes | End | None:
        """The next piece; None: more bytes are needed. Raises HttpFault."""
        while True:
            if self._at is _At.HEAD:
                return self._head()
            if self._at is _At.BODY:
                if not self._left:
                    return self._end({})
                return self._take()
            if self._at is _At.CHUNK:
                if self._left:
                    return self._take()
                self._at = _At.GAP
            if self._at is _At.TRAILERS:
                return self._trailers()
            line = self._line()
            if line is None:
                return None
            self._after_line(line)

    def _after_line(self, line: bytes) -> None:
        if self._at is _At.GAP:
            if line:
                raise HttpFault("a chunk is longer than it says")
            self._at = _At.SIZE
            return
        try:
            self._left = int(line.partition(b";")[0].strip(), 16)
        except ValueError:
            raise HttpFault("the size of a chunk is no number") from None
        if self._left < 0:
            raise HttpFault("the size of a chunk is negative")
        self._at = _At.CHUNK if self._left else _At.TRAILERS

    def _line(self) -> bytes | None:
        end = self._kept.find(b"\r\n")
        if end < 0:
            if len(self._kept) > _LINE_BYTES:
                raise HttpFault("the size of a chunk is too long")
            return None
        line = bytes(self._kept[:end])
        del self._kept[: end + 2]
        return line

    def _take(self) -> bytes | None:
        if not self._kept:
            return None
        part = bytes(self._kept[: self._left])
        del self._kept[: self._left]
        self._left -= len(part)
        return part

    def _end(self, trailers: dict[str, str]) -> End:
        self._at = _At.HEAD
        return End(trailers)

    def _block(self) -> bytes | None:
        end = self._kept.find(b"\r\n\r\n")
        if end > HEAD_BYTES or (end < 0 and len(self._kept) > HEAD_BYTES):
            raise HttpFault("the head is too large")
        if end < 0:
            return None
        block = bytes(self._kept[:end])
        del self._kept[: end + 4]
        return block

    def _trailers(self) -> End | None:
        if self._kept.startswith(b"\r\n"):
            del self._kept[:2]
            return self._end({})
        block = self._block()
        return None if block is None else self._end(dict(_fields(block.split(b"\r\n"))))

    def _head(self) -> Head | None:
        while self._kept.startswith(b"\r\n"):
            del self._kept[:2]
        block = self._block()
        if block is None:
            return None
        first, *lines = block.split(b"\r\n")
        parts = first.decode("latin-1").split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise HttpFault("the request line is none")
        head = Head(parts[0], parts[1].partition("?")[0], dict(_fields(lines)))
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            self._at = _At.SIZE
            return head
        try:
            self._left = int(head.headers.get("content-length", "0"))
        except ValueError:
            raise HttpFault("Content-Length is no number") from None
        if self._left < 0:
            raise HttpFault("Content-Length is negative")
        self._at = _At.BODY
        return head


def _fields(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            raise HttpFault("a header line has no colon")
        yield name.strip().decode("latin-1").lower(), value.strip().decode("utf-8", "replace")


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """An answer with its framing; JSON unless a header says something else. CR and LF in values become blanks."""
    fields = {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status} {_PHRASES[status]}"]
    lines += [f"{name}: {value}".replace("\r", " ").replace("\n", " ") for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + body


def error(status: int, kind: str, message: str) -> bytes:
    """An error as the Runtime API words it (lambda-execution section 3)."""
    return as_json(status, {"errorMessage": message, "errorType": kind})


def as_json(status: int, value: Any, headers: dict[str, str] | None = None) -> bytes:
    """An answer whose body is this value."""
    return answer(status, json.dumps(value, separators=(",", ":")).encode(), headers)
