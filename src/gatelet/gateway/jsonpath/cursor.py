"""A place in the text of a path, and the words that paths and filters share: blanks, strings, numbers, JSON."""

from __future__ import annotations

import re
from typing import NoReturn

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import PathSyntaxError

_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]{4}", re.ASCII)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_NUMBER_CHARACTERS = 400


class Cursor:
    """Reads a text from left to right; ``depth`` counts what is open around the place."""

    __slots__ = ("_depth", "position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._depth = 0

    def fail(self, problem: str, position: int | None = None) -> NoReturn:
        """Raises PathSyntaxError here, or where told."""
        raise PathSyntaxError(problem, self.position if position is None else position)

    def peek(self) -> str:
        """The character here; empty at the end."""
        return self.text[self.position : self.position + 1]

    def at(self, word: str) -> bool:
        """Whether the word stands here."""
        return self.text.startswith(word, self.position)

    def take(self, word: str) -> bool:
        """Steps over the word if it stands here."""
        if not self.text.startswith(word, self.position):
            return False
        self.position += len(word)
        return True

    def expect(self, word: str) -> None:
        """Steps over the word. Raises PathSyntaxError if it does not stand here."""
        if not self.take(word):
            self.fail(f"expected '{word}'")

    def blanks(self) -> None:
        """Steps over white space."""
        found = _BLANKS.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def enter(self) -> None:
        """One more level opens. Raises PathSyntaxError if there are too many."""
        self._depth += 1
        if self._depth > quotas.JSONPATH_NESTING:
            self.fail("nested too deeply")

    def leave(self) -> None:
        """The level that opened last closes."""
        self._depth -= 1

    def quoted(self) -> str:
        """A string in single or double quotes, its escapes resolved."""
        start = self.position
        quote = self.text[start]
        self.position += 1
        parts: list[str] = []
        while (character := self.peek()) != quote:
            if not character:
                self.fail("the string is not closed", start)
            self.position += 1
            parts.append(self._escaped() if character == "\\" else character)
        self.position += 1
        text = "".join(parts)
        # two escapes may make one character: \\ud83d\\ude00
        return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

    def _escaped(self) -> str:
        character = self.peek()
        if not character:
            self.fail("the string is not closed")
        self.position += 1
        if character != "u":
            return _ESCAPES.get(character, character)
        digits = _HEX.match(self.text, self.position)
        if digits is None:
            self.fail("expected four hexadecimal digits")
        self.position = digits.end()
        return chr(int(digits[0], 16))

    def number(self) -> int | float:
        """A JSON number; leading zeros are let pass."""
        found = _NUMBER.match(self.text, self.position)
        if found is None or len(found[0]) > _NUMBER_CHARACTERS:
            self.fail("expected a number")
        self.position = found.end()
        return int(found[0]) if found[1] is None and found[2] is None else float(found[0])

    def literal(self) -> object:
        """Null, a boolean, a number, a string, or a list or object of such."""
        character = self.peek()
        if character in {"'", '"'}:
            return self.quoted()
        if character == "[":
            return self._list()
        if character == "{":
            return self._object()
        for word, value in _WORDS.items():
            if self.take(word):
                if self.peek().isalnum():
                    self.fail("expected a value")
                return value
        if character != "-" and not character.isdecimal():
            self.fail("expected a value")
        return self.number()

    def _list(self) -> list[object]:
        self.expect("[")
        self.enter()
        values: list[object] = []
        self.blanks()
        while not self.take("]"):
            if values:
                self.expect(",")
                self.blanks()
            values.append(self.literal())
            self.blanks()
        self.leave()
        return values

    def _object(self) -> dict[str, object]:
        self.expect("{")
        self.enter()
        members: dict[str, object] = {}
        self.blanks()
        while not self.take("}"):
            if members:
                self.expect(",")
                self.blanks()
            if self.peek() not in {"'", '"'}:
                self.fail("expected a name in quotes")
            name = self.quoted()
            self.blanks()
            self.expect(":")
            self.blanks()
            members[name] = self.literal()
            self.blanks()
        self.leave()
        return members
