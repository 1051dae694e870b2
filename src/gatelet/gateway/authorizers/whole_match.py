"""Matching a whole text with a user's regular expression, within a bound."""

from __future__ import annotations

from gatelet.gateway.jsonpath.errors import LimitExceeded
from gatelet.gateway.jsonpath.regex import Regex

_VISITS = 100_000


def matches_whole(expression: Regex, text: str) -> bool:
    """Whether the whole text matches; one that takes too long to tell does not."""
    left = _VISITS

    def spend(visits: int) -> None:
        nonlocal left
        left -= visits
        if left < 0:
            raise LimitExceeded(f"more than {_VISITS} visits")

    try:
        return expression.matches(text, spend)
    except LimitExceeded:
        return False
