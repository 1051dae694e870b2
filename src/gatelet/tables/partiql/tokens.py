"""The tokens of a statement. Pure; linear in the text's length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")+")|(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)"""
    r"""|(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)|(?P<blank>[ \t\r\n\f]+|--[^\n]*)"""
    r"""|(?P<sign><<|>>|<=|>=|<>|!=|[=<>()\[\]{},.:?*+;-])|(?P<other>.)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is string, quoted (an identifier), number, name, sign, other (of no language) or end."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """A name in upper case; empty for what is no bare name."""
        return self.text.upper() if self.kind == "name" else ""

    @property
    def content(self) -> str:
        """A string or an identifier without its quotes."""
        if self.kind not in {"string", "quoted"}:
            return self.text
        quote = self.text[0]
        return self.text[1:-1].replace(quote * 2, quote)


def tokens_of(text: str) -> list[Token]:
    """The tokens, blanks and comments left out, ended by one of kind ``end``."""
    found = [
        Token(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(text) if match.lastgroup != "blank"
    ]
    return [*found, Token("end", "<EOF>")]
