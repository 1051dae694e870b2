"""A response before it goes onto the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Response:
    """A status, headers in order, and a body: bytes, or an iterator that is sent chunked as it yields.

    The server adds ``Date``, ``Connection`` and ``Content-Length`` (or ``Transfer-Encoding``). Names and
    values hold no CR, LF or NUL: the server refuses them (answers 500 and closes).
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | AsyncIterator[bytes] = b""
    raw_headers: bytes = b""
    """Header lines that are already encoded and checked (``Name: value\\r\\n`` each): the hot path."""
