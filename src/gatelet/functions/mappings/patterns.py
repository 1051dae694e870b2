"""Event patterns: which records a mapping wants. Pure; its work is bounded by the pattern's length times the event's.

A pattern is JSON: objects go down into the event, a list has the alternatives of one value: a string, number or
null, or a rule (``prefix``, ``suffix``, ``equals-ignore-case``, ``anything-but``, ``numeric``, ``exists``); ``$or``
joins patterns. Reference: Lambda Developer Guide ("Control which events Lambda sends to your function").
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

_DEPTH: Final = 64
_ABSENT: Final = object()
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Test = Callable[[Any], bool]
"""Whether a value (``_ABSENT`` if there is none) is wanted."""


class InvalidPattern(Exception):
    """The text is no pattern."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern."""

    test: Test

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether the event is wanted."""
        return self.test(event)


def compile_pattern(text: str) -> Pattern:
    """The pattern. Raises InvalidPattern."""
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidPattern(str(error)) from error
    if not isinstance(content, dict):
        raise InvalidPattern("a pattern is an object")
    return Pattern(_object(content, 0))


def _object(content: Mapping[str, Any], depth: int) -> Test:
    if depth > _DEPTH:
        raise InvalidPattern("the pattern is nested too deep")
    members: list[tuple[str, Test]] = []
    choices: list[list[Test]] = []
    for name, inner in content.items():
        if name == "$or" and isinstance(inner, list) and len(inner) > 1 and all(isinstance(i, dict) for i in inner):
            choices.append([_object(one, depth + 1) for one in inner])
        elif isinstance(inner, dict):
            members.append((name, _object(inner, depth + 1)))
        elif isinstance(inner, list) and inner:
            members.append((name, _any_of([_alternative(one) for one in inner])))
        else:
            raise InvalidPattern(f"{name} has neither an object nor a list of alternatives")

    def test(value: Any) -> bool:
        if isinstance(value, list):
            return any(test(one) for one in value)
        held = value if isinstance(value, dict) else {}
        return all(inner(held.get(name, _ABSENT)) for name, inner in members) and all(
            any(one(value) for one in options) for options in choices
        )

    return test


def _any_of(tests: list[Test]) -> Test:
    def test(value: Any) -> bool:
        if isinstance(value, list) and value:
            return any(one(element) for element in value for one in tests)
        return any(one(value) for one in tests)

    return test


def _alternative(content: Any) -> Test:
    if isinstance(content, dict):
        if len(content) != 1:
            raise InvalidPattern("a rule has one name")
        ((name, given),) = content.items()
        if name not in _RULES:
            raise InvalidPattern(f"there is no rule {name}")
        return _RULES[name](given)
    if isinstance(content, list):
        raise InvalidPattern("an alternative is no list")
    return lambda value: _same(value, content)


def _same(value: Any, content: Any) -> bool:
    if isinstance(value, bool) or isinstance(content, bool):
        return value is content
    return bool(value is content if content is None else value is not _ABSENT and value == content)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    raise InvalidPattern("the rule takes a string")


def _prefix(given: Any) -> Test:
    text = _text(given)
    return lambda value: isinstance(value, str) and value.startswith(text)


def _suffix(given: Any) -> Test:
    text = _text(given)
    return lambda value: isinstance(value, str) and value.endswith(text)


def _ignoring_case(given: Any) -> Test:
    text = _text(given).lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def _exists(given: Any) -> Test:
    if not isinstance(given, bool):
        raise InvalidPattern("exists is true or false")
    # Only of leaves: an object is not there for this rule (EventBridge User Guide, "Exists matching")
    return lambda value: (value is not _ABSENT and not isinstance(value, dict)) is given


def _anything_but(given: Any) -> Test:
    if isinstance(given, dict):
        if set(given) - {"prefix", "suffix", "equals-ignore-case"}:
            raise InvalidPattern("anything-but takes values, prefix, suffix or equals-ignore-case")
        refused = [_alternative(given)]
    else:
        values = given if isinstance(given, list) else [given]
        if not values or not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in values):
            raise InvalidPattern("anything-but takes strings or numbers")
        refused = [_alternative(one) for one in values]
    return lambda value: value is not _ABSENT and not any(one(value) for one in refused)


def _numeric(given: Any) -> Test:
    if not isinstance(given, list) or len(given) not in {2, 4}:
        raise InvalidPattern("numeric takes one or two comparisons")
    bounds: list[tuple[Callable[[Any, Any], bool], float]] = []
    for sign, number in zip(given[::2], given[1::2], strict=True):
        if sign not in _COMPARISONS or isinstance(number, bool) or not isinstance(number, (int, float)):
            raise InvalidPattern("a numeric comparison is a sign and a number")
        bounds.append((_COMPARISONS[sign], number))

    def test(value: Any) -> bool:
        numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
        return numeric and all(compare(value, number) for compare, number in bounds)

    return test


_RULES: Final[Mapping[str, Callable[[Any], Test]]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
}
