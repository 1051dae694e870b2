"""Statements. Pure.

SELECT * | path, ... FROM table[.index] [WHERE condition] [ORDER BY name [ASC|DESC], ...]
INSERT INTO table VALUE {...}
UPDATE table (SET path = sum, ... | REMOVE path, ...)... WHERE condition [RETURNING what *]
DELETE FROM table WHERE condition [RETURNING ALL OLD *]
EXISTS (SELECT ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.parser import check_overlaps
from gatelet.tables.expressions.syntax import (
    Action,
    Attribute,
    ListAppend,
    Literal,
    Operand,
    Path,
    Sum,
)
from gatelet.tables.partiql.conditions import read_condition
from gatelet.tables.partiql.keys import NO_KEY
from gatelet.tables.partiql.statements import Change, Delete, Exists, Insert, Select, Statement
from gatelet.tables.partiql.values import Reader, malformed
from gatelet.tables.values import SETS, type_of

_SET_FUNCTIONS: Final = {"SET_ADD": "ADD", "SET_DELETE": "DELETE"}


def parse(text: str, parameters: Sequence[Any] = ()) -> Statement:
    """The statement; ``parameters`` are attribute values. Raises ValidationFailure, WrongJsonType."""
    reader = Reader(text, parameters)
    word = reader.expect_word("SELECT", "INSERT", "UPDATE", "DELETE", "EXISTS")
    statement: Statement
    if word == "SELECT":
        statement = _select(reader)
    elif word == "INSERT":
        statement = _insert(reader)
    elif word == "UPDATE":
        statement = _change(reader)
    elif word == "DELETE":
        statement = _delete(reader)
    else:
        reader.expect("(")
        reader.expect_word("SELECT")
        statement = Exists(_select(reader))
        reader.expect(")")
    reader.finish()
    return statement


def _select(reader: Reader) -> Select:
    columns: tuple[Path, ...] | None = None
    if not reader.accept("*"):
        found = [reader.path()]
        while reader.accept(","):
            found.append(reader.path())
        columns = tuple(found)
    reader.expect_word("FROM")
    table = reader.name()
    index = reader.name() if reader.accept(".") else None
    where = read_condition(reader) if reader.accept_word("WHERE") else None
    order: list[tuple[str, bool]] = []
    if reader.accept_word("ORDER"):
        reader.expect_word("BY")
        order.append(_order(reader))
        while reader.accept(","):
            order.append(_order(reader))
    return Select(table, index, columns, where, tuple(order))


def _order(reader: Reader) -> tuple[str, bool]:
    name = reader.name()
    return name, reader.accept_word("ASC", "DESC") == "DESC"


def _insert(reader: Reader) -> Insert:
    reader.expect_word("INTO")
    table = reader.name()
    reader.expect_word("VALUE")
    value = reader.literal()
    if "M" not in value:
        raise malformed("The value of INSERT is no map")
    return Insert(table, value["M"])


def _change(reader: Reader) -> Change:
    table = reader.name()
    actions: list[Action] = []
    while (clause := reader.accept_word("SET", "REMOVE")) is not None:
        read = _set if clause == "SET" else _remove
        actions.append(read(reader))
        while reader.accept(","):
            actions.append(read(reader))
    if not actions:
        raise reader.unexpected()
    check_overlaps("UpdateExpression", [action.path for action in actions])
    where = _where(reader)
    return Change(table, tuple(actions), where, _returning(reader, ("ALL", "MODIFIED"), ("OLD", "NEW")))


def _delete(reader: Reader) -> Delete:
    reader.expect_word("FROM")
    return Delete(reader.name(), _where(reader), _returning(reader, ("ALL",), ("OLD",)))


def _where(reader: Reader) -> Any:
    if not reader.accept_word("WHERE"):
        raise ValidationFailure(NO_KEY) if reader.token.kind == "end" else reader.unexpected()
    return read_condition(reader)


def _returning(reader: Reader, which: tuple[str, ...], when: tuple[str, ...]) -> str:
    if not reader.accept_word("RETURNING"):
        return "NONE"
    first, second = reader.expect_word(*which), reader.expect_word(*when)
    reader.expect("*")
    return f"{'ALL' if first == 'ALL' else 'UPDATED'}_{second}"


def _remove(reader: Reader) -> Action:
    return Action("REMOVE", reader.path())


def _set(reader: Reader) -> Action:
    path = reader.path()
    reader.expect("=")
    function = reader.token.keyword
    if function in _SET_FUNCTIONS and reader.follows("("):
        return _set_function(reader, path, _SET_FUNCTIONS[function])
    left = _operand(reader)
    sign = reader.accept("+", "-")
    if sign is None:
        return Action("SET", path, left)
    return Action("SET", path, Sum(left, _operand(reader), subtract=sign == "-"))


def _set_function(reader: Reader, path: Path, clause: str) -> Action:
    name = reader.advance().text
    reader.expect("(")
    if reader.path() != path:
        raise malformed(f"{name} must change the attribute that is set")
    reader.expect(",")
    value = reader.literal()
    reader.expect(")")
    if type_of(value) not in SETS:
        raise malformed(f"{name} takes a set")
    return Action(clause, path, Literal(value))


def _operand(reader: Reader) -> Operand:
    if reader.starts_literal():
        return Literal(reader.literal())
    if reader.token.keyword == "LIST_APPEND" and reader.follows("("):
        reader.advance()
        reader.expect("(")
        reader.nest(1)
        first = _operand(reader)
        reader.expect(",")
        second = _operand(reader)
        reader.nest(-1)
        reader.expect(")")
        return ListAppend(first, second)
    return Attribute(reader.path())
