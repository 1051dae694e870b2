"""Condition and filter expressions to trees. Pure.

    condition  := all (OR all)*         all := negated (AND negated)*       negated := NOT negated | comparison
    comparison := primary [(= <> < <= > >=) operand | BETWEEN operand AND operand | IN (operand, ...)]
    primary    := ( condition or operand ) | function(operand, ...) | path | :value

Reference: platform-neighbours section 2; Developer Guide ("Condition and filter expressions").
"""

from __future__ import annotations

from typing import Final

from gatelet.aws import quotas
from gatelet.tables import comparison
from gatelet.tables.expressions.parser import Parser
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.syntax import (
    Attribute,
    Between,
    Compare,
    Condition,
    Either,
    Every,
    In,
    Literal,
    Not,
    Operand,
    Predicate,
    Size,
    spelled,
)
from gatelet.tables.values import SCALARS, TYPES, Value, type_of

_COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_TEXTUAL: Final = frozenset({"S", "B"})
_SIZED: Final = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})
_FUNCTIONS: Final = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_OF_UPDATES: Final = frozenset({"if_not_exists", "list_append"})
_OPERANDS: Final = (Attribute, Literal, Size)
_SHOWN_TYPES: Final = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"


def parse_condition(label: str, text: str, placeholders: Placeholders) -> Condition:
    """The condition. Raises ExpressionFailure."""
    parser = _ConditionParser(label, text, placeholders)
    condition = parser.condition(parser.either())
    parser.finish()
    return condition


