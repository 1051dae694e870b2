r"""Reads Java's regular expressions, as far as a machine without backtracking can run them.

All but look-around, back references, possessive and atomic groups, ``\G \R \X \b{g}`` and flags within the
expression (``(?i)`` at its very beginning is read). What is not read is refused, never taken for something
else. Reference: the documentation of java.util.regex.Pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn, TypeAlias

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import PathSyntaxError
from gatelet.gateway.jsonpath.regex_characters import (
    CLASSES,
    CONTROLS,
    LINE_ENDS,
    Takes,
    all_of,
    any_of,
    negate,
    property_of,
)


class Edge(Enum):
    """An assertion: it takes no character."""

    START = "^"
    END = "$"
    LINE_START = "(?m)^"
    LINE_END = "(?m)$"
    WORD = "b"
    NOT_WORD = "B"


@dataclass(frozen=True, slots=True)
class One:
    """One character."""

    takes: Takes


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``least`` to ``most`` times; no ``most``: without end."""

    part: Node
    least: int
    most: int | None


Node: TypeAlias = One | Row | Choice | Repeat | Edge

_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}", re.ASCII)
_LEADING_FLAGS = re.compile(r"\(\?([a-zA-Z]+)\)")
_GROUP_NAME = re.compile(r"\?<[A-Za-z][A-Za-z0-9]*>", re.ASCII)
_HEX = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\}", re.ASCII)
_PROPERTY = re.compile(r"[pP](?:\{\^?(\w+)\}|([A-Z]))", re.ASCII)


