"""The trees of expressions: paths, operands, conditions, updates.

A path is a tuple of names (str) and list indexes (int), its first element a name: ``a.b[1]`` is ``("a", "b", 1)``.
"""

from __future__ import annotations

from dataclasses import dataclass

from gatelet.tables.values import Value

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a path leads to, if it does."""

    path: Path


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the request gave."""

    value: Value


@dataclass(frozen=True, slots=True)
class Size:
    """``size(operand)``."""

    operand: Attribute | Literal


@dataclass(frozen=True, slots=True)
class IfNotExists:
    """``if_not_exists(path, operand)``."""

    attribute: Attribute
    otherwise: Operand


@dataclass(frozen=True, slots=True)
class ListAppend:
    """``list_append(first, second)``."""

    first: Operand
    second: Operand


@dataclass(frozen=True, slots=True)
class Sum:
    """``left + right`` or ``left - right``."""

    left: Operand
    right: Operand
    subtract: bool


Operand = Attribute | Literal | Size | IfNotExists | ListAppend | Sum


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right``; the operator is one of ``= <> < <= > >=``."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """``operand BETWEEN low AND high``, both ends included."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """``operand IN (options)``."""

    operand: Operand
    options: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A function that is true or false: attribute_exists, attribute_type, begins_with, contains ..."""

    function: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT condition``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """Conditions joined by AND."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Conditions joined by OR."""

    conditions: tuple[Condition, ...]


Condition = Compare | Between | In | Predicate | Not | Every | Either


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update: ``clause`` is SET, REMOVE, ADD or DELETE; ``operand`` None for REMOVE."""

    clause: str
    path: Path
    operand: Operand | None = None


Update = tuple[Action, ...]


def spelled(path: Path) -> str:
    """The path as DynamoDB's messages show it: ``[a, b, [1]]``."""
    return f"[{', '.join(f'[{part}]' if isinstance(part, int) else part for part in path)}]"
