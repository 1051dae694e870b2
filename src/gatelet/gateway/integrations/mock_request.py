"""The status that a MOCK request asks for, read as leniently as AWS reads it.

Names and texts may stand without quotes or in single ones, members that mean nothing are passed over, a comma may
end the list; quotes and brackets have to be closed. Reference: apigateway-data-plane section 9.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_MARKS = re.compile(r"[\\{}\[\]\"',:]")
_OPENING, _CLOSING, _QUOTES = "{[", "}]", "\"'"


def status_of(text: str) -> int | None:
    """The integer ``statusCode``; None if there is none, or the text is not like a JSON object."""
    text = text.strip()
    if len(text) < 2 or text[0] != "{" or text[-1] != "}":
        return None
    found = None
    try:
        for name, value in _members(text[1:-1]):
            if name == "statusCode":
                found = value
    except ValueError:
        return None
    return int(found) if found is not None and _INTEGER.fullmatch(found) else None


def _members(text: str) -> Iterator[tuple[str, str]]:
    """The members' names without quotes, and their values as they stand. Raises ValueError."""
    for member in _split(text, ","):
        name, *rest = _split(member, ":")
        if rest:
            yield _unquoted(name.strip()), ":".join(rest).strip()


def _unquoted(name: str) -> str:
    return name[1:-1] if len(name) > 1 and name[0] in _QUOTES and name[-1] == name[0] else name


def _split(text: str, separator: str) -> list[str]:
    """The text at its separators outside of quotes and brackets. Raises ValueError for an open one."""
    parts: list[str] = []
    start = depth = 0
    quote = ""
    after_escape = -1
    for found in _MARKS.finditer(text):
        place, character = found.start(), found[0]
        if place == after_escape:
            continue
        if quote:
            after_escape = place + 1 if character == "\\" else -1
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
            if depth < 0:
                raise ValueError("a bracket is closed that was not opened")
        elif character == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    if quote or depth:
        raise ValueError("a quote or a bracket is not closed")
    return [*parts, text[start:]]