class Reader:
    """Reads an expression. ``position``: where it stands in the text of the path."""

    __slots__ = ("_depth", "_flags", "_place", "_position", "_text")

    def __init__(self, text: str, flags: str, position: int) -> None:
        leading = _LEADING_FLAGS.match(text)
        self._text = text
        self._place = leading.end() if leading is not None else 0
        self._position = position
        self._flags = frozenset(flags + (leading[1] if leading is not None else ""))
        self._depth = 0
        for flag in sorted(self._flags - frozenset("imsu")):
            self._fail(f"there is no flag '{flag}' for regular expressions")

    def node(self) -> Node:
        """The whole expression. Raises PathSyntaxError."""
        found = self._choice()
        if self._place < len(self._text):
            self._fail("a group is closed that was not opened")
        return found

    def _fail(self, problem: str) -> NoReturn:
        raise PathSyntaxError(f"in the regular expression: {problem}", self._position + 1 + self._place)

    def _peek(self) -> str:
        return self._text[self._place : self._place + 1]

    def _take(self, word: str) -> bool:
        if not self._text.startswith(word, self._place):
            return False
        self._place += len(word)
        return True

    def _choice(self) -> Node:
        self._depth += 1
        if self._depth > quotas.JSONPATH_NESTING:
            self._fail("nested too deeply")
        rows = [self._row()]
        while self._take("|"):
            rows.append(self._row())
        self._depth -= 1
        return rows[0] if len(rows) == 1 else Choice(tuple(rows))

    def _row(self) -> Node:
        parts: list[Node] = []
        while (character := self._peek()) and character not in "|)":
            if self._take("\\Q"):
                literal, _, _ = self._text[self._place :].partition("\\E")
                self._place += len(literal) + 2
                parts += [One(self._cased(letter)) for letter in literal]
                continue
            parts.append(self._repeated(self._atom()))
        return Row(tuple(parts))

    def _repeated(self, part: Node) -> Node:
        mark = self._peek()
        if not mark or mark not in "*+?{":
            return part
        if mark == "{":
            found = _COUNT.match(self._text, self._place)
            if found is None:
                self._fail("'{' must hold how many times")
            self._place = found.end()
            least = int(found[1])
            most = int(found[3]) if found[3] else None if found[2] else least
            if most is not None and most < least:
                self._fail("'{' must hold how many times")
        else:
            self._place += 1
            least, most = int(mark == "+"), 1 if mark == "?" else None
        if self._take("+"):
            self._fail("possessive repetition is not supported")
        self._take("?")  # reluctant: the same, where the whole text must match
        if (mark := self._peek()) and mark in "*+?{":
            self._fail("there is nothing to repeat")
        return Repeat(part, least, most)

    def _atom(self) -> Node:
        character = self._peek()
        if character == "(":
            return self._group()
        if character == "[":
            self._place += 1
            return One(self._class())
        self._place += 1
        if character == "\\":
            return self._escape()
        if character == ".":
            return One((lambda _c: True) if "s" in self._flags else (lambda c: c not in LINE_ENDS))
        if character == "^":
            return Edge.LINE_START if "m" in self._flags else Edge.START
        if character == "$":
            return Edge.LINE_END if "m" in self._flags else Edge.END
        if character in "*+?{":
            self._place -= 1
            self._fail("there is nothing to repeat")
        return One(self._cased(character))

    def _group(self) -> Node:
        self._place += 1
        if self._peek() == "?" and not self._take("?:"):
            name = _GROUP_NAME.match(self._text, self._place)
            if name is None:
                self._fail("groups of this kind are not supported")
            self._place = name.end()
        found = self._choice()
        if not self._take(")"):
            self._fail("a group is not closed")
        return found

    def _escape(self) -> Node:
        for word, edge in (("b", Edge.WORD), ("B", Edge.NOT_WORD), ("A", Edge.START), ("z", Edge.END)):
            if self._take(word):
                return edge
        if self._take("Z"):
            return Edge.END
        return One(self._escaped_characters())

    def _escaped_characters(self) -> Takes:
        character = self._peek()
        hexadecimal = _HEX.match(self._text, self._place)
        if hexadecimal is not None:
            self._place = hexadecimal.end()
            code = int(hexadecimal[hexadecimal.lastindex or 0], 16)
            if code > 0x10FFFF:
                self._fail("there is no such character")
            return self._cased(chr(code))
        if character in {"p", "P"}:
            return self._property()
        self._place += 1
        if character.lower() in CLASSES:
            takes = CLASSES[character.lower()]
            return takes if character.islower() else negate(takes)
        if character in CONTROLS:
            return self._cased(CONTROLS[character])
        if not character or character.isalnum():
            self._fail(f"'\\{character}' is not supported")
        return self._cased(character)

    def _property(self) -> Takes:
        found = _PROPERTY.match(self._text, self._place)
        takes = property_of(found[1] or found[2]) if found is not None else None
        if found is None or takes is None:
            self._fail("this property of characters is not supported")
        self._place = found.end()
        return negate(takes) if (found[0][0] == "P") != ("^" in found[0]) else takes

    def _cased(self, character: str) -> Takes:
        letters = {character}
        if "i" in self._flags and (character.isascii() or "u" in self._flags):
            letters |= {character.lower(), character.upper()}
        return letters.__contains__

    def _class(self) -> Takes:
        self._depth += 1
        if self._depth > quotas.JSONPATH_NESTING:
            self._fail("nested too deeply")
        negated = self._take("^")
        sides: list[list[Takes]] = [[]]
        first = True
        while first or not self._take("]"):
            first = False  # a bracket that closes nothing yet is a character
            if self._take("&&"):
                sides.append([])
            elif self._take("["):
                sides[-1].append(self._class())
            else:
                sides[-1].append(self._range())
        self._depth -= 1
        takes = all_of([any_of(side) for side in sides if side])
        return negate(takes) if negated else takes

    def _range(self) -> Takes:
        low = self._single()
        if not isinstance(low, str):
            return low
        if self._peek() != "-" or self._text[self._place + 1 : self._place + 2] in {"]", "["}:
            return self._cased(low)
        self._place += 1
        high = self._single()
        if not isinstance(high, str) or high < low:
            self._fail("a range of characters is the wrong way round")
        if "i" not in self._flags:
            return lambda c: low <= c <= high
        return lambda c: low <= c <= high or low <= c.lower() <= high or low <= c.upper() <= high

    def _single(self) -> str | Takes:
        """One character of a class, or an escaped class."""
        character = self._peek()
        if not character:
            self._fail("a character class is not closed")
        self._place += 1
        if character != "\\":
            return character
        start = self._place
        takes = self._escaped_characters()
        escape = self._text[start]
        if escape in CONTROLS:
            return CONTROLS[escape]
        found = _HEX.fullmatch(self._text, start, self._place)
        if found is not None:
            return chr(int(found[found.lastindex or 0], 16))
        return takes if escape.isalnum() else escape
