"""WHERE clauses to the trees of conditions. Pure.

    condition  := all (OR all)*        all := negated (AND negated)*        negated := NOT negated | comparison
    comparison := ( condition ) | function(path, operand) | operand (= <> != < <= > >=) operand
                | operand [NOT] BETWEEN operand AND operand | operand [NOT] IN [operand, ...]
                | path IS [NOT] (MISSING | NULL)

Reference: Developer Guide ("PartiQL functions", "PartiQL arithmetic, comparison, and logical operators").
"""

from __future__ import annotations

from typing import Final

from gatelet.aws import quotas
from gatelet.tables.errors import ValidationFailure
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
)
from gatelet.tables.partiql.values import Reader, malformed

_COMPARATORS: Final = ("=", "<>", "!=", "<", "<=", ">", ">=")
_FUNCTIONS: Final = {"BEGINS_WITH": 2, "CONTAINS": 2, "ATTRIBUTE_TYPE": 2, "MISSING": 1}


def read_condition(reader: Reader) -> Condition:
    """The condition that is next. Raises ValidationFailure."""
    found = [_all(reader)]
    while reader.accept_word("OR"):
        found.append(_all(reader))
    return found[0] if len(found) == 1 else Either(tuple(found))


def _all(reader: Reader) -> Condition:
    found = [_negated(reader)]
    while reader.accept_word("AND"):
        found.append(_negated(reader))
    return found[0] if len(found) == 1 else Every(tuple(found))


def _negated(reader: Reader) -> Condition:
    if not reader.accept_word("NOT"):
        return _comparison(reader)
    reader.nest(1)
    found = Not(_negated(reader))
    reader.nest(-1)
    return found


def _comparison(reader: Reader) -> Condition:
    if reader.accept("("):
        reader.nest(1)
        inner = read_condition(reader)
        reader.nest(-1)
        reader.expect(")")
        return inner
    function = reader.token.keyword
    if function in _FUNCTIONS and reader.follows("("):
        return _function(reader, function)
    left = _operand(reader)
    if (sign := reader.accept(*_COMPARATORS)) is not None:
        return Compare("<>" if sign == "!=" else sign, left, _operand(reader))
    if reader.accept_word("IS"):
        return _is(reader, left)
    negated = reader.accept_word("NOT") is not None
    word = reader.expect_word("BETWEEN", "IN")
    found: Condition = _between(reader, left) if word == "BETWEEN" else _in(reader, left)
    return Not(found) if negated else found


def _operand(reader: Reader) -> Operand:
    if reader.starts_literal():
        return Literal(reader.literal())
    if reader.token.keyword == "SIZE" and reader.follows("("):
        reader.advance()
        reader.expect("(")
        operand = Attribute(reader.path())
        reader.expect(")")
        return Size(operand)
    return Attribute(reader.path())


def _function(reader: Reader, name: str) -> Condition:
    reader.advance()
    reader.expect("(")
    operands = [_operand(reader)]
    while reader.accept(","):
        operands.append(_operand(reader))
    reader.expect(")")
    if len(operands) != _FUNCTIONS[name]:
        raise malformed(f"{name.lower()} takes {_FUNCTIONS[name]} operands")
    if not isinstance(operands[0], Attribute):
        raise malformed(f"{name.lower()} requires a path as its first operand")
    if name == "MISSING":
        return Predicate("attribute_not_exists", (operands[0],))
    return Predicate(name.lower(), tuple(operands))


def _is(reader: Reader, left: Operand) -> Condition:
    if not isinstance(left, Attribute):
        raise reader.unexpected()
    negated = reader.accept_word("NOT") is not None
    word = reader.expect_word("MISSING", "NULL")
    found: Condition
    if word == "MISSING":
        found = Predicate("attribute_not_exists", (left,))
    else:
        found = Predicate("attribute_type", (left, Literal({"S": "NULL"})))
    return Not(found) if negated else found


def _between(reader: Reader, left: Operand) -> Condition:
    low = _operand(reader)
    reader.expect_word("AND")
    return Between(left, low, _operand(reader))


def _in(reader: Reader, left: Operand) -> Condition:
    end = "]" if reader.accept("[") else ")"
    if end == ")":
        reader.expect("(")
    options = [_operand(reader)]
    while reader.accept(","):
        options.append(_operand(reader))
    reader.expect(end)
    if len(options) > quotas.EXPRESSION_IN_OPERANDS:
        raise ValidationFailure(
            f"The IN operator is provided with too many operands; number of operands: {len(options)}"
        )
    return In(left, tuple(options))
