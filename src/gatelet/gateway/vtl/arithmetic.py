"""Calculations with Java's rules: whole numbers divide to whole numbers, towards zero.

As in Velocity 1.7 a calculation that cannot be done (a null, a text, a division by zero) gives null; ``+``
with a text on either side joins the two texts, and a reference that is null joins as its own source
(its ASTAddNode; whether API Gateway's Velocity is the same in this is not recorded (?)).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeAlias, final

from gatelet.gateway.vtl.errors import LimitExceeded
from gatelet.gateway.vtl.limits import INTEGER_BITS, Budget
from gatelet.gateway.vtl.values import is_number, loosely_equal, text_of

Operation: TypeAlias = Callable[[object, object, Budget], object]
Number: TypeAlias = int | float


def _number(value: object) -> Number:
    if isinstance(value, int | float):
        return value
    assert isinstance(value, Decimal)
    return float(value)


def _quotient(left: Number, right: Number) -> Number | None:
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return left / right


def _remainder(left: Number, right: Number) -> Number | None:
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.nan if math.isinf(left) else math.fmod(left, right)


def _calculate(rule: Callable[[Number, Number], Number | None]) -> Operation:
    def calculate(left: object, right: object, budget: Budget) -> object:
        del budget
        if not (is_number(left) and is_number(right)):
            return None
        try:
            result = rule(_number(left), _number(right))
        except OverflowError:  # a whole number that no Double can hold
            return math.inf
        if isinstance(result, int) and result.bit_length() > INTEGER_BITS:
            raise LimitExceeded("A number is too large")
        return result

    return calculate


def _compare(rule: Callable[[Number, Number], bool]) -> Operation:
    def compare(left: object, right: object, budget: Budget) -> bool:
        del budget
        return is_number(left) and is_number(right) and rule(_number(left), _number(right))

    return compare


@final
class Unset:
    """A reference that is null, as an operand of ``+``."""

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source


_sum = _calculate(operator.add)


def _add(left: object, right: object, budget: Budget) -> object:
    if isinstance(left, str) or isinstance(right, str):
        texts = [value.source if isinstance(value, Unset) else text_of(value, budget) for value in (left, right)]
        budget.make(len(texts[0]) + len(texts[1]))
        return "".join(texts)
    return _sum(left, right, budget)


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        "+": _add,
        "-": _calculate(operator.sub),
        "*": _calculate(operator.mul),
        "/": _calculate(_quotient),
        "%": _calculate(_remainder),
        "<": _compare(operator.lt),
        "<=": _compare(operator.le),
        ">": _compare(operator.gt),
        ">=": _compare(operator.ge),
        "==": loosely_equal,
        "!=": lambda left, right, budget: not loosely_equal(left, right, budget),
    }
)
