"""The values of templates as Java sees them: how they print, when they are equal, what counts as true.

Maps print as Java does (``{k=v, l=w}``), the lists of a JSON document as compact JSON, everything below
them included (apigateway-mapping-templates section 5, recorded). Lists that a template makes itself
(literals, ranges, key sets) are Java's own and print as ``[a, b]``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Final, final

from gatelet.gateway.vtl.errors import LimitExceeded
from gatelet.gateway.vtl.host import HostObject
from gatelet.gateway.vtl.limits import VALUE_DEPTH, Budget

_INTEGER_BITS_PRINTED = 8_192


@final
class Missing:
    """What was never defined: a reference to it prints its own text."""

    __slots__ = ()


MISSING: Final = Missing()


class JavaList(list[object]):
    """A list that a template made: an ArrayList, a key set, an array of strings."""

    __slots__ = ()


class Entry:
    """One entry of a map."""

    __slots__ = ("key", "value")

    def __init__(self, key: object, value: object) -> None:
        self.key = key
        self.value = value


def java_double(value: float) -> str:
    """``Double.toString``: at least one digit after the point, an exponent below 0.001 and from 10,000,000 on."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = repr(value)
        return plain if "e" not in plain else format(Decimal(plain), "f")
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    stripped = text[1:].rstrip("0") or "0"
    return f"{'-' if sign else ''}{text[0]}.{stripped}E{exponent + len(text) - 1}"


def scalar_text(value: object) -> str | None:
    """How a value that holds no others prints; None for the others."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value.bit_length() > _INTEGER_BITS_PRINTED:
            raise LimitExceeded("A number is too large")
        return str(value)
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, HostObject):
        return value.text()
    return None


def text_of(value: object, budget: Budget) -> str:
    """How any value prints; null prints ``null``, which only the insides of maps and lists show."""
    text = scalar_text(value)
    if text is None:
        parts: list[str] = []
        _print(value, parts.append, budget, 0)
        text = "".join(parts)
    budget.make(len(text))
    return text


def _print(value: object, add: Callable[[str], None], budget: Budget, depth: int) -> None:
    if depth > VALUE_DEPTH:
        raise LimitExceeded("A value is nested too deeply")
    budget.spend(1)
    text = scalar_text(value)
    if text is not None:
        budget.make(len(text))
        add(text)
    elif isinstance(value, dict):
        add("{")
        for place, (key, item) in enumerate(value.items()):
            add(", " if place else "")
            _print(key, add, budget, depth + 1)
            add("=")
            _print(item, add, budget, depth + 1)
        add("}")
    elif isinstance(value, JavaList):
        add("[")
        for place, item in enumerate(value):
            add(", " if place else "")
            _print(item, add, budget, depth + 1)
        add("]")
    elif isinstance(value, Entry):
        _print(value.key, add, budget, depth + 1)
        add("=")
        _print(value.value, add, budget, depth + 1)
    elif isinstance(value, list):
        _print_json(value, add, budget, depth)


def _print_json(value: object, add: Callable[[str], None], budget: Budget, depth: int) -> None:
    if depth > VALUE_DEPTH:
        raise LimitExceeded("A value is nested too deeply")
    budget.spend(1)
    if isinstance(value, dict):
        add("{")
        for place, (key, item) in enumerate(value.items()):
            add("," if place else "")
            add(json.dumps(scalar_text(key), ensure_ascii=False))
            add(":")
            _print_json(item, add, budget, depth + 1)
        add("}")
    elif isinstance(value, list):
        add("[")
        for place, item in enumerate(value):
            add("," if place else "")
            _print_json(item, add, budget, depth + 1)
        add("]")
    elif value is None or isinstance(value, bool | int | float | Decimal):
        add(scalar_text(value) or "")
    else:
        text = scalar_text(value)
        if text is None:
            parts: list[str] = []
            _print(value, parts.append, budget, depth)
            text = "".join(parts)
        budget.make(len(text))
        add(json.dumps(text, ensure_ascii=False))


def is_number(value: object) -> bool:
    """Whether it is a number; true and false are not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def loosely_equal(left: object, right: object, budget: Budget) -> bool:
    """``==``: numbers by value, one class by ``equals``, unlike classes by their text (Velocity 1.7).

    Null equals the empty string (apigateway-mapping-templates section 5, recorded).
    """
    if left is None or right is None:
        other = right if left is None else left
        return other is None or other == ""
    if is_number(left) and is_number(right):
        return bool(left == right)
    if _class_of(left) is _class_of(right):
        return strictly_equal(left, right, budget)
    return text_of(left, budget) == text_of(right, budget)


def strictly_equal(left: object, right: object, budget: Budget, depth: int = 0) -> bool:
    """``left.equals(right)``: of one class, and equal in all they hold."""
    if depth > VALUE_DEPTH:
        raise LimitExceeded("A value is nested too deeply")
    budget.spend(1)
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        return len(left) == len(right) and all(
            key in right and strictly_equal(item, right[key], budget, depth + 1) for key, item in left.items()
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(
            strictly_equal(mine, yours, budget, depth + 1) for mine, yours in zip(left, right, strict=True)
        )
    if isinstance(left, Entry) and isinstance(right, Entry):
        return strictly_equal(left.key, right.key, budget, depth + 1) and strictly_equal(
            left.value, right.value, budget, depth + 1
        )
    if _class_of(left) is not _class_of(right) or isinstance(left, HostObject):
        return False
    return bool(left == right)


def _class_of(value: object) -> type:
    for kind in (str, bool, int, float, Decimal, dict, list):
        if isinstance(value, kind):
            return kind
    return type(value)
