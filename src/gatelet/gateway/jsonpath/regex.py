"""Regular expressions that cannot stall: a machine of states that reads each character once.

The expression becomes states with free moves between them; a set of states is a step of the machine, made
when it is first met and kept. What a match costs is told to ``spend``: a made step as many visits as it has
states, a kept one an eighth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import PathSyntaxError
from gatelet.gateway.jsonpath.regex_characters import Takes
from gatelet.gateway.jsonpath.regex_syntax import Choice, Edge, Node, One, Reader, Repeat, Row

_STATES_KEPT = 100_000  # in all kept steps together
_Place: TypeAlias = "tuple[frozenset[int], _Around]"  # the states, and what stands before them


class _Around(IntEnum):
    """What stands beside a place in the text."""

    NOTHING = 0
    LINE_END = 1
    WORD = 2
    OTHER = 3


def _around(character: str) -> _Around:
    if not character:
        return _Around.NOTHING
    if character in "\n\r\x85\u2028\u2029":
        return _Around.LINE_END
    return _Around.WORD if character == "_" or character.isalnum() else _Around.OTHER


def _holds(edge: Edge, before: _Around, after: _Around) -> bool:
    match edge:
        case Edge.START:
            return before is _Around.NOTHING
        case Edge.END:
            return after is _Around.NOTHING
        case Edge.LINE_START:
            return before in {_Around.NOTHING, _Around.LINE_END}
        case Edge.LINE_END:
            return after in {_Around.NOTHING, _Around.LINE_END}
    return ((before is _Around.WORD) != (after is _Around.WORD)) == (edge is Edge.WORD)


@dataclass(slots=True)
class _State:
    """Either takes a character and goes on, or goes on freely, perhaps only at an edge."""

    takes: Takes | None = None
    edge: Edge | None = None
    onward: list[int] = field(default_factory=list)


class _Builder:
    """Lays the states of an expression out."""

    __slots__ = ("_laid", "states")

    def __init__(self) -> None:
        self.states: list[_State] = []
        self._laid = 0

    def state(self, takes: Takes | None = None, edge: Edge | None = None) -> int:
        """A new state. Raises OverflowError if there are too many."""
        if len(self.states) >= quotas.JSONPATH_REGEX_STATES:
            raise OverflowError
        self.states.append(_State(takes, edge))
        return len(self.states) - 1

    def lay(self, node: Node, start: int) -> int:
        """Lays the node out behind a state; gives the state where it ends. Raises OverflowError."""
        self._laid += 1
        if self._laid > 2 * quotas.JSONPATH_REGEX_STATES:  # what takes nothing, thousands of times
            raise OverflowError
        match node:
            case One(takes):
                return self._single(start, self.state(takes=takes))
            case Row(parts):
                for part in parts:
                    start = self.lay(part, start)
                return start
            case Choice(parts):
                end = self.state()
                for part in parts:
                    self._join(self.lay(part, self._single(start, self.state())), end)
                return end
            case Repeat(part, least, most):
                return self._repeat(part, least, most, start)
            case Edge():
                return self._single(start, self.state(edge=node))

    def _join(self, start: int, end: int) -> None:
        self.states[start].onward.append(end)

    def _single(self, start: int, state: int) -> int:
        self._join(start, state)
        end = self.state()
        self._join(state, end)
        return end

    def _repeat(self, part: Node, least: int, most: int | None, start: int) -> int:
        for _ in range(least):
            start = self.lay(part, start)
        end = self.state()
        if most is None:
            turn = self._single(start, self.state())
            self._join(self.lay(part, turn), turn)
            self._join(turn, end)
            return end
        for _ in range(most - least):
            self._join(start, end)
            start = self.lay(part, start)
        self._join(start, end)
        return end


class Regex:
    """A compiled expression."""

    __slots__ = ("_end", "_kept", "_start", "_states", "_steps")

    def __init__(self, node: Node) -> None:
        builder = _Builder()
        first = builder.state()
        self._end = builder.lay(node, first)
        self._states = builder.states
        self._start: _Place = (frozenset({first}), _Around.NOTHING)
        self._steps: dict[tuple[_Place, str], _Place] = {}
        self._kept = 0

    def matches(self, text: str, spend: Callable[[int], None]) -> bool:
        """Whether the whole text matches. ``spend`` is told what that costs and may raise."""
        spend(len(text) // 8 + 1)
        place = self._start
        for character in text:
            step = self._steps.get((place, character))
            place = self._make_step(place, character, spend) if step is None else step
            if not place[0]:
                return False
        states, before = place
        spend(len(states))
        return self._end in self._reach(states, before, _Around.NOTHING)

    def _make_step(self, place: _Place, character: str, spend: Callable[[int], None]) -> _Place:
        states, before = place
        reached = self._reach(states, before, _around(character))
        spend(len(reached) + 1)
        onward: set[int] = set()
        for number in reached:
            state = self._states[number]
            if state.takes is not None and state.takes(character):
                onward.update(state.onward)
        following = (frozenset(onward), _around(character))
        self._kept += len(onward) + 1
        if self._kept > _STATES_KEPT:
            self._steps.clear()
            self._kept = len(onward) + 1
        self._steps[place, character] = following
        return following

    def _reach(self, states: frozenset[int], before: _Around, after: _Around) -> set[int]:
        """All states that free moves lead to."""
        reached = set(states)
        waiting = list(states)
        while waiting:
            state = self._states[waiting.pop()]
            if state.takes is not None or (state.edge is not None and not _holds(state.edge, before, after)):
                continue
            for number in state.onward:
                if number not in reached:
                    reached.add(number)
                    waiting.append(number)
        return reached


def compile_regex(expression: str, flags: str, position: int) -> Regex:
    """Compiles ``/expression/flags``. ``position``: where it begins in the path. Raises PathSyntaxError."""
    try:
        return Regex(Reader(expression, flags, position).node())
    except OverflowError:
        raise PathSyntaxError("the regular expression is too large", position) from None
