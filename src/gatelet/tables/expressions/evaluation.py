"""Whether an item meets a condition. Pure; never raises: what has no answer is false.

Reference: Developer Guide ("Comparison operator and function reference"). What is compared with an attribute that
is not there is false, except ``<>``, which is true.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final

from gatelet.tables.comparison import below, equal
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
    Path,
    Predicate,
    Size,
)
from gatelet.tables.values import SETS, Item, Value, type_of


def find(item: Item, path: Path) -> Value | None:
    """What the path leads to, or None."""
    found = item.get(path[0])  # type: ignore[arg-type] # the first element is a name
    for part in path[1:]:
        if found is None:
            return None
        if isinstance(part, str):
            found = found["M"].get(part) if "M" in found else None
        else:
            elements = found.get("L", ())
            found = elements[part] if part < len(elements) else None
    return found


def holds(condition: Condition, item: Item) -> bool:
    """Whether the item (empty: there is none) meets the condition."""
    if isinstance(condition, Compare):
        return _compare(condition, item)
    if isinstance(condition, Every):
        return all(holds(one, item) for one in condition.conditions)
    if isinstance(condition, Either):
        return any(holds(one, item) for one in condition.conditions)
    if isinstance(condition, Not):
        return not holds(condition.condition, item)
    if isinstance(condition, Predicate):
        return _test(condition, item)
    if isinstance(condition, Between):
        value, low, high = (_value(one, item) for one in (condition.operand, condition.low, condition.high))
        if value is None or low is None or high is None:
            return False
        return below(low, value, or_equal=True) and below(value, high, or_equal=True)
    return _is_in(condition, item)


def _is_in(condition: In, item: Item) -> bool:
    value = _value(condition.operand, item)
    if value is None:
        return False
    options = (_value(one, item) for one in condition.options)
    return any(option is not None and equal(value, option) for option in options)


def _value(operand: Operand, item: Item) -> Value | None:
    if isinstance(operand, Attribute):
        return find(item, operand.path)
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Size):
        value = _value(operand.operand, item)
        size = None if value is None else _size(value)
        return None if size is None else {"N": str(size)}
    return None


def _size(value: Value) -> int | None:
    kind = type_of(value)
    if kind in {"S", "L", "M"} or kind in SETS:
        return len(value[kind])
    return len(base64.b64decode(value["B"])) if kind == "B" else None


def _compare(condition: Compare, item: Item) -> bool:
    left, right = _value(condition.left, item), _value(condition.right, item)
    operator = condition.operator
    if left is None or right is None:
        return operator == "<>" and not (left is None and right is None)
    if operator == "=":
        return equal(left, right)
    if operator == "<>":
        return not equal(left, right)
    or_equal = operator.endswith("=")
    return below(left, right, or_equal=or_equal) if operator[0] == "<" else below(right, left, or_equal=or_equal)


def _test(condition: Predicate, item: Item) -> bool:
    value = _value(condition.operands[0], item)
    if condition.function == "attribute_exists":
        return value is not None
    if condition.function == "attribute_not_exists":
        return value is None
    argument = _value(condition.operands[1], item)
    if value is None or argument is None:
        return False
    return _FUNCTIONS[condition.function](value, argument)


def _is_of_type(value: Value, argument: Value) -> bool:
    return type_of(value) == argument.get("S")


def begins_with(value: Value, prefix: Value) -> bool:
    """Whether a string or binary begins with another."""
    if "S" in value and "S" in prefix:
        return bool(value["S"].startswith(prefix["S"]))
    if "B" in value and "B" in prefix:
        return base64.b64decode(value["B"]).startswith(base64.b64decode(prefix["B"]))
    return False


def contains(value: Value, part: Value) -> bool:
    """Whether a text holds another, a set a member, or a list an element."""
    kind, sought = type_of(value), type_of(part)
    if kind == "S":
        return sought == "S" and part["S"] in value["S"]
    if kind == "B":
        return sought == "B" and base64.b64decode(part["B"]) in base64.b64decode(value["B"])
    if kind in SETS:
        return kind == f"{sought}S" and part[sought] in value[kind]
    return kind == "L" and any(equal(element, part) for element in value["L"])


_FUNCTIONS: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "attribute_type": _is_of_type,
    "begins_with": begins_with,
    "contains": contains,
}
