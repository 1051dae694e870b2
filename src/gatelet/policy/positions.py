"""Where the statements of a policy's text stand: line and column, from 1, as IAM's simulator tells them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

_DECODER: Final = json.JSONDecoder()
_BLANKS: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Span:
    """From the first character of a statement to the one after its last, as offsets into the text."""

    start: int
    end: int


def statement_spans(text: str) -> list[Span]:
    """The statements of a policy that was read before, in order."""
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        member, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if member == "Statement":
            return _spans(text, at)
        _, at = _DECODER.raw_decode(text, at)
        at = _next(text, at)
    return []


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _spans(text: str, at: int) -> list[Span]:
    if text[at] != "[":
        return [Span(at, _DECODER.raw_decode(text, at)[1])]
    spans = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _DECODER.raw_decode(text, at)[1]
        spans.append(Span(at, end))
        at = _next(text, end)
    return spans


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANKS:
        at += 1
    return at


def _next(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
