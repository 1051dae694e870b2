"""Reading the tokens of a statement: names, paths, literals, parameters. Pure.

literal := 'string' | number | true | false | null | ? | [literal, ...] | <<literal, ...>> | {'name': literal, ...}
path    := name (. name | [ number ])*          name := bare | "quoted"
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from gatelet.aws import quotas
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.syntax import Path
from gatelet.tables.numbers import normalise
from gatelet.tables.partiql.tokens import Token, tokens_of
from gatelet.tables.values import Value, read_value, type_of

_NESTING: Final = 50
_INDEX_DIGITS: Final = 9
_CONSTANTS: Final = {"TRUE": {"BOOL": True}, "FALSE": {"BOOL": False}, "NULL": {"NULL": True}}
_SET_OF: Final = {"S": "SS", "N": "NS", "B": "BS"}
_RESERVED: Final = frozenset(
    {"SELECT", "FROM", "WHERE", "ORDER", "BY", "INSERT", "INTO", "VALUE", "UPDATE", "SET", "REMOVE", "DELETE"}
    | {"RETURNING", "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "MISSING", "NULL", "TRUE", "FALSE", "EXISTS"}
)
"""Words that are names only between double quotes."""


def malformed(what: str) -> ValidationFailure:
    """The statement cannot be read."""
    return ValidationFailure(f"Statement wasn't well formed, can't be processed: {what}")


class Reader:
    """Reads one statement. ``parameters`` stand for its ``?``, in order."""

    def __init__(self, text: str, parameters: Sequence[Any]) -> None:
        self._tokens = tokens_of(text)
        self._at = 0
        self._parameters = [read_value(one) for one in parameters]
        self._used = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self._tokens[self._at]

    def unexpected(self) -> ValidationFailure:
        """The next token does not fit."""
        return malformed(f"Unexpected token '{self.token.text}'")

    def advance(self) -> Token:
        """Take the next token."""
        token = self.token
        if token.kind != "end":
            self._at += 1
        return token

    def accept(self, *signs: str) -> str | None:
        """Take the sign if it is one of these."""
        if self.token.kind == "sign" and self.token.text in signs:
            return self.advance().text
        return None

    def expect(self, sign: str) -> None:
        """Take the sign. Raises ValidationFailure."""
        if self.accept(sign) is None:
            raise self.unexpected()

    def accept_word(self, *words: str) -> str | None:
        """Take the keyword (upper case) if it is one of these."""
        if self.token.keyword in words:
            return self.advance().keyword
        return None

    def expect_word(self, *words: str) -> str:
        """Take the keyword. Raises ValidationFailure."""
        found = self.accept_word(*words)
        if found is None:
            raise self.unexpected()
        return found

    def follows(self, sign: str) -> bool:
        """Whether the token after the next one is that sign."""
        after = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        return after.kind == "sign" and after.text == sign

    def finish(self) -> None:
        """Nothing is left, and every parameter was used. Raises ValidationFailure."""
        self.accept(";")
        if self.token.kind != "end":
            raise self.unexpected()
        if self._used != len(self._parameters):
            raise _wrong_count()

    def nest(self, by: int) -> None:
        """One level in (1) or out (-1). Raises ValidationFailure."""
        self._depth += by
        if self._depth > _NESTING:
            raise malformed("The statement is nested too deeply")

    def name(self) -> str:
        """An identifier. Raises ValidationFailure."""
        token = self.token
        if token.kind == "quoted" or (token.kind == "name" and token.keyword not in _RESERVED):
            return self.advance().content
        raise self.unexpected()

    def path(self) -> Path:
        """A document path. Raises ValidationFailure."""
        parts: list[str | int] = [self.name()]
        while True:
            if self.accept("."):
                parts.append(self.name())
            elif self.accept("["):
                parts.append(self._index())
                self.expect("]")
            else:
                break
        if len(parts) > quotas.VALUE_NESTING:
            raise malformed("The document path has too many nesting elements")
        return tuple(parts)

    def _index(self) -> int:
        token = self.token
        if token.kind != "number" or not token.text.isdecimal() or len(token.text) > _INDEX_DIGITS:
            raise self.unexpected()
        return int(self.advance().text)

    def starts_literal(self) -> bool:
        """Whether a literal or a parameter is next."""
        token = self.token
        if token.kind == "sign":
            return token.text in {"?", "[", "{", "<<", "-", "+"}
        return token.kind in {"string", "number"} or token.keyword in _CONSTANTS

    def literal(self) -> Value:
        """A value. Raises ValidationFailure."""
        token = self.advance()
        if token.kind == "string":
            return {"S": token.content}
        if token.kind == "number":
            return {"N": normalise(token.text)}
        if token.keyword in _CONSTANTS:
            return dict(_CONSTANTS[token.keyword])
        if token.kind == "sign":
            if token.text in {"-", "+"} and self.token.kind == "number":
                return {"N": normalise(token.text + self.advance().text)}
            if token.text == "?":
                return self._parameter()
            if token.text in _ENDS:
                self.nest(1)
                value = self._collection(token.text)
                self.nest(-1)
                return value
        self._at -= token.kind != "end"
        raise self.unexpected()

    def _parameter(self) -> Value:
        if self._used == len(self._parameters):
            raise _wrong_count()
        self._used += 1
        return self._parameters[self._used - 1]

    def _collection(self, sign: str) -> Value:
        if sign == "{":
            pairs = self._until("}", self._pair)
            return {"M": dict(pairs)}
        elements: list[Value] = self._until(_ENDS[sign], self.literal)
        return {"L": elements} if sign == "[" else _set_of(elements)

    def _pair(self) -> tuple[str, Value]:
        if self.token.kind != "string":
            raise self.unexpected()
        name = self.advance().content
        self.expect(":")
        return name, self.literal()

    def _until(self, end: str, read: Callable[[], Any]) -> list[Any]:
        if self.accept(end):
            return []
        found = [read()]
        while self.accept(","):
            found.append(read())
        self.expect(end)
        return found


_ENDS: Final = {"[": "]", "<<": ">>", "{": "}"}


def _wrong_count() -> ValidationFailure:
    return ValidationFailure("Number of parameters in request and statement don't match.")


def _set_of(elements: Sequence[Value]) -> Value:
    kinds = {type_of(element) for element in elements}
    if len(kinds) != 1 or not kinds <= _SET_OF.keys():
        raise ValidationFailure("Members of a set must be strings, numbers or binaries, all of one type, and not none")
    (kind,) = kinds
    return read_value({_SET_OF[kind]: [element[kind] for element in elements]})
