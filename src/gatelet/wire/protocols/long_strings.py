"""A long string of a JSON text, set aside before it is parsed.

The parser holds the interpreter's lock until it is through, a tenth of a second for an archive of 50 MB. So the
string is cut out beforehand, in steps between which other threads run, and the little that is left is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

LONG_BYTES: Final = 1_048_576
"""A string from here on is set aside; also the most that one step looks at."""

_QUOTES: Final = 4_096
"""How far one is looked for: a text of many strings is no archive with a few words around it."""

_ASIDE: Final = "\N{DELETE}a long string\N{DELETE}"


@dataclass(frozen=True, slots=True)
class LongString:
    """The octets of a string without escapes, as they stand in the text, not looked at yet."""

    octets: memoryview

    def text(self) -> str:
        """The string. Raises ValueError if it is none."""
        found: str = orjson.loads(b'"' + self.octets + b'"')
        return found


def parse(body: bytes) -> Any:
    """As ``orjson.loads``, with a LongString in the place of the first long value that is one. Raises ValueError."""
    span = _long_string(body) if len(body) > LONG_BYTES else None
    if span is None:
        return orjson.loads(body)
    start, end = span
    view, mark = memoryview(body), _ASIDE.encode()
    before, after = bytes(view[:start]), bytes(view[end:])
    if mark in before or mark in after:
        return orjson.loads(body)
    return _restored(orjson.loads(before + mark + after), LongString(view[start:end]))


def _long_string(body: bytes) -> tuple[int, int] | None:
    """Where the first is, without its quotes."""
    at = 0
    for _ in range(_QUOTES):
        start = _find(body, b'"', at, len(body)) + 1
        if not start:
            return None
        end = _find(body, b'"', start, len(body))
        escape = _find(body, b"\\", start, max(start, end))
        if escape >= 0:
            end = _closing(body, escape)
        elif end - start >= LONG_BYTES and body[end + 1 : end + 16].lstrip(b" \t\r\n")[:1] in {b",", b"}", b"]"}:
            return start, end
        if end < 0:
            return None
        at = end + 1
    return None


def _find(body: bytes, what: bytes, start: int, end: int) -> int:
    """As ``bytes.find``, of one byte, in steps."""
    for at in range(start, end, LONG_BYTES):
        found = body.find(what, at, min(at + LONG_BYTES, end))
        if found >= 0:
            return found
    return -1


def _closing(body: bytes, escape: int) -> int:
    """The quote that ends the string in which the backslash at ``escape`` is the first; -1: none does nearby."""
    at = escape
    for _ in range(_QUOTES):
        quote = _find(body, b'"', at + 2, len(body))
        following = _find(body, b"\\", at + 2, max(at + 2, quote))
        if following < 0:
            return quote
        at = following
    return -1


def _restored(value: Any, aside: LongString) -> Any:
    """The value with the string where its mark is."""
    if isinstance(value, dict):
        return {key: _restored(each, aside) for key, each in value.items()}
    if isinstance(value, list):
        return [_restored(each, aside) for each in value]
    return aside if value == _ASIDE else value
