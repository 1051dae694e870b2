"""What a rendering keeps while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from gatelet.gateway.vtl.errors import LimitExceeded
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.limits import Budget, Limits
from gatelet.gateway.vtl.values import MISSING

Run: TypeAlias = "Callable[[State], None]"
"""A statement, compiled."""

Evaluate: TypeAlias = "Callable[[State], object]"
"""An expression, compiled."""

Assign: TypeAlias = "Callable[[State, object], None]"
"""The left side of a #set, compiled."""


class Broken(Exception):
    """#break: the innermost loop, macro or block ends."""


class Stopped(Exception):
    """#stop: the template ends, with what it has written."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What a macro was given: evaluated where it was given, each time it is read (Velocity passes by name)."""

    evaluate: Evaluate
    assign: Assign | None
    frame: Frame | None


@dataclass(slots=True)
class Frame:
    """The arguments of a macro that runs."""

    arguments: dict[str, Argument]

    def read(self, state: State, name: str) -> object:
        """The value of an argument."""
        argument = self.arguments[name]
        state.budget.spend(1)
        here, state.frame = state.frame, argument.frame
        try:
            return argument.evaluate(state)
        finally:
            state.frame = here

    def assign(self, state: State, name: str, value: object) -> None:
        """#set of an argument: of what was given, if that can be assigned to, of the argument alone otherwise."""
        argument = self.arguments[name]
        if argument.assign is None:
            self.arguments[name] = Argument(lambda _: value, None, None)
            return
        here, state.frame = state.frame, argument.frame
        try:
            argument.assign(state, value)
        finally:
            state.frame = here


@dataclass(frozen=True, slots=True)
class DefinedBlock:
    """The value of a #define: rendered whenever it is read. No expression ever sees it."""

    run: Run
    cost: int
    frame: Frame | None


class Loop(HostObject):
    """``$foreach``"""

    __slots__ = ("index", "parent", "size")

    def __init__(self, size: int, parent: object) -> None:
        self.index = 0
        self.size = size
        self.parent = parent if isinstance(parent, Loop) else None

    @property
    def methods(self) -> Mapping[str, Callable[..., object]]:
        """The properties again, in Java's spelling."""
        return MappingProxyType(
            {
                "getCount": lambda: self.index + 1,
                "getIndex": lambda: self.index,
                "hasNext": lambda: self.index + 1 < self.size,
                "isFirst": lambda: self.index == 0,
                "isLast": lambda: self.index + 1 == self.size,
            }
        )

    def get_property(self, name: str) -> object:
        """index from 0, count from 1, hasNext, first, last, parent."""
        match name:
            case "hasNext":
                return self.index + 1 < self.size
            case "index":
                return self.index
            case "count":
                return self.index + 1
            case "first":
                return self.index == 0
            case "last":
                return self.index + 1 == self.size
            case "parent":
                return self.parent
        return None


class State:
    """One rendering."""

    __slots__ = ("budget", "depth", "frame", "limits", "out", "room", "variables")

    def __init__(self, variables: Mapping[str, object], limits: Limits) -> None:
        self.variables = dict(variables)
        self.limits = limits
        self.budget = Budget(limits)
        self.frame: Frame | None = None
        self.out: list[str] = []
        self.room = limits.output_bytes
        self.depth = 0

    def write(self, text: str) -> None:
        """Add to the output, or to the string that is being made. Raises LimitExceeded."""
        self.out.append(text)
        self.room -= len(text)
        if self.room < 0:
            self.check_room()

    def check_room(self) -> None:
        """Raise LimitExceeded if more was written than may be: text is counted as it is written, and checked later."""
        if self.room < 0:
            raise LimitExceeded(f"The output is larger than {self.limits.output_bytes} bytes")

    def capture(self, run: Run) -> str:
        """What a block writes, as a string."""
        out, room = self.out, self.room
        self.out, self.room = [], self.limits.output_bytes
        try:
            run(self)
            text = "".join(self.out)
        finally:
            self.out, self.room = out, room
        self.budget.make(len(text))
        return text

    def call(self, run: Run, cost: int, frame: Frame | None) -> None:
        """Run the body of a macro or of a #define, one level deeper, with its arguments."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise LimitExceeded(f"Macros or blocks are nested more than {self.limits.depth} deep")
        self.budget.spend(cost)
        self.check_room()
        here, self.frame = self.frame, frame
        try:
            run(self)
        except Broken:
            return
        finally:
            self.frame = here
            self.depth -= 1

    def read(self, name: str) -> object:
        """A variable, or MISSING."""
        if self.frame is not None and name in self.frame.arguments:
            return self.frame.read(self, name)
        value = self.variables.get(name, MISSING)
        if type(value) is DefinedBlock:
            block = value
            return self.capture(lambda state: state.call(block.run, block.cost, block.frame))
        return value

    def assign(self, name: str, value: object) -> None:
        """Set a variable; null leaves the value that it had (Velocity 1.x)."""
        if self.frame is not None and name in self.frame.arguments:
            self.frame.assign(self, name, value)
        elif value is None:
            self.variables.setdefault(name, None)
        else:
            self.variables[name] = value
