r"""Regular expressions between ``%``, in time linear in the message: no pattern can stall the house.

The language of the user guide ("Supported regular expressions syntax"): letters, digits and
``:_#=@/;,-``; the operators ``^ $ ? [ ] { } | \ * + .``; no parentheses, so an expression is a list of
alternatives, each a row of characters with repetition. Such a row is a chain of states; sets of states
are whole numbers, and the steps between them are kept as they are first taken.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from gatelet.logs.filter.errors import InvalidPattern

_OTHER = 128
"""Stands for every character outside ASCII: only negated classes and the dot match it."""

_ALL = (1 << 129) - 1
_LITERALS = frozenset(string.ascii_letters + string.digits + ":_#=@/;,- ")
_STATES_MAX = 1_000
_STEPS_KEPT = 50_000
_REPEAT = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]{2}", re.ASCII)


def _set_of(characters: str) -> int:
    return sum(1 << ord(character) for character in set(characters))


_CLASSES = {
    "d": _set_of(string.digits),
    "w": _set_of(string.ascii_letters + string.digits + "_"),
    "s": _set_of(" \t\n\x0b\f\r"),
}
_CLASSES |= {name.upper(): _ALL & ~members for name, members in _CLASSES.items()}
_DOT = _ALL & ~_set_of("\n\r")


@dataclass(frozen=True, slots=True)
class _Link:
    """One link of a chain: the characters it takes, whether it may be left out, and taken again."""

    members: int
    optional: bool = False
    again: bool = False


@dataclass(slots=True)
class _Chain:
    """One alternative."""

    links: list[_Link]
    anchored: bool = False
    to_end: bool = False


class Regex:
    """A compiled expression. Raises InvalidPattern for what the language does not have."""

    __slots__ = ("_accept", "_accept_at_end", "_again", "_links", "_once", "_steps")

    def __init__(self, text: str) -> None:
        chains = _Reader(text).chains()
        self._links: list[_Link | None] = []  # all chains in a row, None where one ends
        self._once = self._again = self._accept = self._accept_at_end = 0
        for chain in chains:
            first = 1 << len(self._links)
            self._links += [*chain.links, None]
            end = 1 << (len(self._links) - 1)
            self._once |= first
            if not chain.anchored:
                self._again |= first  # it may begin at every character
            if chain.to_end:
                self._accept_at_end |= end
            else:
                self._accept |= end
        if len(self._links) > _STATES_MAX:
            raise InvalidPattern("the regular expression is too large")
        self._once = self._with_optional(self._once)
        self._again = self._with_optional(self._again)
        self._steps: dict[tuple[int, str], int] = {}

    def search(self, text: str) -> bool:
        """Whether the expression matches somewhere in the text; ``$`` is also before a last line feed."""
        state = self._once
        steps = self._steps
        body = len(text) - text.endswith("\n")
        for place, character in enumerate(text):
            if state & self._accept or (place == body and state & self._accept_at_end):
                return True
            step = (state, min(character, "\x80"))
            found = steps.get(step)
            state = self._step(step) if found is None else found
        return bool(state & (self._accept | self._accept_at_end))

    def _step(self, step: tuple[int, str]) -> int:
        state, character = step
        bit = 1 << min(ord(character), _OTHER)
        reached = 0
        for index, link in enumerate(self._links):
            if link is not None and state >> index & 1 and link.members & bit:
                reached |= 2 << index
                if link.again:
                    reached |= 1 << index
        reached = self._with_optional(reached) | self._again
        if len(self._steps) >= _STEPS_KEPT:
            self._steps.clear()
        self._steps[step] = reached
        return reached

    def _with_optional(self, state: int) -> int:
        for index, link in enumerate(self._links):
            if link is not None and link.optional and state >> index & 1:
                state |= 2 << index
        return state


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def chains(self) -> list[_Chain]:
        """The alternatives."""
        if not self._text:
            raise InvalidPattern("the regular expression is empty")
        chains = [_Chain([])]
        size = 0
        while self._place < len(self._text):
            character = self._next()
            chain = chains[-1]
            if character == "|":
                chains.append(_Chain([]))
            elif chain.to_end:
                raise InvalidPattern("'$' must end the regular expression")
            elif character == "$":
                chain.to_end = True
            elif character == "^":
                if chain.links or chain.anchored:
                    raise InvalidPattern("'^' must begin the regular expression")
                chain.anchored = True
            else:
                links = self._repeated(self._members(character))
                chain.links += links
                size += len(links)
            if size > _STATES_MAX:
                raise InvalidPattern("the regular expression is too large")
        return chains

    def _next(self) -> str:
        if self._place == len(self._text):
            raise InvalidPattern("the regular expression ends too early")
        self._place += 1
        return self._text[self._place - 1]

    def _members(self, character: str) -> int:
        if character == ".":
            return _DOT
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escaped()
        if character not in _LITERALS:
            raise InvalidPattern(f"'{character}' is not supported in a regular expression")
        return 1 << ord(character)

    def _escaped(self) -> int:
        character = self._next()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in string.punctuation:
            return 1 << ord(character)
        digits = _HEX.match(self._text, self._place) if character == "x" else None
        if digits is None or int(digits[0], 16) >= _OTHER:
            raise InvalidPattern(f"'\\{character}' is not supported in a regular expression")
        self._place += 2
        return 1 << int(digits[0], 16)

    def _class(self) -> int:
        members, low = 0, -1
        negated = self._text.startswith("^", self._place)
        self._place += negated
        while (character := self._next()) != "]":
            if character == "-" and low >= 0 and not self._text.startswith("]", self._place):
                high = self._single(self._class_members(self._next()))
                if high < low:
                    raise InvalidPattern("a range of characters is the wrong way round")
                members |= (2 << high) - (1 << low)
                low = -1
            else:
                found = self._class_members(character)
                members |= found
                low = found.bit_length() - 1 if found.bit_count() == 1 else -1
        if not members:
            raise InvalidPattern("a character class is empty")
        return _ALL & ~members if negated else members

    def _class_members(self, character: str) -> int:
        if character == "\\":
            return self._escaped()
        if character not in _LITERALS and character not in "^$?{}|*+.":
            raise InvalidPattern(f"'{character}' is not supported in a character class")
        return 1 << ord(character)

    def _single(self, members: int) -> int:
        if members.bit_count() != 1:
            raise InvalidPattern("a range of characters needs one character at each end")
        return members.bit_length() - 1

    def _repeated(self, members: int) -> list[_Link]:
        mark = self._text[self._place : self._place + 1]
        if mark and mark in "?*+":
            self._place += 1
            return [_Link(members, optional=mark in "?*", again=mark in "*+")]
        if mark != "{":
            return [_Link(members)]
        match = _REPEAT.match(self._text, self._place)
        if match is None:
            raise InvalidPattern("'{' must hold how many times")
        self._place = match.end()
        least = int(match[1])
        if match[2] and match[3] is None:
            return [_Link(members)] * least + [_Link(members, optional=True, again=True)]
        most = int(match[3]) if match[2] else least
        if most < least or most == 0:
            raise InvalidPattern("'{' must hold how many times")
        return [_Link(members)] * least + [_Link(members, optional=True)] * (most - least)
