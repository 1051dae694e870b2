"""Any text is a statement or is refused, soon and in one way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.tables.errors import ValidationFailure
from gatelet.tables.expressions.evaluation import holds
from gatelet.tables.partiql.parser import parse
from gatelet.tables.partiql.statements import Change, Delete, Exists, Insert, Select

WORDS = [
    *(
        "SELECT",
        "*",
        "FROM",
        "WHERE",
        "INSERT",
        "INTO",
        "VALUE",
        "UPDATE",
        "SET",
        "REMOVE",
        "DELETE",
        "EXISTS",
        "ORDER",
    ),
    *("BY", "DESC", "RETURNING", "ALL", "OLD", "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "MISSING", "NULL", "TRUE"),
    *("a", '"b c"', "t", "a.b[0]", "'it''s'", "1", "-2.5e3", "?", "[", "]", "{", "}", "<<", ">>", "(", ")", ",", ":"),
    *("=", "<>", "<", "+", "-", ".", ";", "begins_with", "size", "list_append", "set_add", "'", '"', "\0", "é"),
]
STATEMENTS = (Select, Insert, Change, Delete, Exists)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        statement = parse(text, [{"S": "given"}] * text.count("?"))
    except ValidationFailure:
        return
    assert isinstance(statement, STATEMENTS)


def written_map(values: list[str]) -> str:
    """A map literal of these values."""
    return "{" + ", ".join(f"'k{at}': {value}" for at, value in enumerate(values)) + "}"


LITERALS = st.recursive(
    st.sampled_from(["1", "-2.50", "'a'", "'it''s'", "true", "null", "?"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]")
        | st.lists(inner, max_size=2).map(written_map)
    ),
    max_leaves=6,
)
CONDITIONS = st.recursive(
    st.tuples(st.sampled_from(["a", "a.b", "a[1]", '"a"']), st.sampled_from(["=", "<>", "<", ">="]), LITERALS).map(
        " ".join
    )
    | st.sampled_from(["a IS MISSING", "a IS NOT NULL", "size(a) > 1", "contains(a, 'x')", "a NOT IN [1, 2]"]),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda found: f"({' '.join(found)})")
        | inner.map(lambda one: f"NOT {one}")
    ),
    max_leaves=5,
)


@given(condition=CONDITIONS)
def test_every_condition_has_an_answer(condition: str) -> None:
    statement = parse(f"SELECT * FROM t WHERE {condition}", [{"N": "1"}] * condition.count("?"))
    assert isinstance(statement, Select)
    assert statement.where is not None
    for item in ({}, {"a": {"S": "x"}}, {"a": {"M": {"b": {"N": "1"}}}}, {"a": {"L": [{"N": "1"}, {"NULL": True}]}}):
        assert holds(statement.where, item) in {True, False}


@pytest.mark.parametrize("opening", ["(", "NOT ", "[", "{'a': ", "<<"])
def test_nesting_is_bounded(opening: str) -> None:
    before = "SELECT * FROM t WHERE " if opening in {"(", "NOT "} else "SELECT * FROM t WHERE a = "
    with pytest.raises(ValidationFailure, match="nested too deeply"):
        parse(before + opening * ((8_192 - len(before)) // len(opening)))
