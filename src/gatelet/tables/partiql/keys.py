"""Which items a WHERE clause means: a key, or a range of a partition; and what is left of the clause. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.key_conditions import KeyCondition
from gatelet.tables.expressions.syntax import (
    Attribute,
    Between,
    Compare,
    Condition,
    Every,
    Literal,
    Predicate,
)
from gatelet.tables.values import Item

NO_KEY: Final = "Where clause does not contain a mandatory equality on all key attributes"
_FLIPPED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Split:
    """A WHERE clause: conditions on keys (the partition's first; none: a scan), and the rest."""

    keys: tuple[KeyCondition, ...]
    rest: Condition | None


def split(where: Condition | None, partition: str, sort: str | None) -> Split:
    """What of the clause is a key condition of a query."""
    conjuncts = list(_flat(where))
    found: list[KeyCondition] = []
    for name in (partition, sort):
        for at, one in enumerate(conjuncts):
            condition = _key_condition(one)
            wanted = condition is not None and condition.name == name
            if wanted and condition is not None and (name == sort or condition.operator == "="):
                found.append(condition)
                del conjuncts[at]
                break
        else:
            break  # without the partition's value nothing is a key condition
    return Split(tuple(found), _joined(conjuncts))


def key_named(where: Condition | None, partition: str, sort: str | None) -> tuple[Item, Condition | None]:
    """The whole primary key that the clause names, and the rest. Raises ValidationFailure."""
    found = split(where, partition, sort)
    if len(found.keys) != (1 if sort is None else 2) or any(one.operator != "=" for one in found.keys):
        raise ValidationFailure(NO_KEY)
    return {one.name: one.values[0] for one in found.keys}, found.rest


def _flat(where: Condition | None) -> list[Condition]:
    if where is None:
        return []
    if isinstance(where, Every):
        return [inner for one in where.conditions for inner in _flat(one)]
    return [where]


def _joined(conditions: list[Condition]) -> Condition | None:
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else Every(tuple(conditions))


def _key_condition(one: Condition) -> KeyCondition | None:
    """The condition as one of a key, if it is of that shape."""
    if isinstance(one, Compare) and one.operator in _FLIPPED:
        left, right, operator = one.left, one.right, one.operator
        if isinstance(left, Literal):
            left, right, operator = right, left, _FLIPPED[operator]
        if isinstance(left, Attribute) and isinstance(right, Literal) and len(left.path) == 1:
            return KeyCondition(str(left.path[0]), operator, (right.value,))
    if isinstance(one, Between) and isinstance(one.low, Literal) and isinstance(one.high, Literal):
        if isinstance(one.operand, Attribute) and len(one.operand.path) == 1:
            return KeyCondition(str(one.operand.path[0]), "BETWEEN", (one.low.value, one.high.value))
        return None
    if isinstance(one, Predicate) and one.function == "begins_with":
        path, prefix = one.operands
        if isinstance(path, Attribute) and isinstance(prefix, Literal) and len(path.path) == 1:
            return KeyCondition(str(path.path[0]), "begins_with", (prefix.value,))
    return None
