r"""Java's regular expressions for ``matches``, ``replaceAll`` and ``split``, with their cost known beforehand.

An expression is read once, put into Python's spelling, and its worst case counted: quantifiers in a row
multiply the ways a match can be tried, alternatives add them up. What could try too many ways for its text
is refused (LimitExceeded), and so are quantifiers inside a quantified group, so nothing can stall the gateway.
Back references, look-around, ``\Q..\E``, ``\p{..}`` and class intersections are not in the language here.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from gatelet.gateway.vtl.errors import EvaluationFailed, LimitExceeded
from gatelet.gateway.vtl.limits import NESTING, Budget

_PATTERN_CHARACTERS: Final = 500
_ATTEMPTS: Final = 20_000_000
_ATTEMPTS_A_STEP: Final = 200
_REPEAT = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}", re.ASCII)
_GROUP = re.compile(r"\((?!\?)|\(\?:|\(\?<([A-Za-z][A-Za-z0-9]*)>")
_FLAGS = re.compile(r"\(\?([is]+)\)")
_UNICODE = re.compile(r"u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}")
_REPLACEMENT = re.compile(r"\\(.?)|\$(?:([0-9])|\{([A-Za-z][A-Za-z0-9]*)\})?", re.DOTALL)
_KNOWN_ESCAPES = frozenset("dDwWsStnrfbB")
_LITERAL = re.compile(r"(?:[^\\^$.|?*+()\[\]{}]|\\[!-/:-@\[-`{-~])*")
_ESCAPE = re.compile(r"\\(.)")
_MANY = 0
"""Stands for "as many as the text has" among the factors of a cost."""


Rows: TypeAlias = "list[list[int | Rows]]"
"""Alternatives, each with the factors of its quantifiers and the alternatives of its groups."""


class Regex:
    """An expression, ready for texts. Raises EvaluationFailed for what Java would not compile.

    ``literal``: the text that it stands for, if it says no more than that.
    """

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _PATTERN_CHARACTERS:
            raise LimitExceeded("A regular expression is too long")
        self.literal = _ESCAPE.sub(r"\1", pattern) if _LITERAL.fullmatch(pattern) else None
        reader = _Reader(pattern)
        try:
            self._compiled = re.compile(reader.read(), re.ASCII | reader.flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise EvaluationFailed(f"The regular expression {pattern} is not valid: {error}") from None
        self._rows = reader.rows

    def matches(self, text: str, budget: Budget) -> bool:
        """Whether it matches the whole text."""
        self._spend(text, budget)
        return self._compiled.fullmatch(text) is not None

    def find_all(self, text: str, budget: Budget) -> Iterator[re.Match[str]]:
        """Every match, from left to right."""
        self._spend(text, budget)
        return self._compiled.finditer(text)

    def replace_literal(self, text: str, plain: str, budget: Budget) -> str:
        """The text with every occurrence of the literal replaced."""
        assert self.literal is not None
        self._spend(text, budget)
        count = text.count(self.literal)
        if count:
            budget.spend(count)
            budget.make(len(text) + count * (len(plain) - len(self.literal)))
            text = text.replace(self.literal, plain)
        return text

    def _spend(self, text: str, budget: Budget) -> None:
        length = len(text) + 1
        attempts = length * (1 if self.literal else _ways(self._rows, length))
        if attempts > _ATTEMPTS:
            raise LimitExceeded("A regular expression could take too long on its text")
        budget.spend(1 + attempts // _ATTEMPTS_A_STEP)


regex = lru_cache(maxsize=512)(Regex)
"""The expression of a pattern: templates use the same few again and again."""


def _ways(rows: Rows, length: int) -> int:
    """How often, at most, a match is tried from one place of a text of that length."""
    return sum(
        math.prod(_ways(item, length) if isinstance(item, list) else (item or length) for item in row) for row in rows
    )


def replacement_text(template: str, match: re.Match[str]) -> str:
    r"""What ``$1``, ``${name}`` and ``\c`` in a replacement stand for (Matcher.appendReplacement)."""

    def part(found: re.Match[str]) -> str:
        if found[0][0] == "\\":
            if not found[1]:
                raise EvaluationFailed("A replacement ends with a backslash")
            return found[1]
        group = int(found[2]) if found[2] else found[3]
        if group is None:
            raise EvaluationFailed("A replacement has a dollar sign without a group")
        try:
            return match[group] or ""
        except IndexError:
            raise EvaluationFailed(f"A replacement names the group {group}, which is not there") from None

    return _REPLACEMENT.sub(part, template)


class _Reader:
    """Reads an expression and writes it as Python spells it."""

    def __init__(self, pattern: str) -> None:
        self.flags = 0
        self.rows: Rows = []
        self._pattern = pattern
        self._place = 0
        if flags := _FLAGS.match(pattern):
            self._place = flags.end()
            self.flags = (re.IGNORECASE if "i" in flags[1] else 0) | (re.DOTALL if "s" in flags[1] else 0)

    def read(self) -> str:
        """The whole expression."""
        text, _, self.rows = self._alternatives(0)
        if self._place < len(self._pattern):
            raise EvaluationFailed("A regular expression closes a group that it does not open")
        return text

    def _alternatives(self, depth: int) -> tuple[str, bool, Rows]:
        """The text between ``|``, whether there is a choice in it, and its cost."""
        if depth > NESTING:
            raise LimitExceeded("A regular expression is nested too deeply")
        texts, choice = [""], False
        rows: Rows = [[]]
        while self._place < len(self._pattern):
            character = self._pattern[self._place]
            if character == ")":
                break
            if character == "|":
                self._place += 1
                texts.append("")
                rows.append([])
                choice = True
                continue
            atom, inner_choice, inner_rows = self._atom(character, depth)
            mark, factor = self._quantifier(inner_choice)
            choice = choice or inner_choice or bool(mark)
            texts[-1] += atom + mark
            rows[-1] += [item for item in (inner_rows, factor) if item not in ([], 1)]
        return "|".join(texts), choice, rows

    def _atom(self, character: str, depth: int) -> tuple[str, bool, Rows]:
        self._place += 1
        if character == "(":
            group = _GROUP.match(self._pattern, self._place - 1)
            if group is None:
                raise EvaluationFailed("A regular expression has a group that templates cannot use")
            self._place = group.end()
            inside, choice, rows = self._alternatives(depth + 1)
            if not self._pattern.startswith(")", self._place):
                raise EvaluationFailed("A regular expression does not close a group")
            self._place += 1
            opening = f"(?P<{group[1]}>" if group[1] else group[0]
            return f"{opening}{inside})", choice, rows
        if character == "[":
            return self._class(), False, []
        if character == "\\":
            return self._escape(in_class=False), False, []
        if character in "?*+{":
            raise EvaluationFailed("A regular expression repeats nothing")
        return character if character in ".^$" else re.escape(character), False, []

    def _escape(self, *, in_class: bool) -> str:
        character = self._pattern[self._place : self._place + 1]
        if code := _UNICODE.match(self._pattern, self._place):
            self._place = code.end()
            return "\\" + code[0]
        self._place += 1
        if character and character in _KNOWN_ESCAPES and not (in_class and character in "bB"):
            return "\\" + character
        if character and not (character in string.ascii_letters or character in string.digits):
            return re.escape(character)
        raise EvaluationFailed(f"A regular expression has an escape that templates cannot use: \\{character}")

    def _class(self) -> str:
        text = "["
        if self._pattern.startswith("^", self._place):
            self._place += 1
            text += "^"
        first = True
        while True:
            character = self._pattern[self._place : self._place + 1]
            self._place += 1
            if not character:
                raise EvaluationFailed("A regular expression does not close a class")
            if character == "]" and not first:
                return text + "]"
            if character == "[" or self._pattern.startswith("&&", self._place - 1):
                raise EvaluationFailed("A regular expression has a class that templates cannot use")
            if character == "\\":
                text += self._escape(in_class=True)
            else:
                following = self._pattern[self._place : self._place + 1]
                is_range = character == "-" and not first and following not in {"]", "-"} and text[-1] != "-"
                text += "-" if is_range else re.escape(character)
            first = False

    def _quantifier(self, inner_choice: bool) -> tuple[str, int]:
        """The quantifier that follows, if any, and its factor."""
        mark = self._pattern[self._place : self._place + 1]
        if not mark or mark not in "?*+{":
            return "", 1
        if mark == "{":
            repeat = _REPEAT.match(self._pattern, self._place)
            if repeat is None:
                raise EvaluationFailed("A regular expression has a repetition that is not valid")
            mark = repeat[0]
            factor = _MANY if repeat[2] and not repeat[3] else max(int(repeat[3] or repeat[1]), 1)
            once = repeat[0] in {"{0,1}", "{1}"}
        else:
            factor = 2 if mark == "?" else _MANY
            once = mark == "?"
        if inner_choice and not once:
            raise LimitExceeded("A regular expression repeats a group that has choices in it")
        self._place += len(mark)
        suffix = self._pattern[self._place : self._place + 1]
        if suffix and suffix in "?+":
            self._place += 1
            mark += suffix
        last = self._place == len(self._pattern)
        return mark, 1 if last and factor == _MANY else factor  # nothing after it can fail
