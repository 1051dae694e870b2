"""A Response as bytes: status line, checked headers, framing."""

from __future__ import annotations

import re
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from gatelet.http.errors import BadResponse
from gatelet.http.response import Response

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_OURS: Final = frozenset(("content-length", "transfer-encoding", "connection", "date"))
_BREAKS: Final = re.compile(r"[\r\n\0]")
_STATUS_LINES: Final = MappingProxyType(
    {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode("ascii") for each in HTTPStatus if each >= 200}
)
BODILESS: Final = frozenset((204, 304))
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED: Final = b"Transfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"


@lru_cache(maxsize=1024)
def _prefix(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise BadResponse(f"header name {name!r} is not a token")
    if name.lower() in _OURS:
        raise BadResponse(f"header {name} belongs to the server")
    return f"{name}: "


def _status_line(status: int) -> bytes:
    """Of a status that is none of IANA's."""
    if not 200 <= status <= 999:
        raise BadResponse(f"status {status} is no final status")
    return b"HTTP/1.1 %d \r\n" % status


def _header_lines(headers: list[tuple[str, str]]) -> bytes:
    lines = []
    for name, value in headers:
        if not value.isprintable() and _BREAKS.search(value):
            raise BadResponse(f"CR, LF or NUL in the value of {name}")
        lines.append(f"{_prefix(name)}{value}\r\n")
    try:
        return "".join(lines).encode("latin-1")
    except UnicodeEncodeError as error:
        raise BadResponse("a header value is not Latin-1") from error


def whole(response: Response, body: bytes, standing: bytes) -> bytes:
    """The answer with its body; ``standing`` are the Date and Connection lines.

    Raises BadResponse (as all here do) for what could split or reframe the answer.
    """
    return b"%b%b%b%bContent-Length: %d\r\n\r\n%b" % (
        _STATUS_LINES.get(response.status) or _status_line(response.status),
        _header_lines(response.headers) if response.headers else b"",
        response.raw_headers,
        standing,
        len(body),
        body,
    )


def head_only(response: Response, body: bytes, standing: bytes) -> bytes:
    """The answer without its body, whose length is said all the same; 204 and 304 have neither."""
    framing = b"\r\n" if response.status in BODILESS else b"Content-Length: %d\r\n\r\n" % len(body)
    return begun(response, standing, framing)


def begun(response: Response, standing: bytes, framing: bytes) -> bytes:
    """The head of an answer whose body goes separately."""
    return b"%b%b%b%b%b" % (
        _STATUS_LINES.get(response.status) or _status_line(response.status),
        _header_lines(response.headers),
        response.raw_headers,
        standing,
        framing,
    )


def refusal(status: int, text: str, standing: bytes) -> bytes:
    """A refusal by the server itself, as AWS's front words it: no x-amzn headers (apigateway-data-plane 13)."""
    return whole(Response(status, [("Content-Type", "text; charset=utf-8")]), text.encode(), standing)


def standing_lines(moment: float) -> tuple[bytes, bytes]:
    """Date and Connection lines for this second: (keep-alive, close)."""
    date = formatdate(moment, usegmt=True).encode("ascii")
    return b"Date: %b\r\nConnection: keep-alive\r\n" % date, b"Date: %b\r\nConnection: close\r\n" % date
