"""Equality and order of attribute values. Pure.

Values of different types are never equal and have no order. Strings are ordered by their UTF-8 bytes, binaries
by unsigned bytes, numbers by value. Reference: platform-neighbours section 2 ("Sort order").
"""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any, Final

from gatelet.tables.values import SETS, Value, type_of

_NESTED: Final = frozenset({"L", "M"})


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same; sets are, whatever their order."""
    if left == right:
        return True
    kind = type_of(left)
    if kind != type_of(right):
        return False
    one, other = left[kind], right[kind]
    if kind in SETS:
        return set(one) == set(other)
    if kind == "L":
        return len(one) == len(other) and all(map(equal, one, other))
    if kind == "M":
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    return False


def rank(value: Value) -> Any:
    """What to compare a scalar by, among scalars of its type; None for a type without order."""
    kind = type_of(value)
    content = value[kind]
    if kind == "S":
        return content  # code points are ordered as their UTF-8 bytes are
    if kind == "N":
        return Decimal(content)
    if kind == "B":
        return base64.b64decode(content)
    return None


def below(left: Value, right: Value, *, or_equal: bool = False) -> bool:
    """Whether ``left < right`` (or equal); False where there is no order between them."""
    if type_of(left) != type_of(right):
        return False
    one, other = rank(left), rank(right)
    if one is None:
        return False
    return bool(one <= other if or_equal else one < other)
