"""How filters compare values: Jayway's nodes, on the values of a JSON document.

Numbers compare by value, whatever their type; a number equals a string that spells it (Jayway does so,
although its documentation says that 1 is not equal to '1': json-path-comparison, ``$[?(@.key==42)]``); lists
and objects are equal only if all in them has the same type; what does not exist equals nothing.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.errors import LimitExceeded
from gatelet.gateway.jsonpath.run import Run

Number: TypeAlias = int | float | Decimal

_SPELLED = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)
_SPELLED_CHARACTERS: Final = 400


class _Undefined:
    __slots__ = ()


UNDEFINED: Final = _Undefined()
"""The value of a path that leads nowhere."""


class Unusable(Exception):
    """A condition cannot be asked of this item: not an error, the filter passes the item over."""


def is_number(value: object) -> bool:
    """Whether the value is a number; booleans are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def as_number(value: object) -> Number | None:
    """The value if it is a number."""
    return value if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def text_of(number: Number) -> str:
    """A number as its digits. Raises Unusable for one that has too many."""
    try:
        return str(number)
    except ValueError:
        raise Unusable from None


def order(left: Number, right: Number) -> int | None:
    """-1, 0 or 1; None if one of them is not a number at all (NaN)."""
    if isinstance(left, Decimal) and isinstance(right, float):
        right = Decimal(repr(right))
    elif isinstance(left, float) and isinstance(right, Decimal):
        left = Decimal(repr(left))
    try:
        if left != left or right != right:  # noqa: PLR0124 - NaN
            return None
        return int(left > right) - int(left < right)
    except InvalidOperation:
        return None


def equal(left: object, right: object, run: Run) -> bool:
    """Whether ``left == right`` holds. Raises LimitExceeded."""
    number = as_number(left)
    if number is not None:
        other = _spelled(right) if isinstance(right, str) else as_number(right)
        return other is not None and order(number, other) == 0
    if isinstance(left, str):
        other = as_number(right)
        return left == (right if other is None else text_of(other))
    if isinstance(left, dict | list):
        return isinstance(right, dict | list) and same(left, right, run)
    if left is None or isinstance(left, bool):
        return left is right
    return False


def _spelled(text: str) -> Number | None:
    if len(text) > _SPELLED_CHARACTERS or not _SPELLED.fullmatch(text):
        return None
    return Decimal(text)


def same(left: object, right: object, run: Run) -> bool:
    """Whether two values agree in all they hold, types included. Raises LimitExceeded."""
    pairs = [(left, right, 0)]
    while pairs:
        one, other, depth = pairs.pop()
        run.spend(1)
        if depth > quotas.JSONPATH_DEPTH:
            raise LimitExceeded(f"values nest more than {quotas.JSONPATH_DEPTH} deep")
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs += [(value, other[name], depth + 1) for name, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs += [(value, other[place], depth + 1) for place, value in enumerate(one)]
        elif not _same_leaf(one, other):
            return False
    return True


def _same_leaf(one: object, other: object) -> bool:
    first, second = as_number(one), as_number(other)
    if first is not None and second is not None:
        return isinstance(first, int) == isinstance(second, int) and order(first, second) == 0
    return type(one) is type(other) and one == other


def among(value: object, members: list[object], run: Run) -> bool:
    """Whether a list holds the value."""
    run.spend(len(members))
    return any(equal(value, member, run) for member in members)


def double(number: Number) -> float:
    """The number as Java's double; too large: infinity."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except ValueError:  # Decimal('sNaN')
        return math.nan
