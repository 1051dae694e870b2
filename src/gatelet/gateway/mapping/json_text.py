"""JSON as mapping reads and writes it: strict, compact, whole numbers of any size kept."""

from __future__ import annotations

import json
from decimal import Decimal

import orjson

_DIGITS = bytes(48 if 48 <= code <= 57 else 32 for code in range(256))
"""Every digit becomes a zero, everything else a blank."""
_LARGE_INTEGER = b"0" * 19


def parse(text: str) -> object:
    """The value. Raises ValueError for what is not JSON (RFC 8259), or nests beyond what the parser takes."""
    data = text.encode("utf-8", "surrogatepass")
    value: object = orjson.loads(data)
    if _LARGE_INTEGER in data.translate(
        _DIGITS
    ):  # orjson makes a float of what 64 bits do not hold; Java keeps the digits
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None
    return value


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def dump(value: object) -> str:
    """Compact JSON, the order of names kept. Raises ValueError for what nests too deeply."""
    try:
        return _COMPACT.encode(value)
    except RecursionError:
        raise ValueError("nested too deeply") from None
