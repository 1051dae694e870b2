"""``{ $.level = "ERROR" && $.user.id > 5 }``: conditions over a message that is JSON.

A message that is not JSON never matches, nor does a comparison with what the message does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson

from gatelet.logs.filter.comparison import compile_comparison
from gatelet.logs.filter.conditions import Condition, Tokens, read_condition, tokenize
from gatelet.logs.filter.errors import InvalidPattern

_STEP = re.compile(r"""\.?\[(?:'([^']*)'|"([^"]*)"|([0-9]{1,9})|(\*))\]|\.([^.\[\]]+)""", re.ASCII)
_SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ANY = object()
_STEPS_MAX = 100

_Step = str | int | object
_Check = Callable[[Any], bool]


def compile_selectors(pattern: str) -> Callable[[str], bool]:
    """Whether a message's JSON satisfies the pattern. Raises InvalidPattern."""
    tokens = Tokens(tokenize(pattern))
    tokens.expect("{")
    condition: Condition[Any] = read_condition(tokens, _read_simple)
    tokens.expect("}")
    if tokens.ahead:
        raise InvalidPattern(f"cannot read {tokens.ahead!r} after '}}'")
    return partial(_matches, condition)


def _matches(condition: Condition[Any], message: str) -> bool:
    try:
        document = orjson.loads(message)
    except ValueError:
        return False
    return condition(document)


def _read_simple(tokens: Tokens) -> Condition[Any]:
    steps = _steps(tokens.take())
    sign = tokens.take()
    if sign in _SIGNS:
        check = compile_comparison(sign, tokens.take())
        return lambda document: any(_is_simple(value) and check(value) for value in _select(document, steps))
    words = f"{sign} {tokens.take()}".upper()
    if words == "NOT EXISTS":
        return lambda document: next(_select(document, steps), _ANY) is _ANY
    if words not in _WORDS:
        raise InvalidPattern(f"cannot read {words!r}")
    wanted = _WORDS[words]
    return lambda document: any(value is wanted for value in _select(document, steps))


_WORDS = {"IS TRUE": True, "IS FALSE": False, "IS NULL": None}


def _is_simple(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _steps(selector: str) -> tuple[_Step, ...]:
    """``$.users[0].name`` as keys, indexes and wildcards."""
    if not selector.startswith("$"):
        raise InvalidPattern(f"{selector!r} is not a selector: it must begin with '$'")
    steps: list[_Step] = []
    place = 1
    while place < len(selector):
        match = _STEP.match(selector, place)
        if match is None:
            raise InvalidPattern(f"{selector!r} is not a selector")
        single, double, index, star, name = match.groups()
        if index is not None:
            steps.append(int(index))
        elif star is not None or name == "*":
            steps.append(_ANY)
        else:
            steps.append(next(text for text in (single, double, name) if text is not None))
        place = match.end()
        if len(steps) > _STEPS_MAX:
            raise InvalidPattern("a selector is too long")
    return tuple(steps)


def _select(value: Any, steps: tuple[_Step, ...]) -> Iterator[Any]:
    """Every value that the selector reaches."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step is _ANY:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for item in inner:
            yield from _select(item, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and step < len(value):
            yield from _select(value[step], rest)
    elif isinstance(value, dict) and step in value:
        yield from _select(value[step], rest)
