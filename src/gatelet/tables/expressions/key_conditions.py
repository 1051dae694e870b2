"""Key conditions: which items of an index a query reads. Pure.

A key condition is an ordinary condition of a few shapes: the partition key equals a value, and the sort key, if it
is mentioned, meets one comparison. Reference: Developer Guide ("Key condition expressions for the Query operation").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatelet.tables.errors import ExpressionFailure, ValidationFailure, wrong_parameters
from gatelet.tables.expressions.conditions import parse_condition
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.syntax import (
    Attribute,
    Between,
    Compare,
    Condition,
    Either,
    Every,
    In,
    Literal,
    Not,
    Operand,
    Predicate,
    Size,
)
from gatelet.tables.values import EMPTY, Value, type_of

LABEL: Final = "KeyConditionExpression"
NOT_SUPPORTED: Final = "Query key condition not supported"
_FLIPPED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """One key attribute's condition: ``= < <= > >= BETWEEN begins_with`` and its values."""

    name: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class KeyConditions:
    """The conditions of a query, by attribute."""

    partition: Value
    sort: KeyCondition | None


def parse_key_conditions(text: str, placeholders: Placeholders) -> list[KeyCondition]:
    """A condition for each key attribute that the expression mentions. Raises ExpressionFailure, ValidationFailure."""
    found = [_key_condition(one) for one in _flat(parse_condition(LABEL, text, placeholders))]
    names = [one.name for one in found]
    if len(set(names)) != len(names):
        raise ValidationFailure("KeyConditionExpressions must only contain one condition per key")
    if len(found) > 2:
        raise ValidationFailure("Conditions can be of length 1 or 2 only")
    return found


def _flat(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Every):
        for one in condition.conditions:
            yield from _flat(one)
    else:
        yield condition


def _invalid_operator(operator: str) -> ExpressionFailure:
    return ExpressionFailure(LABEL, f"Invalid operator used in KeyConditionExpression: {operator}")


def _key_condition(condition: Condition) -> KeyCondition:
    if isinstance(condition, Compare):
        return _comparison(condition)
    if isinstance(condition, Between):
        values = _literals("BETWEEN", condition.low, condition.high)
        return KeyCondition(_name(condition.operand), "BETWEEN", values)
    if isinstance(condition, Predicate):
        if condition.function != "begins_with":
            raise _invalid_operator(condition.function)
        name = _name(condition.operands[0])
        return KeyCondition(name, "begins_with", _literals("begins_with", condition.operands[1]))
    operators = {In: "IN", Not: "NOT", Either: "OR"}
    raise _invalid_operator(operators[type(condition)])


def _comparison(condition: Compare) -> KeyCondition:
    if condition.operator == "<>":
        raise _invalid_operator("<>")
    left, right, operator = condition.left, condition.right, condition.operator
    for operand in (left, right):
        if isinstance(operand, Size):
            raise _invalid_operator("size")
    if isinstance(left, Literal) and isinstance(right, Attribute):
        left, right, operator = right, left, _FLIPPED[operator]
    return KeyCondition(_name(left), operator, _literals(operator, right))


def _name(operand: Operand) -> str:
    if not isinstance(operand, Attribute):
        raise ValidationFailure("Invalid condition in KeyConditionExpression: No key attribute specified")
    if len(operand.path) != 1:
        raise ValidationFailure(
            "Invalid condition in KeyConditionExpression: "
            "KeyConditionExpressions cannot have conditions on nested attributes"
        )
    return str(operand.path[0])


def _literals(operator: str, *operands: Operand) -> tuple[Value, ...]:
    values = tuple(operand.value for operand in operands if isinstance(operand, Literal))
    if len(values) != len(operands):
        several = "Multiple attribute names used in one condition"
        raise ValidationFailure(f"Invalid condition in KeyConditionExpression: {several}, operator: {operator}")
    return values


def match_schema(
    conditions: list[KeyCondition], partition: tuple[str, str], sort: tuple[str, str] | None
) -> KeyConditions:
    """The conditions as they fit a key schema of (name, type) pairs. Raises ValidationFailure."""
    by_name = {one.name: one for one in conditions}
    of_partition = by_name.pop(partition[0], None)
    if of_partition is None:
        raise ValidationFailure(f"Query condition missed key schema element: {partition[0]}")
    of_sort = None if sort is None else by_name.pop(sort[0], None)
    if by_name:
        if sort is not None:
            raise ValidationFailure(f"Query condition missed key schema element: {sort[0]}")
        raise ValidationFailure(NOT_SUPPORTED)
    if of_partition.operator != "=":
        raise ValidationFailure(NOT_SUPPORTED)
    _check_types(of_partition, partition[1])
    if of_sort is not None and sort is not None:
        _check_types(of_sort, sort[1])
        if of_sort.operator == "begins_with" and sort[1] == "N":
            raise ValidationFailure(NOT_SUPPORTED)
    for condition, key in ((of_partition, partition), (of_sort, sort)):
        if condition is not None and key is not None and any(value in EMPTY for value in condition.values):
            kind = "string" if key[1] == "S" else "binary"
            raise ValidationFailure(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                f"an empty {kind} value. Key: {key[0]}"
            )
    return KeyConditions(of_partition.values[0], of_sort)


def _check_types(condition: KeyCondition, kind: str) -> None:
    if any(type_of(value) != kind for value in condition.values):
        raise wrong_parameters("Condition parameter type does not match schema type")
