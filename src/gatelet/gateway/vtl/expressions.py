"""Reads references and expressions: what stands after ``$`` and between the parentheses of a directive.

The grammar is Velocity 1.7's: calculations stand in #set and #if only, arguments and the items of lists
and maps are plain values.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gatelet.gateway.vtl.errors import Place
from gatelet.gateway.vtl.scanner import Scanner
from gatelet.gateway.vtl.syntax import (
    Binary,
    Block,
    Call,
    Expression,
    Index,
    Interpolated,
    ListLiteral,
    Literal,
    MapLiteral,
    Not,
    Property,
    Range,
    Reference,
    Step,
)

Interpolate = Callable[[str, Place, int], Block]
"""Parses the inside of a string: its text, its place, how deeply it is nested."""

_HEAD = re.compile(r"\$(!?)(\{?)([A-Za-z_][A-Za-z0-9_-]*)")
_MEMBER = re.compile(r"\.([A-Za-z][A-Za-z0-9_-]*)(\(?)")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.(?!\.)[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)")
_INTEGER = re.compile(r"-?[0-9]+")
_WORD = re.compile(r"(?:true|false)(?![A-Za-z0-9_])")
_NOT = re.compile(r"!(?!=)|not(?![A-Za-z0-9_])")
_OPERATOR = re.compile(r"&&|\|\||==|!=|<=|>=|[<>+\-*/%]|(?:and|or|eq|ne|lt|le|gt|ge)(?![A-Za-z0-9_])")
_WORDS = {"and": "&&", "or": "||", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_BINDING = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_NUMBER_CHARACTERS = 300
_OPERATORS_IN_A_ROW = 150


class Expressions:
    """Reads from a scanner."""

    def __init__(self, scanner: Scanner, interpolate: Interpolate) -> None:
        self._scanner = scanner
        self._interpolate = interpolate

    def reference(self, backslashes: int = 0) -> Reference | None:
        """The reference that begins here, or None where the ``$`` is plain text."""
        scanner = self._scanner
        start = scanner.position
        head = scanner.match(_HEAD)
        if head is None:
            return None
        silent, brace, name = head.groups()
        with scanner.nested():
            steps = self._steps()
        if brace and not scanner.take("}"):
            raise scanner.fail(f"The reference {scanner.text[start : scanner.position]} is not closed by '}}'")
        source = scanner.text[start : scanner.position]
        return Reference(name, steps, source, bool(silent), scanner.place(start), backslashes)

    def _steps(self) -> tuple[Step, ...]:
        scanner = self._scanner
        steps: list[Step] = []
        while True:
            if scanner.take("["):
                steps.append(Index(self._index_key()))
                scanner.expect("]", "an index")
            elif member := scanner.match(_MEMBER):
                name, parenthesis = member.groups()
                steps.append(Call(name, self._arguments()) if parenthesis else Property(name))
            else:
                return tuple(steps)

    def _index_key(self) -> Expression:
        key = self.argument()
        if isinstance(key, ListLiteral | MapLiteral | Range):
            raise self._scanner.fail("An index is a string, a number or a reference")
        return key

    def _arguments(self) -> tuple[Expression, ...]:
        scanner = self._scanner
        arguments: list[Expression] = []
        scanner.skip_space()
        if scanner.take(")"):
            return ()
        while True:
            arguments.append(self.argument())
            scanner.skip_space()
            if not scanner.take(","):
                scanner.expect(")", "the arguments of a method")
                return tuple(arguments)

    def argument(self) -> Expression:
        """A plain value: no operators."""
        scanner = self._scanner
        scanner.skip_space()
        start = scanner.position
        with scanner.nested():
            character = scanner.text[start : start + 1]
            if character in {"'", '"'}:
                return self._string(character)
            if character == "[":
                return self._list_or_range()
            if character == "{":
                return self._map()
            if character == "$":
                found = self.reference()
                if found is not None:
                    return found
            if word := scanner.match(_WORD):
                return Literal(word[0] == "true")
            if number := scanner.match(_NUMBER):
                return self._number(number[0])
        found_text = repr(character) if character else "the end of the template"
        raise scanner.fail(f"Encountered {found_text} where a value was expected", start)

    def _number(self, text: str) -> Literal:
        if len(text) > _NUMBER_CHARACTERS:
            raise self._scanner.fail("A number is too long")
        return Literal(int(text) if _INTEGER.fullmatch(text) else float(text))

    def _string(self, quote: str) -> Expression:
        scanner = self._scanner
        place = scanner.place(scanner.position + 1)
        text = scanner.string()
        if quote == '"' and ("$" in text or "#" in text):
            return Interpolated(self._interpolate(text, place, scanner.nesting), place)
        return Literal(text)

    def _list_or_range(self) -> Expression:
        scanner = self._scanner
        place = scanner.place()
        scanner.take("[")
        scanner.skip_space()
        if scanner.take("]"):
            return ListLiteral(())
        items = [self.argument()]
        scanner.skip_space()
        if scanner.take(".."):
            last = self.argument()
            scanner.expect("]", "a range")
            return Range(items[0], last, place)
        while scanner.take(","):
            items.append(self.argument())
            scanner.skip_space()
        scanner.expect("]", "a list")
        return ListLiteral(tuple(items))

    def _map(self) -> Expression:
        scanner = self._scanner
        place = scanner.place()
        scanner.take("{")
        scanner.skip_space()
        entries: list[tuple[Expression, Expression]] = []
        if scanner.take("}"):
            return MapLiteral((), place)
        while True:
            key = self.argument()
            scanner.expect(":", "a map")
            entries.append((key, self.argument()))
            scanner.skip_space()
            if not scanner.take(","):
                scanner.expect("}", "a map")
                return MapLiteral(tuple(entries), place)

    def expression(self, least: int = 1) -> Expression:
        """A whole expression: operators that bind at least so tightly."""
        scanner = self._scanner
        with scanner.nested():
            left = self._unary()
            for _ in range(_OPERATORS_IN_A_ROW):
                scanner.skip_space()
                start = scanner.position
                operator = scanner.match(_OPERATOR)
                if operator is None:
                    return left
                symbol = _WORDS.get(operator[0], operator[0])
                if _BINDING[symbol] < least:
                    scanner.position = start
                    return left
                left = Binary(symbol, left, self.expression(_BINDING[symbol] + 1), scanner.place(start))
        raise scanner.fail("An expression has too many operators")

    def _unary(self) -> Expression:
        scanner = self._scanner
        scanner.skip_space()
        if scanner.match(_NOT):
            with scanner.nested():
                return Not(self._unary())
        if scanner.take("("):
            inside = self.expression()
            scanner.expect(")", "an expression")
            return inside
        return self.argument()
