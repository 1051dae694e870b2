"""The Condition block: operators, all of which must hold, each over keys, all of which must hold.

Values of one key are alternatives; for a negated operator none of them may fit. Reference: identity
section 2 (table "Condition", rows on suffixes, prefixes and missing keys).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.policy.errors import MalformedPolicy, UnsupportedOperator
from gatelet.policy.operators import OPERATORS, Comparison
from gatelet.policy.variables import Context

_FOR_ALL = "ForAllValues:"
_FOR_ANY = "ForAnyValue:"
_IF_EXISTS = "IfExists"


@dataclass(frozen=True, slots=True)
class Test:
    """One operator on one key. ``quantifier`` is the prefix, or empty."""

    key: str
    name: str
    """As the policy writes it: ``StringEquals aws:username``."""
    comparisons: tuple[Comparison, ...]
    negated: bool
    quantifier: str
    if_exists: bool

    def holds(self, context: Context) -> bool:
        """Whether the request passes. Raises Unresolved."""
        values = context.get(self.key)
        if not values:
            return self._holds_without_value()
        fits = (self._fits(value, context) for value in values)
        if self.quantifier == _FOR_ALL or (self.negated and not self.quantifier):
            return all(fits)
        return any(fits)

    def _fits(self, value: str, context: Context) -> bool:
        return any(compare(value, context) for compare in self.comparisons) is not self.negated

    def _holds_without_value(self) -> bool:
        if self.if_exists or self.quantifier == _FOR_ALL:
            return True
        return self.negated and self.quantifier != _FOR_ANY


@dataclass(frozen=True, slots=True)
class NullTest:
    """``Null``: ``absent`` says whether the key must be missing or present; None: no request can pass."""

    key: str
    name: str
    absent: frozenset[bool]

    def holds(self, context: Context) -> bool:
        """Whether the key's presence is as asked for."""
        return (not context.get(self.key)) in self.absent


def compile_conditions(block: Any, *, variables: bool) -> tuple[Test | NullTest, ...]:
    """The tests of a Condition element. Raises MalformedPolicy, UnsupportedOperator."""
    if not isinstance(block, Mapping):
        raise MalformedPolicy("Syntax errors in policy.")
    tests: list[Test | NullTest] = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise MalformedPolicy("Syntax errors in policy.")
        tests.extend(_test(operator, key, _texts(values), variables=variables) for key, values in keys.items())
    return tuple(tests)


def _test(name: str, key: str, values: list[str], *, variables: bool) -> Test | NullTest:
    if name == "Null":
        return _null(key, values)
    quantifier = next((prefix for prefix in (_FOR_ALL, _FOR_ANY) if name.startswith(prefix)), "")
    bare = name[len(quantifier) :]
    if_exists = bare.endswith(_IF_EXISTS)
    operator = OPERATORS.get(bare.removesuffix(_IF_EXISTS))
    if operator is None:
        raise UnsupportedOperator(name)
    comparisons = tuple(operator.prepare(value, variables) for value in values)
    return Test(key.lower(), f"{name} {key}", comparisons, operator.negated, quantifier, if_exists)


def _null(key: str, values: list[str]) -> NullTest:
    if not all(value.lower() in {"true", "false"} for value in values):
        raise MalformedPolicy("Syntax errors in policy.")
    return NullTest(key.lower(), f"Null {key}", frozenset(value.lower() == "true" for value in values))


def _texts(value: Any) -> list[str]:
    """The values as texts; JSON numbers and booleans are written as JSON writes them."""
    values = value if isinstance(value, list) else [value]
    texts: list[str] = []
    for one in values:
        if isinstance(one, bool):
            texts.append("true" if one else "false")
        elif isinstance(one, str | int | float):
            texts.append(str(one))
        else:
            raise MalformedPolicy("Syntax errors in policy.")
    return texts
