"""A place in a template's text, and the small words of the language."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

from gatelet.gateway.vtl.errors import Place, TemplateSyntaxError
from gatelet.gateway.vtl.limits import NESTING

SPACE = re.compile(r"[ \t\r\n]*")
LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
_START = Place(1, 1)
_NEWLINE = re.compile(r"\n|\r(?!\n)")


class Scanner:
    """Reads a text from left to right. ``origin`` is where the text begins in its template."""

    def __init__(self, text: str, origin: Place = _START, nesting: int = 0) -> None:
        self.text = text
        self.position = 0
        self.nesting = nesting
        self._origin = origin
        self._lines = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def place(self, position: int | None = None) -> Place:
        """The line and column of a position, the current one unless given."""
        position = self.position if position is None else position
        line = bisect_right(self._lines, position) - 1
        column = position - self._lines[line]
        if line == 0:
            return Place(self._origin.line, self._origin.column + column)
        return Place(self._origin.line + line, column + 1)

    def fail(self, message: str, position: int | None = None) -> TemplateSyntaxError:
        """The error for what stands at a position."""
        return TemplateSyntaxError(message, self.place(position))

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.text)

    def looking_at(self, word: str) -> bool:
        """Whether the word is next."""
        return self.text.startswith(word, self.position)

    def take(self, word: str) -> bool:
        """Go past the word if it is next."""
        found = self.looking_at(word)
        if found:
            self.position += len(word)
        return found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what the pattern matches here."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def skip_space(self) -> None:
        """Go past white space, line ends included."""
        self.match(SPACE)

    def expect(self, word: str, where: str) -> None:
        """Go past the word, after any space; TemplateSyntaxError if another stands there."""
        self.skip_space()
        if not self.take(word):
            found = repr(self.text[self.position]) if not self.at_end() else "the end of the template"
            raise self.fail(f"Encountered {found} where '{word}' was expected in {where}")

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper, within the bound that keeps every later walk of the tree shallow."""
        self.nesting += 1
        if self.nesting > NESTING:
            raise self.fail("The template is nested too deeply")
        yield
        self.nesting -= 1

    def string(self) -> str:
        r"""Go past a string literal and return what is between its quotes, doubled quotes made single.

        As in Velocity 1.7 a backslash stays in the string and only keeps a double quote from ending it,
        and of all readings the longest counts (``"\\"`` ends only if no later quote can end it).
        """
        start = self.position
        quote = self.text[start]
        end = -1
        at = self.text.find(quote, start + 1)
        while at >= 0:
            end = at
            if quote == '"' and self.text[at - 1] == "\\" and at - 1 > start:
                pass
            elif self.text.startswith(quote, at + 1):
                at += 1
            else:
                break
            at = self.text.find(quote, at + 1)
        if end < 0:
            raise self.fail("A string is not closed", start)
        self.position = end + 1
        return self.text[start + 1 : end].replace(quote * 2, quote)
