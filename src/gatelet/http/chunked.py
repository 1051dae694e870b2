"""A chunked request body (RFC 9112 section 7.1), decoded strictly and without input or output."""

from __future__ import annotations

import re
from typing import Final

from gatelet.http.errors import BadRequest, BodyTooLarge

_SIZE_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(;[\t\x20-\x7e\x80-\xff]*)?")
_TRAILER_LINE: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*")
_SIZE_LINE_BYTES: Final = 256

_SIZE, _DATA, _DATA_END, _TRAILER = range(4)


class ChunkedBody:
    """Feed it segments of any size; it keeps the data and drops extensions and trailers.

    ``limit`` bounds the data, ``overhead`` the bytes of all extensions and trailers together.
    """

    __slots__ = ("_limit", "_line", "_need", "_overhead", "_state", "data")

    def __init__(self, limit: int, overhead: int) -> None:
        self.data = bytearray()
        self._limit = limit
        self._overhead = overhead
        self._state = _SIZE
        self._need = 0
        self._line = b""

    def feed(self, segment: bytes) -> bytes | None:
        """The bytes after the body's end, or None while more of it is to come.

        Raises BadRequest, BodyTooLarge.
        """
        at = 0
        while True:
            if self._state == _DATA:
                taken = segment[at : at + self._need]
                self.data += taken
                self._need -= len(taken)
                at += len(taken)
                if self._need:
                    return None
                self._state = _DATA_END
            end = segment.find(b"\n", at)
            if end < 0:
                self._keep(segment[at:])
                return None
            line = self._line + segment[at:end]
            self._line = b""
            at = end + 1
            if not line.endswith(b"\r"):
                raise BadRequest("Bare LF in chunked body")
            if self._take_line(line[:-1]):
                return segment[at:]

    def _keep(self, part: bytes) -> None:
        self._line += part
        bound = self._overhead + 1 if self._state == _TRAILER else _SIZE_LINE_BYTES + 1
        if len(self._line) > bound:
            raise BadRequest("Chunk line too long")
        if self._state == _DATA_END and self._line not in {b"", b"\r"}:
            raise BadRequest("Chunk longer than its size")

    def _take_line(self, line: bytes) -> bool:
        """Take one line without its CRLF; true at the body's end."""
        if self._state == _SIZE:
            self._take_size(line)
            return False
        if self._state == _DATA_END:
            if line:
                raise BadRequest("Chunk longer than its size")
            self._state = _SIZE
            return False
        if not line:
            return True
        self._spend(len(line) + 2)
        if not _TRAILER_LINE.fullmatch(line):
            raise BadRequest("Invalid trailer")
        return False

    def _take_size(self, line: bytes) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None or len(line) > _SIZE_LINE_BYTES:
            raise BadRequest("Invalid chunk size")
        digits, extension = match.groups()
        if extension:
            self._spend(len(extension))
        self._need = int(digits, 16)
        if len(self.data) + self._need > self._limit:
            raise BodyTooLarge(self._limit)
        self._state = _DATA if self._need else _TRAILER

    def _spend(self, octets: int) -> None:
        self._overhead -= octets
        if self._overhead < 0:
            raise BadRequest("Chunk extensions or trailers too long")
