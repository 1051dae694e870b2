"""Texts with ``*`` and ``?``, matched in time linear in the text (no regular expressions, no backtracking)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Wild(Enum):
    """A wildcard: exactly one character, or any number of them."""

    ONE = "?"
    MANY = "*"


Atom = str | Wild
"""A literal piece of text, or a wildcard."""

_Segment = tuple[str | None, ...] | str
"""What stands between two ``*``: a text, or its characters with None for ``?``."""


class Glob:
    """A pattern ready to be matched against whole texts, case-sensitively."""

    __slots__ = ("_segments",)

    def __init__(self, atoms: Iterable[Atom]) -> None:
        segments: list[list[str | None]] = [[]]
        for atom in atoms:
            if atom is Wild.MANY:
                segments.append([])
            elif atom is Wild.ONE:
                segments[-1].append(None)
            else:
                segments[-1].extend(atom)
        self._segments: tuple[_Segment, ...] = tuple(_segment(characters) for characters in segments)

    def matches(self, text: str) -> bool:
        """Whether the whole text fits. Leftmost fits of the middle segments are always enough."""
        first, last = self._segments[0], self._segments[-1]
        if len(self._segments) == 1:
            return len(text) == len(first) and _fits(first, text, 0)
        start, end = len(first), len(text) - len(last)
        if end < start or not _fits(first, text, 0) or not _fits(last, text, end):
            return False
        for segment in self._segments[1:-1]:
            at = _find(segment, text, start, end)
            if at < 0:
                return False
            start = at + len(segment)
        return True


def _segment(characters: list[str | None]) -> _Segment:
    if None in characters:
        return tuple(characters)
    return "".join(character for character in characters if character is not None)


def _fits(segment: _Segment, text: str, at: int) -> bool:
    if isinstance(segment, str):
        return text.startswith(segment, at)
    return all(expected is None or text[at + i] == expected for i, expected in enumerate(segment))


def _find(segment: _Segment, text: str, start: int, end: int) -> int:
    if isinstance(segment, str):
        return text.find(segment, start, end)
    for at in range(start, end - len(segment) + 1):
        if _fits(segment, text, at):
            return at
    return -1
