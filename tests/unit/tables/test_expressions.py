"""The expression languages against anything: they refuse in their own words, and what they read can be run."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.tables.errors import ExpressionFailure, ValidationFailure
from gatelet.tables.expressions.application import apply
from gatelet.tables.expressions.conditions import parse_condition
from gatelet.tables.expressions.evaluation import holds
from gatelet.tables.expressions.key_conditions import parse_key_conditions
from gatelet.tables.expressions.placeholders import Placeholders
from gatelet.tables.expressions.projections import parse_projection
from gatelet.tables.expressions.reserved import RESERVED
from gatelet.tables.expressions.selection import select, tree_of
from gatelet.tables.expressions.updates import parse_update
from gatelet.tables.values import Item, read_item

VALUES: Item = {
    ":s": {"S": "x"},
    ":n": {"N": "1"},
    ":ss": {"SS": ["x"]},
    ":l": {"L": [{"N": "1"}]},
    ":t": {"S": "S"},
    ":b": {"B": "eA=="},
    ":nil": {"NULL": True},
}
ITEM: Item = {
    "a": {"N": "1"},
    "b": {"M": {"a": {"L": [{"S": "x"}, {"M": {"c": {"N": "2"}}}]}, "c": {"SS": ["x", "y"]}}},
    "c": {"L": [{"N": "1"}, {"L": [{"S": "x"}]}]},
    "d": {"S": "xyz"},
    "e": {"B": "eHk="},
}
WORDS = [
    *["a", "b", "c", "d", "e", "a.b", "b.a[0]", "b.a[1].c", "c[1][0]", "#n", "name", "a[0]", *VALUES, ":none"],
    *["=", "<>", "<", "<=", ">", ">=", "(", ")", ",", ".", "[", "]", "+", "-", "0", "7"],
    *["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE", "and", "set"],
    *["attribute_exists(", "attribute_not_exists(", "attribute_type(", "begins_with(", "contains(", "size("],
    *["if_not_exists(", "list_append(", "nothing("],
]
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=24).map(" ".join)
TEXTS = st.one_of(SENTENCES, st.text(max_size=40), st.text("()[]#:.,=<>+- \t\nabAND_0", max_size=40))


def placeholders() -> Placeholders:
    return Placeholders({"#n": "a"}, VALUES)


@settings(max_examples=120)
@given(TEXTS)
def test_conditions_are_read_or_refused(text: str) -> None:
    try:
        condition = parse_condition("ConditionExpression", text, placeholders())
    except ExpressionFailure:
        return
    assert holds(condition, ITEM) in {True, False}
    assert holds(condition, {}) in {True, False}


@settings(max_examples=120)
@given(TEXTS)
def test_updates_are_read_or_refused(text: str) -> None:
    try:
        update = parse_update(text, placeholders())
    except ExpressionFailure:
        return
    before = copy.deepcopy(ITEM)
    try:
        after = apply(update, ITEM)
    except ValidationFailure:
        return
    finally:
        assert before == ITEM, "an update leaves the item that it is given"
    assert read_item(after) == after


@given(TEXTS)
def test_projections_are_read_or_refused(text: str) -> None:
    try:
        paths = parse_projection(text, placeholders())
    except ExpressionFailure:
        return
    chosen = select(ITEM, tree_of(paths))
    assert chosen.keys() <= ITEM.keys()
    assert read_item(chosen) == chosen


@given(TEXTS)
def test_key_conditions_are_read_or_refused(text: str) -> None:
    try:
        found = parse_key_conditions(text, placeholders())
    except ValidationFailure:
        return
    assert 1 <= len(found) <= 2


HOSTILE = [
    "(" * 4096,
    "(" * 99 + "a = :s" + ")" * 99,
    "NOT " * 1000 + "a = :s",
    "((a = :s) AND " * 60 + "a = :s" + ")" * 60,
    "a" * 4096,
    "a." * 2047 + "a",
    "a" + "[0]" * 1300,
    "SET " + ", ".join(f"a{at} = :s" for at in range(290)),
    "SET a = " + "(" * 4000,
    "SET a = " + "list_append(" * 300,
    "REMOVE " + ", ".join(f"a{at}" for at in range(299)),
    "#" * 4096,
    "\ud800",
    "a = :s " + "OR a = :s " * 400,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_expressions_end(text: str) -> None:
    for parse in (
        lambda: parse_condition("ConditionExpression", text, placeholders()),
        lambda: parse_update(text, placeholders()),
        lambda: parse_projection(text, placeholders()),
    ):
        try:
            parse()
        except ExpressionFailure:
            continue


@pytest.mark.parametrize("word", sorted(RESERVED)[::20])
@pytest.mark.parametrize("spell", [str.upper, str.lower, str.title])
def test_reserved_words_in_any_case(word: str, spell: Any) -> None:
    """Developer Guide ("Reserved words in DynamoDB")."""
    with pytest.raises(ExpressionFailure) as caught:
        parse_projection(spell(word), Placeholders())
    expected = f"Attribute name is a reserved keyword; reserved keyword: {spell(word)}"
    assert caught.value.message == f"Invalid ProjectionExpression: {expected}"
    assert parse_projection(f"{word}_1", Placeholders()) == ((f"{word}_1",),)


def test_there_are_573_of_them() -> None:
    assert len(RESERVED) == 573
