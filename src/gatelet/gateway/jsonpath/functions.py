"""The functions at the end of a path: what each makes of the value before it and of its arguments.

Numbers come out as doubles, as in Java. Only ``append`` and ``concat`` take any argument; paths in arguments
have been read before. Reference: Jayway JsonPath's documentation, "Functions".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gatelet.gateway.jsonpath.errors import FunctionFailed
from gatelet.gateway.jsonpath.run import Run
from gatelet.gateway.jsonpath.values import Unusable, as_number, double, text_of

Compute = Callable[[object, Sequence[object], Run], object]


def _numbers(value: object, arguments: Sequence[object], run: Run) -> list[float]:
    found: list[float] = []
    for source in ([value] if isinstance(value, list) else []) + list(arguments):
        members = source if isinstance(source, list) else [source]
        run.spend(len(members))
        found += [double(number) for number in map(as_number, members) if number is not None]
    if not found:
        raise FunctionFailed("there is no number to compute with")
    return found


def _average(value: object, arguments: Sequence[object], run: Run) -> object:
    numbers = _numbers(value, arguments, run)
    return _sum(numbers) / len(numbers)


def _sum(numbers: Sequence[float]) -> float:
    total = 0.0
    for number in numbers:  # one after the other, as Java adds: sum() and fsum() round otherwise
        total += number
    return total


def _deviation(value: object, arguments: Sequence[object], run: Run) -> object:
    numbers = _numbers(value, arguments, run)
    mean = _sum(numbers) / len(numbers)
    variance = _sum([number * number for number in numbers]) / len(numbers) - mean * mean
    return math.sqrt(variance) if variance > 0 else 0.0


def _length(value: object, arguments: Sequence[object], run: Run) -> object:
    run.spend(1)
    for source in [*arguments[:1], value]:
        if isinstance(source, list) or (source is value and isinstance(source, dict)):
            return len(source)
    return None


def _keys(value: object, arguments: Sequence[object], run: Run) -> object:
    if not isinstance(value, dict):
        return None
    run.spend(len(value) + len(arguments))
    return list(value)


def _concatenated(value: object, arguments: Sequence[object], run: Run) -> object:
    parts = [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
    for argument in arguments:
        members = argument if isinstance(argument, list) else [argument]
        parts += [_text(member) for member in members if member is not None]
    run.spend(sum(len(part) for part in parts) // 8 + 1)
    return "".join(parts)


def _text(value: object) -> str:
    number = as_number(value)
    if number is not None:
        try:
            return text_of(number)
        except Unusable:
            raise FunctionFailed("a number has too many digits") from None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    raise FunctionFailed("only strings, numbers and booleans can be joined")


def _appended(value: object, arguments: Sequence[object], run: Run) -> object:
    if not isinstance(value, list):
        return value
    run.spend(len(value))
    return [*value, *arguments]


def _element(place: int, value: object) -> object:
    if isinstance(value, list) and -len(value) <= place < len(value):
        return value[place]
    raise FunctionFailed(f"there is no element {place}")


def _indexed(value: object, arguments: Sequence[object], run: Run) -> object:
    run.spend(1)
    place = arguments[0] if arguments else None
    if not isinstance(place, int) or isinstance(place, bool):
        raise FunctionFailed("index() needs a whole number")
    return _element(place, value)


COMPUTE: Final[Mapping[str, Compute]] = {
    "min": lambda value, arguments, run: min(_numbers(value, arguments, run)),
    "max": lambda value, arguments, run: max(_numbers(value, arguments, run)),
    "sum": lambda value, arguments, run: _sum(_numbers(value, arguments, run)),
    "avg": _average,
    "stddev": _deviation,
    "length": _length,
    "size": _length,
    "keys": _keys,
    "concat": _concatenated,
    "append": _appended,
    "first": lambda value, _arguments, _run: _element(0, value),
    "last": lambda value, _arguments, _run: _element(-1, value),
    "index": _indexed,
}