class _ConditionParser(Parser):
    def __init__(self, label: str, text: str, placeholders: Placeholders) -> None:
        super().__init__(label, text, placeholders)
        self._closed: dict[int, int] = {}
        """Where each pair of parentheses began, and the token after its end."""

    def either(self) -> Condition | Operand:
        first = self._all()
        if self.token.keyword != "OR":
            return first
        found = [self.condition(first)]
        while self.accept_keyword("OR"):
            self.count_operator()
            found.append(self.condition(self._all()))
        return Either(tuple(found))

    def condition(self, found: Condition | Operand) -> Condition:
        """What was read, if it is a condition. Raises ExpressionFailure."""
        if isinstance(found, Size):
            raise self.failure("The function is not allowed to be used this way in an expression; function: size")
        if isinstance(found, (Compare, Between, In, Predicate, Not, Every, Either)):
            return found
        raise self.syntax_error()

    def _operand(self, found: Condition | Operand) -> Operand:
        if isinstance(found, Predicate):
            raise self.failure(
                f"The function is not allowed to be used this way in an expression; function: {found.function}"
            )
        if isinstance(found, _OPERANDS):
            return found
        raise self.syntax_error()

    def _all(self) -> Condition | Operand:
        first = self._negated()
        if self.token.keyword != "AND":
            return first
        found = [self.condition(first)]
        while self.accept_keyword("AND"):
            self.count_operator()
            found.append(self.condition(self._negated()))
        return Every(tuple(found))

    def _negated(self) -> Condition | Operand:
        negations = 0
        while self.accept_keyword("NOT"):
            self.count_operator()
            self.nest(1)
            negations += 1
        found = self._comparison()
        for _ in range(negations):
            self.nest(-1)
            found = Not(self.condition(found))
        return found

    def _comparison(self) -> Condition | Operand:
        found = self._primary()
        token = self.token
        if token.kind == "sign" and token.text in _COMPARATORS:
            left = self._operand(found)
            self.advance()
            return self._compare(token.text, left, self._operand(self._primary()))
        if token.keyword == "BETWEEN":
            left = self._operand(found)
            self.advance()
            return self._between(left)
        if token.keyword == "IN":
            left = self._operand(found)
            self.advance()
            return self._in(left)
        return found

    def _compare(self, operator: str, left: Operand, right: Operand) -> Condition:
        self.count_operator()
        self._distinct(operator, left, right)
        if operator not in {"=", "<>"}:
            self.check_type(operator, left, SCALARS)
            self.check_type(operator, right, SCALARS)
        return Compare(operator, left, right)

    def _distinct(self, operator: str, first: Operand, *rest: Operand) -> None:
        if isinstance(first, Attribute) and first in rest:
            raise self.failure(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                f"operator: {operator}, first operand: {spelled(first.path)}"
            )

    def _between(self, operand: Operand) -> Condition:
        self.count_operator()
        low = self._operand(self._primary())
        if not self.accept_keyword("AND"):
            raise self.syntax_error()
        high = self._operand(self._primary())
        self._distinct("BETWEEN", operand, low, high)
        for end in (operand, low, high):
            self.check_type("BETWEEN", end, SCALARS)
        if isinstance(low, Literal) and isinstance(high, Literal):
            self._check_bounds(low.value, high.value)
        return Between(operand, low, high)

    def _check_bounds(self, low: Value, high: Value) -> None:
        shown = f"lower bound operand: {_shown(low)}, upper bound operand: {_shown(high)}"
        if type_of(low) != type_of(high):
            raise self.failure(f"The BETWEEN operator requires same data type for lower and upper bounds; {shown}")
        if comparison.below(high, low):
            what = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
            raise self.failure(f"{what}; {shown}")

    def _in(self, operand: Operand) -> Condition:
        self.count_operator()
        self.expect("(")
        options = [self._operand(self._primary())]
        while self.accept(","):
            options.append(self._operand(self._primary()))
        self.expect(")")
        if len(options) > quotas.EXPRESSION_IN_OPERANDS:
            raise self.failure(
                f"The IN operator is provided with too many operands; number of operands: {len(options)}"
            )
        self._distinct("IN", operand, *options)
        return In(operand, tuple(options))

    def _primary(self) -> Condition | Operand:
        if self.next_is("("):
            return self._parenthesised()
        if self.token.kind == "name" and self.follows("("):
            return self._function()
        return self.attribute_or_literal()

    def _parenthesised(self) -> Condition | Operand:
        self.expect("(")
        self.nest(1)
        first = self.position
        found = self.either()
        self.nest(-1)
        self.expect(")")
        if self._closed.get(first) == self.position - 1:
            raise self.failure("The expression has redundant parentheses;")
        self._closed[first - 1] = self.position
        return found

    def _function(self) -> Condition | Operand:
        name = self.advance().text
        if name in _OF_UPDATES:
            kind = "condition" if self.label == "ConditionExpression" else "filter"
            raise self.failure(f"The function is not allowed in a {kind} expression; function: {name}")
        if name not in _FUNCTIONS:
            raise self.failure(f"Invalid function name; function: {name}")
        self.count_operator()
        operands = self._arguments()
        if len(operands) != _FUNCTIONS[name]:
            raise self.wrong_count(name, len(operands))
        if name == "size":
            return self._size(operands[0])
        self._check_operands(name, operands)
        return Predicate(name, tuple(operands))

    def _arguments(self) -> list[Operand]:
        self.expect("(")
        self.nest(1)
        operands = [self._operand(self._primary())]
        while self.accept(","):
            operands.append(self._operand(self._primary()))
        self.nest(-1)
        self.expect(")")
        return operands

    def _size(self, operand: Operand) -> Size:
        self.check_type("size", operand, _SIZED)
        if not isinstance(operand, (Attribute, Literal)):
            raise self.failure("The function is not allowed to be used this way in an expression; function: size")
        return Size(operand)

    def _check_operands(self, name: str, operands: list[Operand]) -> None:
        if name in {"attribute_exists", "attribute_not_exists"}:
            self.path_operand(name, operands[0])
            return
        self._distinct(name, operands[0], operands[1])
        if name == "begins_with":
            for operand in operands:
                self.check_type(name, operand, _TEXTUAL)
        elif name == "attribute_type":
            self._check_type_name(operands[1])

    def _check_type_name(self, operand: Operand) -> None:
        self.check_type("attribute_type", operand, frozenset({"S"}))
        if not isinstance(operand, Literal):
            raise self.failure(
                "Incorrect operand type for operator or function; "
                "operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
            )
        named = operand.value["S"]
        if named not in TYPES:
            raise self.failure(f"Invalid attribute type name found; type: {named}, valid types: {_SHOWN_TYPES}")


def _shown(value: Value) -> str:
    kind = type_of(value)
    return f"AttributeValue: {{{kind}:{value[kind]}}}"
