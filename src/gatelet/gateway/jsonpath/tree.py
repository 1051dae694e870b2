"""What a path consists of, once read: steps, and the expressions of filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Names:
    """``.name``, ``['name']`` or ``['a','b']``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indices:
    """``[0]``, ``[-1]`` or ``[0,1]``."""

    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """``[start:end]``; one of the two may be missing."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """``*``."""


@dataclass(frozen=True, slots=True)
class DeepScan:
    """``..``: the step behind it is taken at every object and array below."""


@dataclass(frozen=True, slots=True)
class Function:
    """``.name(arguments)``."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """``[?(condition)]``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Steps:
    """A whole path. ``relative``: it begins with ``@``."""

    steps: tuple[Step, ...]
    relative: bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the path: null, a boolean, a number, a string, a list or an object."""

    value: object


@dataclass(frozen=True, slots=True)
class Pattern:
    """``/expression/flags``."""

    expression: str
    flags: str
    position: int


@dataclass(frozen=True, slots=True)
class Exists:
    """A path by itself."""

    path: Steps


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right``; the operator in lower case."""

    left: Operand
    operator: str
    right: Operand
    position: int


@dataclass(frozen=True, slots=True)
class Not:
    """``!condition``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All of the conditions, asked from left to right."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the conditions, asked from left to right."""

    conditions: tuple[Condition, ...]


Argument: TypeAlias = Literal | Steps
Operand: TypeAlias = Literal | Pattern | Steps
Condition: TypeAlias = Exists | Comparison | Not | And | Or
Step: TypeAlias = Names | Indices | Slice | Wildcard | DeepScan | Function | Filter
