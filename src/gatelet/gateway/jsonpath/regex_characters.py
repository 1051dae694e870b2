"""The characters that Java's classes stand for (``\\d``, ``\\p{Alpha}``, ``\\p{Lu}``): sets as questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, TypeAlias

Takes: TypeAlias = Callable[[str], bool]
"""Whether a set holds a character."""

CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
LINE_ENDS: Final = frozenset("\n\r\x85\u2028\u2029")
CLASSES: Final[dict[str, Takes]] = {
    "d": lambda c: "0" <= c <= "9",
    "w": lambda c: c == "_" or (c.isascii() and c.isalnum()),
    "s": lambda c: c in " \t\n\x0b\f\r",
    "h": lambda c: c in " \t\xa0\u1680\u180e\u202f\u205f\u3000" or "\u2000" <= c <= "\u200a",
    "v": lambda c: c in "\n\x0b\f\r\x85\u2028\u2029",
}
_POSIX: Final[dict[str, Takes]] = {
    "Lower": lambda c: "a" <= c <= "z",
    "Upper": lambda c: "A" <= c <= "Z",
    "ASCII": str.isascii,
    "Alpha": lambda c: c.isascii() and c.isalpha(),
    "Digit": CLASSES["d"],
    "Alnum": lambda c: c.isascii() and c.isalnum(),
    "Punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "Graph": lambda c: "!" <= c <= "~",
    "Print": lambda c: " " <= c <= "~",
    "Blank": lambda c: c in " \t",
    "Cntrl": lambda c: c < " " or c == "\x7f",
    "XDigit": lambda c: c in "0123456789abcdefABCDEF",
    "Space": CLASSES["s"],
}
_CATEGORY = re.compile(r"(?:Is)?(L|Lu|Ll|Lt|Lm|Lo|M|N|Nd|Nl|No|P|S|Z|Zs|C)", re.ASCII)


def negate(takes: Takes) -> Takes:
    """Every character but these."""
    return lambda c: not takes(c)


def any_of(parts: list[Takes]) -> Takes:
    """What one of the sets holds."""
    return parts[0] if len(parts) == 1 else lambda c: any(part(c) for part in parts)


def all_of(parts: list[Takes]) -> Takes:
    """What all of the sets hold."""
    return parts[0] if len(parts) == 1 else lambda c: all(part(c) for part in parts)


def property_of(name: str) -> Takes | None:
    """The characters of a POSIX class or of a general category; None: not known."""
    category = _CATEGORY.fullmatch(name)
    if category is None:
        return _POSIX.get(name)
    prefix = category[1]
    return lambda c: unicodedata.category(c).startswith(prefix)
