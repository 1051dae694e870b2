"""Comparing a value with what a pattern says: wildcards, numbers, regular expressions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from gatelet.logs.filter.errors import InvalidPattern
from gatelet.logs.filter.regex import Regex

Check = Callable[[Any], bool]
"""A test of one value: text, a number, True, False or None."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_ORDER: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def compile_comparison(sign: str, token: str) -> Check:
    """``sign`` is one of ``= != < <= > >=``; ``token`` a word, a ``"string"`` or a ``%regex%``, as written.

    A comparison by order holds for numbers only. Raises InvalidPattern.
    """
    if sign in _ORDER:
        limit = number_of(token)
        if limit is None:
            raise InvalidPattern(f"'{sign}' needs a number, not {token!r}")
        compare = _ORDER[sign]
        return lambda value: (number := number_of(value)) is not None and compare(number, limit)
    same = _equality(token)
    if sign == "=":
        return same
    return lambda value: not same(value)


def number_of(value: Any) -> float | None:
    """The number that a value is or spells; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def wildcard(pattern: str) -> Callable[[str], bool]:
    """Whether a text is the pattern, ``*`` standing for any run of characters. Never backtracks."""
    first, *rest = pattern.split("*")
    if not rest:
        return lambda text: text == pattern
    *middle, last = rest

    def matches(text: str) -> bool:
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        place, end = len(first), len(text) - len(last)
        for piece in middle:
            place = text.find(piece, place, end)
            if place < 0:
                return False
            place += len(piece)
        return True

    return matches


def _equality(token: str) -> Check:
    if token.startswith("%"):
        search = Regex(token[1:-1]).search
        return lambda value: value is not None and search(_text(value))
    if token.startswith('"'):
        quoted = wildcard(_ESCAPED.sub(r"\1", token[1:-1]))
        return lambda value: value is not None and quoted(_text(value))
    number = number_of(token)
    word = wildcard(token)
    return lambda value: (
        value is not None and ((number is not None and number == number_of(value)) or word(_text(value)))
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
