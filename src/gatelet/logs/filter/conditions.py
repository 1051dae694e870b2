"""Conditions over named things, joined by ``&&``, ``||`` and parentheses: what ``{...}`` and ``[...]`` share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from gatelet.logs.filter.errors import InvalidPattern

Subject = TypeVar("Subject")
Condition = Callable[[Subject], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<selector>\$(?:\.?\[(?:'[^']*'|"[^"]*"|[^\]]*)\]|\.[^\s.\[\](){}=!<>&|,"]+)*)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<regex>%[^%]*%)
      | (?P<sign>&&|\|\||!=|<=|>=|[=<>(){}\[\],])
      | (?P<word>[^\s()=!<>&|,"%\[\]{}$]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NESTING_MAX = 50


def tokenize(pattern: str) -> list[str]:
    """The pattern's tokens as written. Raises InvalidPattern."""
    tokens: list[str] = []
    text = pattern.rstrip()
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise InvalidPattern(f"cannot read {text[place:].strip()!r}")
        tokens.append(match[match.lastgroup or 0])
        place = match.end()
    return tokens


class Tokens:
    """Tokens being read from left to right."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def ahead(self) -> str:
        """The next token, empty at the end."""
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        """The next token, moving past it. Raises InvalidPattern at the end."""
        token = self.ahead
        if not token:
            raise InvalidPattern("it ends too early")
        self._place += 1
        return token

    def expect(self, token: str) -> None:
        """Move past that token. Raises InvalidPattern if another one is there."""
        if self.take() != token:
            raise InvalidPattern(f"'{token}' is missing")

    def skip(self, token: str) -> bool:
        """Move past that token if it is next."""
        if self.ahead == token:
            self._place += 1
            return True
        return False


def read_condition(
    tokens: Tokens, read_simple: Callable[[Tokens], Condition[Subject]], depth: int = 0
) -> Condition[Subject]:
    """A condition: ``&&`` binds more closely than ``||``. Raises InvalidPattern."""
    choices = [_read_all(tokens, read_simple, depth)]
    while tokens.skip("||"):
        choices.append(_read_all(tokens, read_simple, depth))
    if len(choices) == 1:
        return choices[0]
    return lambda subject: any(choice(subject) for choice in choices)


def _read_all(tokens: Tokens, read_simple: Callable[[Tokens], Condition[Subject]], depth: int) -> Condition[Subject]:
    parts = [_read_one(tokens, read_simple, depth)]
    while tokens.skip("&&"):
        parts.append(_read_one(tokens, read_simple, depth))
    if len(parts) == 1:
        return parts[0]
    return lambda subject: all(part(subject) for part in parts)


def _read_one(tokens: Tokens, read_simple: Callable[[Tokens], Condition[Subject]], depth: int) -> Condition[Subject]:
    if not tokens.skip("("):
        return read_simple(tokens)
    if depth == _NESTING_MAX:
        raise InvalidPattern("parentheses are nested too deeply")
    inner = read_condition(tokens, read_simple, depth + 1)
    tokens.expect(")")
    return inner
