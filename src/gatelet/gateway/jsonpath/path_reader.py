"""Reads paths: ``$.store.book[0]['title']``, ``$..price``, ``$.books[?(@.price < 10)]``, ``$.prices.max()``.

Jayway's quirks are kept: a path may begin without ``$``; behind a bracket a name needs no dot; the step of a
slice is read and means nothing; ``[:]`` is no slice; a name without quotes ends at ``. [ (`` and may hold
whatever else but blanks. Inside a filter it also ends at ``< > = ! ~ ) , && ||``.
Reference: Jayway JsonPath's documentation, "Operators" and "Functions".
"""

from __future__ import annotations

import re
from typing import Final

from gatelet.aws import quotas
from gatelet.gateway.jsonpath.cursor import Cursor
from gatelet.gateway.jsonpath.filter_reader import read_condition
from gatelet.gateway.jsonpath.tree import (
    Argument,
    DeepScan,
    Filter,
    Function,
    Indices,
    Literal,
    Names,
    Slice,
    Step,
    Steps,
    Wildcard,
)

FUNCTIONS: Final = frozenset(
    {
        "min", "max", "avg", "stddev", "sum", "length", "size", "keys", "concat", "append",
        "first", "last", "index",
    }
)  # fmt: skip

_NAME = re.compile(r"[^.\[( ]+")
_NAME_IN_FILTER = re.compile(r"(?:(?!&&|\|\|)[^.\[(\s<>=!~),])+")
_BRACKETED_NUMBERS = re.compile(r"[0-9,:\- ]+", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,10}", re.ASCII)
_JAVA_INTEGER = 2**31


def read_steps(text: str) -> Steps:
    """The whole text as a path. Raises PathSyntaxError."""
    text = text.strip(" \t\r\n")
    if len(text) > quotas.JSONPATH_CHARACTERS:
        Cursor(text).fail("the path is too long", quotas.JSONPATH_CHARACTERS)
    if text[:1] not in {"$", "@"}:
        text = "$." + text
    cursor = Cursor(text)
    path = _PathReader(cursor, in_filter=False).path()
    if cursor.position < len(text):
        cursor.fail(f"'{cursor.peek()}' cannot stand here")
    return path


def _read_inner(cursor: Cursor) -> Steps:
    return _PathReader(cursor, in_filter=True).path()


class _PathReader:
    """Reads one path; ``in_filter``: it stands in a filter or an argument and ends where that goes on."""

    __slots__ = ("_cursor", "_name", "_steps")

    def __init__(self, cursor: Cursor, *, in_filter: bool) -> None:
        self._cursor = cursor
        self._name = _NAME_IN_FILTER if in_filter else _NAME
        self._steps: list[Step] = []

    def path(self) -> Steps:
        """The path that begins here with ``$`` or ``@``."""
        cursor = self._cursor
        relative = cursor.peek() == "@"
        cursor.position += 1
        cursor.enter()
        while self._step():
            if len(self._steps) > quotas.JSONPATH_STEPS:
                cursor.fail("the path has too many steps")
        cursor.leave()
        return Steps(tuple(self._steps), relative)

    def _step(self) -> bool:
        cursor = self._cursor
        if cursor.take(".."):
            if cursor.peek() in {"", ".", " "}:
                cursor.fail("a path cannot end with '..'" if not cursor.peek() else "expected a name")
            self._steps.append(DeepScan())
            if cursor.at("["):
                return self._bracket()
            return self._named()
        if cursor.take("."):
            return self._bracket() if cursor.at("[") else self._named()
        if cursor.at("["):
            return self._bracket()
        # $[0]name and $.*name are $[0].name and $.*.name; a name cannot follow $ or a name
        last = self._steps[-1] if self._steps else None
        if last is None or isinstance(last, Function) or self._name.match(cursor.text, cursor.position) is None:
            return False
        return self._named()

    def _named(self) -> bool:
        cursor = self._cursor
        if cursor.take("*"):
            self._steps.append(Wildcard())
            return True
        found = self._name.match(cursor.text, cursor.position)
        if found is None:
            cursor.fail("a path cannot end with '.'" if not cursor.peek() else "expected a name")
        start, cursor.position = cursor.position, found.end()
        if cursor.at("("):
            self._function(found[0], start)
            return True
        if cursor.peek() == " " and self._name is _NAME:
            cursor.fail("a name with blanks needs brackets and quotes: ['my name']")
        self._steps.append(Names((found[0],)))
        return True

    def _function(self, name: str, start: int) -> None:
        cursor = self._cursor
        if name not in FUNCTIONS:
            cursor.fail(f"there is no function '{name}'", start)
        if self._steps and isinstance(self._steps[-1], DeepScan):
            cursor.fail("a function cannot follow '..'", start)
        cursor.expect("(")
        cursor.enter()
        arguments: list[Argument] = []
        cursor.blanks()
        while not cursor.take(")"):
            if arguments:
                cursor.expect(",")
                cursor.blanks()
            arguments.append(self._argument())
            cursor.blanks()
        cursor.leave()
        self._steps.append(Function(name, tuple(arguments)))

    def _argument(self) -> Argument:
        cursor = self._cursor
        if cursor.peek() in {"$", "@"}:
            return _read_inner(cursor)
        return Literal(cursor.literal())

    def _bracket(self) -> bool:
        cursor = self._cursor
        opening = cursor.position
        cursor.expect("[")
        cursor.blanks()
        if cursor.take("?"):
            self._filter(opening)
        elif cursor.take("*"):
            self._steps.append(Wildcard())
        elif cursor.peek() in {"'", '"'}:
            self._names()
        else:
            self._numbers()
        cursor.blanks()
        cursor.expect("]")
        return True

    def _filter(self, opening: int) -> None:
        cursor = self._cursor
        cursor.blanks()
        if not cursor.take("("):
            cursor.fail("a filter is written [?( )]", opening)
        condition = read_condition(cursor, _read_inner)
        cursor.blanks()
        cursor.expect(")")
        self._steps.append(Filter(condition))

    def _names(self) -> None:
        cursor = self._cursor
        names = [cursor.quoted()]
        cursor.blanks()
        while cursor.take(","):
            cursor.blanks()
            if cursor.peek() not in {"'", '"'}:
                cursor.fail("expected a name in quotes")
            names.append(cursor.quoted())
            cursor.blanks()
        self._steps.append(Names(tuple(names)))

    def _numbers(self) -> None:
        cursor = self._cursor
        start = cursor.position
        found = _BRACKETED_NUMBERS.match(cursor.text, start)
        if found is None:
            cursor.fail("expected a name in quotes, an index, a slice, '*' or '?('")
        cursor.position = found.end()
        text = found[0].strip()
        if ":" in text:
            self._steps.append(self._slice(text, start))
        else:
            self._steps.append(Indices(tuple(self._integer(part.strip(), start) for part in text.split(","))))

    def _slice(self, text: str, start: int) -> Slice:
        first, _, rest = text.partition(":")
        second = rest.partition(":")[0]
        if not first and not second:
            self._cursor.fail("a slice needs a start or an end", start)
        return Slice(
            self._integer(first, start) if first else None,
            self._integer(second, start) if second else None,
        )

    def _integer(self, text: str, start: int) -> int:
        if not _INTEGER.fullmatch(text) or not -_JAVA_INTEGER <= int(text) < _JAVA_INTEGER:
            self._cursor.fail("expected an index", start)
        return int(text)
