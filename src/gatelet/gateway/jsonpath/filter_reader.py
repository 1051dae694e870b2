"""Reads the conditions of filters: what stands inside ``[?( )]``.

``||`` binds less than ``&&``, ``!`` most. A path or a value stands on either side of an operator; a path by
itself asks whether it exists. Words (``in``, ``size`` ...) are written in any case, with a blank behind.
Reference: Jayway JsonPath's documentation, "Filter Operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gatelet.gateway.jsonpath.cursor import Cursor
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

ReadPath = Callable[[Cursor], Steps]

_SIGN = re.compile(r"[<>=!~]+")
_WORD = re.compile(r"[A-Za-z]+(?=\s)", re.ASCII)
_FLAGS = re.compile(r"[A-Za-z]*", re.ASCII)
_SIGNS: Final = frozenset({"==", "===", "!=", "!==", "<", "<=", ">", ">=", "=~"})
_WORDS: Final = frozenset(
    {"in", "nin", "subsetof", "anyof", "noneof", "all", "size", "empty", "contains", "exists", "type", "matches"}
)
_NOT_INLINE: Final = frozenset({"exists", "type", "matches"})


def read_condition(cursor: Cursor, read_path: ReadPath) -> Condition:
    """A condition, up to the parenthesis that closes it. Raises PathSyntaxError."""
    cursor.enter()
    conditions = [_read_all(cursor, read_path)]
    while _take_sign(cursor, "||"):
        conditions.append(_read_all(cursor, read_path))
    cursor.leave()
    return conditions[0] if len(conditions) == 1 else Or(tuple(conditions))


def _read_all(cursor: Cursor, read_path: ReadPath) -> Condition:
    conditions = [_read_one(cursor, read_path)]
    while _take_sign(cursor, "&&"):
        conditions.append(_read_one(cursor, read_path))
    return conditions[0] if len(conditions) == 1 else And(tuple(conditions))


def _take_sign(cursor: Cursor, sign: str) -> bool:
    cursor.blanks()
    return cursor.take(sign)


def _read_one(cursor: Cursor, read_path: ReadPath) -> Condition:
    cursor.blanks()
    if cursor.take("!"):
        cursor.enter()
        condition = _read_one(cursor, read_path)
        cursor.leave()
        return Not(condition)
    if cursor.take("("):
        condition = read_condition(cursor, read_path)
        cursor.blanks()
        cursor.expect(")")
        return condition
    left = _read_operand(cursor, read_path)
    cursor.blanks()
    position = cursor.position
    operator = _read_operator(cursor)
    if operator is None:
        if not isinstance(left, Steps):
            cursor.fail("expected an operator")
        return Exists(left)
    cursor.blanks()
    right = _read_operand(cursor, read_path)
    if operator != "=~" and (isinstance(left, Pattern) or isinstance(right, Pattern)):
        cursor.fail("a regular expression needs the operator '=~'", position)
    return Comparison(left, operator, right, position)


def _read_operator(cursor: Cursor) -> str | None:
    found = _SIGN.match(cursor.text, cursor.position)
    if found is not None:
        sign = found[0]
        if sign not in _SIGNS and sign.endswith("!") and sign[:-1] in _SIGNS:
            cursor.fail("a negation cannot be an operand")
        if sign not in _SIGNS:
            cursor.fail(f"there is no operator '{sign}'")
        cursor.position = found.end()
        return sign
    found = _WORD.match(cursor.text, cursor.position)
    if found is None:
        return None
    word = found[0].lower()
    if word not in _WORDS:
        cursor.fail(f"there is no operator '{word}'")
    if word in _NOT_INLINE:
        cursor.fail(f"the operator '{word}' cannot be written in a path")
    cursor.position = found.end()
    return word


def _read_operand(cursor: Cursor, read_path: ReadPath) -> Operand:
    character = cursor.peek()
    if character in {"$", "@"}:
        return read_path(cursor)
    if character == "/":
        return _read_pattern(cursor)
    return Literal(cursor.literal())


def _read_pattern(cursor: Cursor) -> Pattern:
    start = cursor.position
    cursor.position += 1
    while (character := cursor.peek()) != "/":
        if not character:
            cursor.fail("the regular expression is not closed", start)
        cursor.position += 2 if character == "\\" else 1
    expression = cursor.text[start + 1 : cursor.position]
    cursor.position += 1
    flags = _FLAGS.match(cursor.text, cursor.position)
    if flags is not None:
        cursor.position = flags.end()
    return Pattern(expression, flags[0] if flags is not None else "", start)
