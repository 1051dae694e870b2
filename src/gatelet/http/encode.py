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
_STATUS_LINES: Final = MappingProxyType(
    {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus}
)
BODILESS: Final = frozenset((204, 304))
CHUNKED: Final = b"Transfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK: Final = b"0\r\n\r\n"


@lru_cache(maxsize=1024)
def _prefix(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise BadResponse(f"header name {name!r} is not a token")
    if name.lower() in _OURS:
        raise BadResponse(f"header {name} belongs to the server")
    return f"{name}: "


def status_line(status: int) -> bytes:
    """``HTTP/1.1 200 OK`` with its line end. Raises BadResponse outside 200 to 999."""
    if not 200 <= status <= 999:
        raise BadResponse(f"status {status} is no final status")
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status


def header_lines(headers: list[tuple[str, str]]) -> bytes:
    """The header lines. Raises BadResponse for a name or value that could split or reframe the answer."""
    text = "".join([f"{_prefix(name)}{value}\r\n" for name, value in headers])
    count = len(headers)
    if text.count("\n") != count or text.count("\r") != count or "\0" in text:
        raise BadResponse("CR, LF or NUL in a header value")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise BadResponse("a header value is not Latin-1") from error


def whole(response: Response, body: bytes, standing: bytes, *, bodiless: bool) -> bytes:
    """The answer with its body; ``standing`` are the Date and Connection lines.

    With ``bodiless`` (HEAD) the body is left out but its length is said; 204 and 304 have neither.
    """
    status = response.status
    if status in BODILESS:
        return b"".join(
            (status_line(status), header_lines(response.headers), response.raw_headers, standing, b"\r\n"),
        )
    return b"".join(
        (
            status_line(status),
            header_lines(response.headers),
            response.raw_headers,
            standing,
            b"Content-Length: %d\r\n\r\n" % len(body),
            b"" if bodiless else body,
        )
    )


def begun(response: Response, standing: bytes, framing: bytes) -> bytes:
    """The head of a streamed answer."""
    return b"".join(
        (status_line(response.status), header_lines(response.headers), response.raw_headers, standing, framing)
    )


def plain(status: int, text: str, standing: bytes) -> bytes:
    """A refusal by the server itself, as AWS's front words it: no x-amzn headers (apigateway-data-plane 13)."""
    return whole(Response(status, [("Content-Type", "text; charset=utf-8")]), text.encode(), standing, bodiless=False)


def standing_lines(moment: float) -> tuple[bytes, bytes]:
    """Date and Connection lines for this second: (keep-alive, close)."""
    date = formatdate(moment, usegmt=True).encode("ascii")
    return b"Date: %b\r\nConnection: keep-alive\r\n" % date, b"Date: %b\r\nConnection: close\r\n" % date
