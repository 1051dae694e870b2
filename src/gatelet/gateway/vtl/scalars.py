"""The methods of numbers and booleans that templates may call (apigateway-mapping-templates section 8).

Java's static methods can be called on a value (``#set($Integer = 0)$Integer.parseInt("5")``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from gatelet.gateway.vtl.errors import EvaluationFailed
from gatelet.gateway.vtl.limits import Budget
from gatelet.gateway.vtl.signatures import Method
from gatelet.gateway.vtl.values import is_number, strictly_equal, text_of

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,4})?")


def _parse_integer(budget: Budget, number: object, text: str) -> int:
    del budget, number
    if not _INTEGER.fullmatch(text):
        raise EvaluationFailed(f'For input string: "{text[:100]}"')
    return int(text)


def _parse_double(budget: Budget, number: object, text: str) -> float:
    del budget, number
    if not _DOUBLE.fullmatch(text.strip()):
        raise EvaluationFailed(f'For input string: "{text[:100]}"')
    return float(text)


def _value_of(budget: Budget, number: object, other: object) -> object:
    if not isinstance(other, str):
        return other if is_number(other) else None
    parse = _parse_integer if isinstance(number, int) else _parse_double
    return parse(budget, number, other)


def _whole(budget: Budget, number: float | Decimal) -> int:
    del budget
    if isinstance(number, int):
        return number
    value = float(number)
    if math.isnan(value):
        return 0
    return int(max(min(value, 2.0**63 - 1), -(2.0**63)))


def _double(budget: Budget, number: float | Decimal) -> float:
    del budget
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _compare(budget: Budget, number: float | Decimal, other: object) -> int | None:
    del budget
    if isinstance(other, bool) is not isinstance(number, bool) or not isinstance(other, int | float | Decimal):
        return None
    return (number > other) - (number < other)


_EQUALS = Method(lambda b, value, other: strictly_equal(value, other, b), (object,))
_TEXT = Method(lambda b, value: text_of(value, b), ())

NUMBER_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "compareTo": Method(_compare, (object,)),
        "doubleValue": Method(_double, ()),
        "equals": _EQUALS,
        "floatValue": Method(_double, ()),
        "intValue": Method(_whole, ()),
        "longValue": Method(_whole, ()),
        "parseDouble": Method(_parse_double, (str,)),
        "parseInt": Method(_parse_integer, (str,)),
        "parseLong": Method(_parse_integer, (str,)),
        "toString": _TEXT,
        "valueOf": Method(_value_of, (object,)),
    }
)

BOOLEAN_METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        "booleanValue": Method(lambda _, value: value, ()),
        "compareTo": Method(_compare, (object,)),
        "equals": _EQUALS,
        "parseBoolean": Method(lambda _, __, text: text.lower() == "true", (str,)),
        "toString": _TEXT,
    }
)
