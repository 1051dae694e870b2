"""Conditions of filters become closures: ``accepts(item, run)``.

A condition that cannot be asked of an item (``in`` what is not a list) passes the item over; a path that
leads nowhere is an undefined value, which equals nothing. Reference: Jayway JsonPath's documentation,
"Filter Operators".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from gatelet.gateway.jsonpath.errors import PathNotFound
from gatelet.gateway.jsonpath.regex import Regex, compile_regex
from gatelet.gateway.jsonpath.run import Run
from gatelet.gateway.jsonpath.tree import (
    And,
    Comparison,
    Condition,
    Exists,
    Literal,
    Not,
    Operand,
    Or,
    Pattern,
    Steps,
)
from gatelet.gateway.jsonpath.values import UNDEFINED, Unusable, among, as_number, equal, order, text_of

Accepts = Callable[[object, Run], bool]
Value = Callable[[object, Run], object]
Operator = Callable[[object, object, Run], bool]


class Reads(Protocol):
    """A compiled path."""

    def read(self, document: object, run: Run, /) -> object:
        """Its value in a document. Raises PathError."""


class CompileSteps(Protocol):
    """Compiles the paths that stand in conditions."""

    def __call__(self, path: Steps, *, required: bool = False) -> Reads:
        """The path as closures."""


def compile_condition(condition: Condition, compile_steps: CompileSteps) -> Accepts:
    """The condition of a filter. Raises PathSyntaxError for a regular expression that is none."""
    holds = _compile(condition, compile_steps)

    def accepts(item: object, run: Run) -> bool:
        run.spend(1)
        try:
            return holds(item, run)
        except Unusable:
            return False

    return accepts


def _compile(condition: Condition, compile_steps: CompileSteps) -> Accepts:
    match condition:
        case Or(parts):
            holds = [_compile(part, compile_steps) for part in parts]
            return lambda item, run: any(one(item, run) for one in holds)
        case And(parts):
            holds = [_compile(part, compile_steps) for part in parts]
            return lambda item, run: all(one(item, run) for one in holds)
        case Not(inner):
            negated = _compile(inner, compile_steps)
            return lambda item, run: not negated(item, run)
        case Exists(path):
            return _exists(path, compile_steps)
        case Comparison():
            return _comparison(condition, compile_steps)


def _exists(path: Steps, compile_steps: CompileSteps) -> Accepts:
    query = compile_steps(path, required=True)
    relative = path.relative

    def exists(item: object, run: Run) -> bool:
        run.spend(1)
        try:
            query.read(item if relative else run.root, run)
        except PathNotFound:
            return False
        return True

    return exists


def _comparison(condition: Comparison, compile_steps: CompileSteps) -> Accepts:
    if condition.operator == "=~":
        return _matching(condition, compile_steps)
    left = _value(condition.left, compile_steps)
    right = _value(condition.right, compile_steps)
    operator = _OPERATORS[condition.operator]
    return lambda item, run: operator(left(item, run), right(item, run), run)


def _value(operand: Operand, compile_steps: CompileSteps) -> Value:
    if isinstance(operand, Literal):
        return lambda _item, _run: operand.value
    assert not isinstance(operand, Pattern)  # the reader lets them stand beside '=~' only
    query = compile_steps(operand)
    if operand.relative:
        return lambda item, run: _read(query, item, run)

    def of_root(_item: object, run: Run) -> object:
        key = id(query)
        if key not in run.roots:
            run.roots[key] = _read(query, run.root, run)
        return run.roots[key]

    return of_root


def _read(query: Reads, document: object, run: Run) -> object:
    run.spend(1)
    try:
        return query.read(document, run)
    except PathNotFound:
        return UNDEFINED


def _matching(condition: Comparison, compile_steps: CompileSteps) -> Accepts:
    """``value =~ /pattern/`` or the other way round; without exactly one pattern nothing matches."""
    left, right = condition.left, condition.right
    if isinstance(left, Pattern) == isinstance(right, Pattern):
        return lambda _item, _run: False
    pattern, operand = (left, right) if isinstance(left, Pattern) else (right, left)
    assert isinstance(pattern, Pattern)
    regex = compile_regex(pattern.expression, pattern.flags, pattern.position)
    value = _value(operand, compile_steps)

    def matches(item: object, run: Run) -> bool:
        found = value(item, run)
        if isinstance(found, list):
            return any(_matches(regex, member, run) for member in found)
        return _matches(regex, found, run)

    return matches


def _matches(regex: Regex, value: object, run: Run) -> bool:
    number = as_number(value)
    if number is not None:
        value = text_of(number)
    elif isinstance(value, bool):
        value = "true" if value else "false"
    return regex.matches(value if isinstance(value, str) else "", run.spend)


def _same_kind(left: object, right: object) -> bool:
    if as_number(left) is not None:
        return as_number(right) is not None
    if isinstance(left, dict | list):
        return isinstance(right, dict | list)
    return type(left) is type(right)


def _ordered(holds: Callable[[int], bool]) -> Operator:
    def operator(left: object, right: object, _run: Run) -> bool:
        one, other = as_number(left), as_number(right)
        if one is not None and other is not None:
            result = order(one, other)
            return result is not None and holds(result)
        if isinstance(left, str) and isinstance(right, str):
            return holds((left > right) - (left < right))
        return False

    return operator


def _members(value: object) -> list[object]:
    """The right side of an operator on lists. Raises Unusable for what is no list."""
    if not isinstance(value, list):
        raise Unusable
    return value


def _in(left: object, right: object, run: Run) -> bool:
    return not isinstance(right, dict) and among(left, _members(right), run)


def _every(members: list[object], others: list[object], run: Run) -> bool:
    return all(among(member, others, run) for member in members)


def _any_of(left: object, right: object, run: Run) -> bool:
    others = _members(right)
    return any(among(member, others, run) for member in _members(left))


def _contains(left: object, right: object, run: Run) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        run.spend(len(left) // 64 + 1)
        return right in left
    return isinstance(left, list) and among(right, left, run)


def _all(left: object, right: object, run: Run) -> bool:
    wanted = _members(right)
    return isinstance(left, list) and _every(wanted, left, run)


def _has_size(left: object, right: object, _run: Run) -> bool:
    size = as_number(right)
    return size is not None and isinstance(left, str | list) and order(len(left), size) == 0


def _is_empty(left: object, right: object, _run: Run) -> bool:
    return isinstance(right, bool) and isinstance(left, str | list | dict) and (not left) == right


_OPERATORS: Final[Mapping[str, Operator]] = {
    "==": equal,
    "!=": lambda left, right, run: not equal(left, right, run),
    "===": lambda left, right, run: _same_kind(left, right) and equal(left, right, run),
    "!==": lambda left, right, run: not (_same_kind(left, right) and equal(left, right, run)),
    "<": _ordered(lambda result: result < 0),
    "<=": _ordered(lambda result: result <= 0),
    ">": _ordered(lambda result: result > 0),
    ">=": _ordered(lambda result: result >= 0),
    "in": _in,
    "nin": lambda left, right, run: not _in(left, right, run),
    "subsetof": lambda left, right, run: _every(_members(left), _members(right), run),
    "anyof": _any_of,
    "noneof": lambda left, right, run: not _any_of(left, right, run),
    "all": _all,
    "contains": _contains,
    "size": _has_size,
    "empty": _is_empty,
}
