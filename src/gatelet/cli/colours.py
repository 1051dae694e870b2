"""Colours on a terminal: each name has one of its own, in the order in which names come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

_CODES = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
"""ANSI foreground colours that are read on dark and on light grounds (ECMA-48, SGR)."""


@dataclass(slots=True)
class Colours:
    """Paints words; without ``enabled`` it leaves them as they are."""

    enabled: bool
    _given: dict[str, int] = field(default_factory=dict)

    def paint(self, name: str, text: str) -> str:
        """The text in the colour of the name."""
        if not self.enabled:
            return text
        code = self._given.setdefault(name, _CODES[len(self._given) % len(_CODES)])
        return f"\x1b[{code}m{text}\x1b[0m"


def colours_of(stream: TextIO, environment: Mapping[str, str]) -> Colours:
    """Colours for a terminal that wants them: https://no-color.org and ``TERM=dumb`` say no."""
    wanted = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return Colours(wanted and stream.isatty())
