"""A long JSON text, parsed piece by piece.

The parser holds the interpreter's lock until it is through: a fifth of a second for a batch of 11 MB. So the outer
levels are read here, and what stands in them is given to the parser one by one; in between other threads run.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

LONG_BYTES: Final = 262_144
"""A text up to here is parsed at once."""

_LEVELS: Final = 3
"""``{"RequestItems": {"table": [piece, piece ...]}}``"""

_PIECES: Final = 1_000
"""A text of more would take far longer this way than at once."""

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_SCAN: Final = json.JSONDecoder().raw_decode
"""Only tells where a value ends: what it means, orjson says."""


class _Unfit(Exception):
    """No text for this way, or no JSON: the parser tells."""


def parse(body: bytes) -> Any:
    """As ``orjson.loads``, for use in a thread. Raises ValueError as that does."""
    if len(body) <= LONG_BYTES:
        return orjson.loads(body)
    try:
        return _Reader(body.decode()).document()
    except (_Unfit, ValueError, RecursionError):
        return orjson.loads(body)


class _Reader:
    """One text, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._left = _PIECES

    def document(self) -> Any:
        """The value of the whole text. Raises _Unfit, ValueError."""
        value = self._value(_LEVELS)
        if self._next() != "":
            raise _Unfit
        return value

    def _next(self) -> str:
        """The character that is not blank; empty at the end."""
        blank = _BLANK.match(self._text, self._at)
        assert blank is not None
        self._at = blank.end()
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> bool:
        """Whether that is next; it is read then."""
        found = self._next() == wanted
        self._at += found
        return found

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise _Unfit

    def _value(self, levels: int) -> Any:
        if levels and self._take("{"):
            return self._object(levels - 1)
        if levels and self._take("["):
            return self._array(levels - 1)
        self._next()
        return self._piece()

    def _piece(self) -> Any:
        self._left -= 1
        if self._left < 0:
            raise _Unfit
        begin = self._at
        self._at = _SCAN(self._text, begin)[1]
        return orjson.loads(self._text[begin : self._at])

    def _object(self, levels: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._take("}"):
            return found
        while True:
            if self._next() != '"':
                raise _Unfit
            key = self._piece()
            self._expect(":")
            found[key] = self._value(levels)
            if not self._take(","):
                self._expect("}")
                return found

    def _array(self, levels: int) -> list[Any]:
        found: list[Any] = []
        if self._take("]"):
            return found
        while True:
            found.append(self._value(levels))
            if not self._take(","):
                self._expect("]")
                return found
