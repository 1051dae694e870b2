"""The tokens of an expression. Pure; linear in the text's length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<alias>#[A-Za-z0-9_]+)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<index>[0-9]+)|(?P<sign><=|>=|<>|[=<>(),.\[\]+-])|(?P<blank>[ \t\r\n\f]+)|(?P<other>.)",
    re.DOTALL,
)
END: Final = "<EOF>"


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is name, alias (``#a``), value (``:v``), index, sign, other (no token of any language) or end."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """A name in upper case, for words that are keywords in any case; empty for what is no name."""
        return self.text.upper() if self.kind == "name" else ""


def tokens_of(text: str) -> list[Token]:
    """The tokens, blanks left out, ended by one of kind ``end``."""
    found = [
        Token(match.lastgroup or "", match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "blank"
    ]
    found.append(Token("end", END, len(text), len(text)))
    return found
