"""The parameters of old clients (Expected, AttributeUpdates, KeyConditions, filters, AttributesToGet) as trees. Pure.

Reference: Developer Guide ("Legacy conditional parameters").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gatelet.tables.errors import ValidationFailure, wrong_parameters
from gatelet.tables.expressions.key_conditions import KeyCondition
from gatelet.tables.expressions.syntax import (
    Action,
    Attribute,
    Between,
    Compare,
    Condition,
    Either,
    Every,
    In,
    Literal,
    Not,
    Path,
    Predicate,
    Update,
)
from gatelet.tables.values import SETS, Value, check_names, read_value, type_of

_COMPARED: Final = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_TESTED: Final = {"CONTAINS": "contains", "BEGINS_WITH": "begins_with", "NOT_CONTAINS": "contains"}
_COUNTS: Final = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 100)}
_ORDERED: Final = frozenset({"LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"})
_OF_KEYS: Final = frozenset({"EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"})

EXPRESSIONS: Final = {
    "Expected": "ConditionExpression",
    "AttributeUpdates": "UpdateExpression",
    "KeyConditions": "KeyConditionExpression",
    "QueryFilter": "FilterExpression",
    "ScanFilter": "FilterExpression",
    "AttributesToGet": "ProjectionExpression",
}


def check_not_mixed(request: Mapping[str, Any], expressions: Iterable[str]) -> None:
    """A request has parameters of one kind: expressions or what came before them. Raises ValidationFailure."""
    old = [name for name in (*EXPRESSIONS, "ConditionalOperator") if request.get(name) is not None]
    new = [name for name in expressions if request.get(name) is not None]
    if old and new:
        raise ValidationFailure(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        )
    given = [name for name in ("Expected", "QueryFilter", "ScanFilter") if request.get(name) is not None]
    if request.get("ConditionalOperator") is not None:
        if not given:
            raise ValidationFailure("ConditionalOperator cannot be used without Filter or Expected")
        if all(len(request[name]) < 2 for name in given):
            raise ValidationFailure(
                "ConditionalOperator can only be used when Filter or Expected has two or more elements"
            )


def expected_condition(request: Mapping[str, Any]) -> Condition | None:
    """What ``Expected`` asks for. Raises ValidationFailure."""
    expected = request.get("Expected")
    if not expected:
        return None
    return _joined([_expectation(name, one) for name, one in expected.items()], request.get("ConditionalOperator"))


def filter_condition(request: Mapping[str, Any], member: str) -> Condition | None:
    """What ``QueryFilter`` or ``ScanFilter`` asks for. Raises ValidationFailure."""
    given = request.get(member)
    if not given:
        return None
    conditions = [_comparison(name, one["ComparisonOperator"], _values(one)) for name, one in given.items()]
    return _joined(conditions, request.get("ConditionalOperator"))


def _joined(conditions: Sequence[Condition], operator: str | None) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return Either(tuple(conditions)) if operator == "OR" else Every(tuple(conditions))


def _values(one: Mapping[str, Any]) -> list[Value]:
    return [read_value(value) for value in one.get("AttributeValueList") or ()]


def _expectation(name: str, one: Mapping[str, Any]) -> Condition:
    value, exists, operator = one.get("Value"), one.get("Exists"), one.get("ComparisonOperator")
    listed = one.get("AttributeValueList")
    if operator is not None:
        if exists is not None:
            raise wrong_parameters(f"Exists and ComparisonOperator cannot be used together for Attribute: {name}")
        if value is not None and listed is not None:
            raise wrong_parameters(f"Value and AttributeValueList cannot be used together for Attribute: {name}")
        values = _values(one) if value is None else [read_value(value)]
        return _comparison(name, operator, values)
    if listed is not None:
        raise wrong_parameters(f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}")
    if exists is False:
        if value is not None:
            raise wrong_parameters(f"Value cannot be used when Exists is false for Attribute: {name}")
        return Predicate("attribute_not_exists", (Attribute((name,)),))
    if value is None:
        shown = "null" if exists is None else "true"
        raise wrong_parameters(f"Value must be provided when Exists is {shown} for Attribute: {name}")
    return Compare("=", Attribute((name,)), Literal(read_value(value)))


def _check_arguments(operator: str, values: Sequence[Value]) -> None:
    least, most = _COUNTS.get(operator, (1, 1))
    if not least <= len(values) <= most:
        raise wrong_parameters(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    for value in values:
        kind = type_of(value)
        unordered = operator in _ORDERED and kind not in {"S", "N", "B"}
        if unordered or (operator == "BEGINS_WITH" and kind == "N"):
            raise wrong_parameters(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
        if operator in {"CONTAINS", "NOT_CONTAINS"} and kind in SETS | {"L", "M"}:
            raise wrong_parameters(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")


def _comparison(name: str, operator: str, values: Sequence[Value]) -> Condition:
    _check_arguments(operator, values)
    attribute = Attribute((name,))
    literals = tuple(Literal(value) for value in values)
    if operator in _COMPARED:
        return Compare(_COMPARED[operator], attribute, literals[0])
    if operator == "NULL":
        return Predicate("attribute_not_exists", (attribute,))
    if operator == "NOT_NULL":
        return Predicate("attribute_exists", (attribute,))
    if operator == "BETWEEN":
        return Between(attribute, literals[0], literals[1])
    if operator == "IN":
        return In(attribute, literals)
    test = Predicate(_TESTED[operator], (attribute, literals[0]))
    return Not(test) if operator == "NOT_CONTAINS" else test


def key_conditions(given: Mapping[str, Any]) -> list[KeyCondition]:
    """What ``KeyConditions`` asks for. Raises ValidationFailure."""
    found = []
    for name, one in given.items():
        operator, values = one["ComparisonOperator"], _values(one)
        _check_arguments(operator, values)
        if operator not in _OF_KEYS:
            raise ValidationFailure("Attempted conditional constraint is not an indexable operation")
        spelled = {"BETWEEN": "BETWEEN", "BEGINS_WITH": "begins_with"}.get(operator) or _COMPARED[operator]
        found.append(KeyCondition(name, spelled, tuple(values)))
    if len(found) > 2:
        raise ValidationFailure("Conditions can be of length 1 or 2 only")
    return found


def attribute_updates(given: Mapping[str, Any]) -> Update:
    """What ``AttributeUpdates`` asks for. Raises ValidationFailure."""
    check_names(given)
    return tuple(_attribute_update(name, one) for name, one in given.items())


def _attribute_update(name: str, one: Mapping[str, Any]) -> Action:
    action, raw = one.get("Action", "PUT"), one.get("Value")
    if raw is None:
        if action != "DELETE":
            raise wrong_parameters(f"Only DELETE action is allowed when no attribute value is specified: {name}")
        return Action("REMOVE", (name,))
    value = read_value(raw)
    kind = type_of(value)
    if action == "PUT":
        return Action("SET", (name,), Literal(value))
    allowed = SETS if action == "DELETE" else SETS | {"N", "L"}
    if kind not in allowed:
        raise wrong_parameters(f"{action} action is not supported for the type {kind}")
    return Action(action, (name,), Literal(value))


def attributes_to_get(names: Sequence[str]) -> tuple[Path, ...]:
    """What ``AttributesToGet`` asks for: top-level attributes. Raises ValidationFailure."""
    if len(set(names)) != len(names):
        raise wrong_parameters(f"Duplicate value in attribute name: {next(n for n in names if names.count(n) > 1)}")
    return tuple((name,) for name in names)
