"""The head of an answer: parsed by httptools, then checked for what it lets pass. No input or output.

llhttp refuses a bare LF or CR, obs-fold, white space around a name and control bytes; how the body is framed
(RFC 9112 section 6.3) is decided here, and what two readers could frame differently is refused.
"""

from __future__ import annotations

import math
import re
from typing import Final

import httptools

from gatelet.http.client.errors import BadAnswer

_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n")
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_LENGTH: Final = re.compile(rb"[0-9]{1,15}")
_FRAMING: Final = frozenset((b"content-length", b"transfer-encoding", b"connection", b"keep-alive"))
_KEEP_ALIVE: Final = re.compile(rb"(?:.*,)?\s*timeout\s*=\s*([0-9]{1,6})\b.*", re.DOTALL)

UNTIL_CLOSE: Final = -1
CHUNKED: Final = -2


class AnswerHead:
    """One parsed head. ``framing`` is the body's length in bytes, CHUNKED or UNTIL_CLOSE.

    ``patience``: for how many idle seconds the endpoint says that it keeps the connection (``Keep-Alive: timeout=5``).
    """

    __slots__ = ("_framing_headers", "framing", "headers", "keep_alive", "patience", "status")

    def __init__(self, head: bytes, *, to_head_request: bool) -> None:
        """Parse a whole head, blank line included. Raises BadAnswer."""
        match = _STATUS_LINE.match(head)
        if match is None or _BARE_LF.search(head):
            raise BadAnswer("the answer is not HTTP/1.x")
        self.headers: list[tuple[str, str]] = []
        self._framing_headers: list[tuple[bytes, bytes]] = []
        self.status = int(match[2])
        self.patience = math.inf
        try:
            httptools.HttpResponseParser(self).feed_data(head)
        except httptools.HttpParserUpgrade:
            pass  # 101 and the like: judged by their status
        except httptools.HttpParserError as error:
            raise BadAnswer(f"the answer's header is malformed: {error}") from error
        self.framing, connection = self._frame()
        if self.status < 200 or self.status in (204, 304) or to_head_request:
            self.framing = 0
        persistent = "keep-alive" in connection if match[1] == b"0" else "close" not in connection
        self.keep_alive = persistent and self.framing != UNTIL_CLOSE

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by httptools; it leaves white space at a value's end."""
        value = value.rstrip(b" \t")
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))
        key = name.lower()
        if key in _FRAMING:
            self._framing_headers.append((key, value))

    def _frame(self) -> tuple[int, list[str]]:
        lengths: set[bytes] = set()
        codings: list[bytes] = []
        connection: list[str] = []
        for key, value in self._framing_headers:
            if key == b"content-length":
                lengths.add(value)
            elif key == b"transfer-encoding":
                codings.append(value.lower())
            elif key == b"keep-alive":
                announced = _KEEP_ALIVE.fullmatch(value)
                self.patience = math.inf if announced is None else int(announced[1])
            else:
                connection += [option.strip() for option in value.decode("latin-1").lower().split(",")]
        if codings:
            if lengths:
                raise BadAnswer("the answer has both Transfer-Encoding and Content-Length")
            if codings != [b"chunked"]:
                raise BadAnswer("the answer's Transfer-Encoding is not chunked")
            return CHUNKED, connection
        if not lengths:
            return UNTIL_CLOSE, connection
        (length, *others) = lengths
        if others or not _LENGTH.fullmatch(length):
            raise BadAnswer("the answer's Content-Length is no length")
        return int(length), connection
