"""Update expressions to actions. Pure.

    update  := (SET path = sum, ... | REMOVE path, ... | ADD path :value, ... | DELETE path :value, ...)
    sum     := operand [(+ | -) operand]
    operand := path | :value | if_not_exists(path, operand) | list_append(operand, operand) | ( sum )

Reference: platform-neighbours section 2; Developer Guide ("Update expressions").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gatelet.tables.expressions.parser import Parser, check_overlaps
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.syntax import Action, IfNotExists, ListAppend, Literal, Operand, Sum, Update
from gatelet.tables.values import SETS, type_of

LABEL: Final = "UpdateExpression"
_OF_CONDITIONS: Final = frozenset(
    {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"}
)
_ADDED: Final = SETS | {"N"}
_TYPE_NAMES: Final = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
}


def parse_update(text: str, placeholders: Placeholders) -> Update:
    """The actions, in the text's order. Raises ExpressionFailure."""
    return _UpdateParser(LABEL, text, placeholders).update()


class _UpdateParser(Parser):
    def update(self) -> Update:
        actions: list[Action] = []
        seen: set[str] = set()
        readers: dict[str, Callable[[], Action]] = {
            "SET": self._set,
            "REMOVE": self._remove,
            "ADD": lambda: self._change("ADD", _ADDED),
            "DELETE": lambda: self._change("DELETE", SETS),
        }
        while self.token.kind != "end":
            clause = self.token.keyword
            if clause not in readers:
                raise self.syntax_error()
            if clause in seen:
                what = f'The "{clause}" section can only be used once in an update expression;'
                raise self.failure(what)
            seen.add(clause)
            self.advance()
            actions.append(readers[clause]())
            while self.accept(","):
                actions.append(readers[clause]())
        check_overlaps(LABEL, [action.path for action in actions])
        return tuple(actions)

    def _set(self) -> Action:
        path = self.path()
        self.expect("=")
        self.count_operator()
        return Action("SET", path, self._sum())

    def _remove(self) -> Action:
        self.count_operator()
        return Action("REMOVE", self.path())

    def _change(self, clause: str, allowed: frozenset[str]) -> Action:
        self.count_operator()
        path = self.path()
        if self.token.kind != "value":
            raise self.syntax_error()
        operand = Literal(self.placeholders.value(self.label, self.advance().text))
        kind = type_of(operand.value)
        if kind not in allowed:
            raise self.failure(
                f"Incorrect operand type for operator or function; operator: {clause}, "
                f"operand type: {_TYPE_NAMES[kind]}, typeSet: ALLOWED_FOR_{clause}_OPERAND"
            )
        return Action(clause, path, operand)

    def _sum(self) -> Operand:
        left = self._operand()
        for sign in ("+", "-"):
            if self.accept(sign):
                self.count_operator()
                right = self._operand()
                for operand in (left, right):
                    self.check_type(sign, operand, frozenset({"N"}))
                return Sum(left, right, subtract=sign == "-")
        return left

    def _operand(self) -> Operand:
        if self.accept("("):
            self.nest(1)
            inner = self._sum()
            self.nest(-1)
            self.expect(")")
            return inner
        if self.token.kind == "name" and self.follows("("):
            return self._function()
        return self.attribute_or_literal()

    def _function(self) -> Operand:
        name = self.advance().text
        if name in _OF_CONDITIONS:
            raise self.failure(f"The function is not allowed in an update expression; function: {name}")
        if name not in {"if_not_exists", "list_append"}:
            raise self.failure(f"Invalid function name; function: {name}")
        self.count_operator()
        self.expect("(")
        self.nest(1)
        operands = [self._operand()]
        while self.accept(","):
            operands.append(self._operand())
        self.nest(-1)
        self.expect(")")
        if len(operands) != 2:
            raise self.wrong_count(name, len(operands))
        if name == "if_not_exists":
            return IfNotExists(self.path_operand(name, operands[0]), operands[1])
        for operand in operands:
            self.check_type(name, operand, frozenset({"L"}))
        return ListAppend(operands[0], operands[1])
