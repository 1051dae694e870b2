"""Policy variables: ``${aws:username}``, ``${key, 'default'}``, and the escapes ``${*}``, ``${?}``, ``${$}``.

Reference: identity section 2 ("variables"). A value that a variable brings in is literal: a ``*`` in it
is no wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatelet.policy.errors import MalformedPolicy, Unresolved
from gatelet.policy.wildcard import Atom, Wild

Context = Mapping[str, tuple[str, ...]]
"""The request's condition keys, in lower case, with their values."""

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE = re.compile(r"\s*([^\s,'][^,']*?)\s*(?:,\s*'([^']*)'\s*)?")


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a condition key of the request."""

    key: str
    default: str | None

    def value(self, context: Context) -> str:
        """Its one value. Raises Unresolved when it has none, or several."""
        values = context.get(self.key, ())
        if len(values) == 1:
            return values[0]
        if not values and self.default is not None:
            return self.default
        raise Unresolved(self.key)


Part = Atom | Variable


def parse(text: str, *, wildcards: bool, variables: bool) -> tuple[Part, ...]:
    """The parts of a text of a policy. Raises MalformedPolicy for a broken reference."""
    parts: list[Part] = []
    at = 0
    if variables:
        for found in _REFERENCE.finditer(text):
            parts.extend(_literal(text[at : found.start()], wildcards=wildcards))
            parts.append(_reference(found[1]))
            at = found.end()
        if "${" in text[at:]:
            raise MalformedPolicy("Syntax errors in policy.")
    parts.extend(_literal(text[at:], wildcards=wildcards))
    return tuple(parts)


def expand(parts: tuple[Part, ...], context: Context) -> tuple[Atom, ...]:
    """The parts with every variable replaced by its value. Raises Unresolved."""
    return tuple(part.value(context) if isinstance(part, Variable) else part for part in parts)


def split(parts: tuple[Part, ...], separator: str, most: int) -> list[tuple[Part, ...]]:
    """The parts cut at the separators that stand in literal text, at most ``most`` times."""
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        first, *others = part.split(separator, most - len(pieces) + 1)
        pieces[-1].append(first)
        pieces.extend([other] for other in others)
    return [tuple(piece) for piece in pieces]


def _literal(text: str, *, wildcards: bool) -> Iterator[Atom]:
    if not wildcards:
        if text:
            yield text
        return
    for piece in re.split(r"([*?])", text):
        if piece in {"*", "?"}:
            yield Wild(piece)
        elif piece:
            yield piece


def _reference(inside: str) -> Part:
    if inside in {"*", "?", "$"}:
        return inside
    found = _VARIABLE.fullmatch(inside)
    if found is None:
        raise MalformedPolicy("Syntax errors in policy.")
    return Variable(found[1].lower(), found[2])
