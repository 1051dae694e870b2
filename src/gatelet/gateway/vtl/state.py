"""What a rendering keeps while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from gatelet.gateway.vtl.errors import LimitExceeded, Place, TemplateError
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.limits import Budget, Limits

Arguments: TypeAlias = "tuple[Argument | None, ...]"
"""What the macro that is running was given, by the place of its parameters."""

Run: TypeAlias = "Callable[[State, Arguments], object]"
"""A compiled function: it prints, or gives a value."""


class Broken(Exception):
    """#break: the innermost loop, macro or block ends."""


class Stopped(Exception):
    """#stop: the template ends, with what it has written."""


@dataclass(slots=True)
class Argument:
    """What a macro was given: evaluated where it was given, each time it is read (Velocity passes by name)."""

    evaluate: Run
    assign: Callable[[State, Arguments, object], object] | None
    arguments: Arguments
    """Of the macro that it was given in."""


@dataclass(frozen=True, slots=True)
class DefinedBlock:
    """The value of a #define: rendered whenever it is read. No expression ever sees it."""

    run: Run
    cost: int
    arguments: Arguments
    """Of the macro that it was defined in."""


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


class State(Budget):
    """One rendering, and its account."""

    __slots__ = ("depth", "out", "room", "slots")

    def __init__(self, slots: list[object], limits: Limits) -> None:
        self.limits = limits  # as Budget does it, without a call: there is one for each rendering
        self.steps = limits.steps
        self.characters = limits.characters
        self.slots = slots
        """The values of the variables."""
        self.out: list[str] = []
        """What is printed, or goes into the string that is being made."""
        self.room = limits.output_bytes
        self.depth = 0

    def check(self) -> None:
        """Raise LimitExceeded if too much was done or written: it is counted as it happens, and checked later."""
        self.spend(0)
        if self.room < 0:
            raise LimitExceeded(f"The output is larger than {self.limits.output_bytes} bytes")

    def iterate(self, index: int) -> None:
        """Raise LimitExceeded if a loop may not go on with the item of that index."""
        if index >= self.limits.iterations:
            raise LimitExceeded(f"#foreach has more than {self.limits.iterations} iterations")
        self.check()

    def capture(self, run: Run, arguments: Arguments, place: Place) -> str:
        """What a block prints, as a string."""
        out, room = self.out, self.room
        self.out, self.room = [], self.limits.output_bytes
        try:
            run(self, arguments)
            self.check()
            text = "".join(self.out)
            self.make(len(text))
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            self.out, self.room = out, room
        return text

    def call(self, run: Run, arguments: Arguments, cost: int, place: Place) -> None:
        """Run the body of a macro or of a #define, one level deeper."""
        self.depth += 1
        try:
            if self.depth > self.limits.depth:
                raise LimitExceeded(f"Macros or blocks are nested more than {self.limits.depth} deep")
            self.spend(cost)
            self.check()
            run(self, arguments)
        except Broken:
            return
        except TemplateError as error:
            error.at(place)
            raise
        finally:
            self.depth -= 1
