"""Event patterns. Reference: Lambda Developer Guide ("Control which events Lambda sends to your function")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.functions.mappings.patterns import InvalidPattern, compile_pattern

EVENT = {
    "eventName": "INSERT",
    "empty": "",
    "nothing": None,
    "flag": True,
    "size": 12.5,
    "tags": ["red", "blue"],
    "dynamodb": {"NewImage": {"name": {"S": "Ada Lovelace"}, "age": {"N": "36"}}},
    "parts": [{"kind": "a", "price": 1}, {"kind": "b", "price": 2}],
}
CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"eventName": ["INSERT"]}, True),
    ({"eventName": ["MODIFY", "INSERT"]}, True),
    ({"eventName": ["insert"]}, False),
    ({"eventName": [{"equals-ignore-case": "insert"}]}, True),
    ({"eventName": ["INSERT"], "size": [1]}, False),
    ({"empty": [""]}, True),
    ({"nothing": [None]}, True),
    ({"absent": [None]}, False),
    ({"empty": [None]}, False),
    ({"flag": [True]}, True),
    ({"flag": [1]}, False),
    ({"size": [12.5]}, True),
    ({"size": [{"numeric": ["=", 12.5]}]}, True),
    ({"size": [{"numeric": [">", 10, "<=", 12.5]}]}, True),
    ({"size": [{"numeric": ["<", 12.5]}]}, False),
    ({"tags": ["blue"]}, True),
    ({"tags": ["green"]}, False),
    ({"dynamodb": {"NewImage": {"name": {"S": [{"prefix": "Ada"}]}}}}, True),
    ({"dynamodb": {"NewImage": {"name": {"S": [{"suffix": "lace"}]}}}}, True),
    ({"dynamodb": {"NewImage": {"name": {"S": [{"anything-but": ["Bob"]}]}}}}, True),
    ({"dynamodb": {"NewImage": {"name": {"S": [{"anything-but": {"prefix": "Ada"}}]}}}}, False),
    ({"dynamodb": {"OldImage": {"name": {"S": [{"anything-but": "Bob"}]}}}}, False),
    # Numbers of a table are strings: no comparison fits them (the Guide's note on DynamoDB)
    ({"dynamodb": {"NewImage": {"age": {"N": [{"numeric": ["=", 36]}]}}}}, False),
    ({"dynamodb": {"NewImage": {"age": {"N": ["36"]}}}}, True),
    ({"dynamodb": {"OldImage": {"name": [{"exists": False}]}}}, True),
    ({"dynamodb": {"NewImage": {"age": {"N": [{"exists": True}]}}}}, True),
    ({"dynamodb": {"NewImage": {"age": [{"exists": True}]}}}, False),
    ({"$or": [{"eventName": ["MODIFY"]}, {"size": [12.5]}]}, True),
    ({"$or": [{"eventName": ["MODIFY"]}, {"size": [1]}], "flag": [True]}, False),
    ({"parts": {"kind": ["b"]}}, True),
    ({"parts": {"kind": ["b"], "price": [1]}}, False),
]


@pytest.mark.parametrize(("pattern", "matches"), CASES, ids=range(len(CASES)))
def test_what_matches(pattern: dict[str, Any], matches: bool) -> None:
    assert compile_pattern(json.dumps(pattern)).matches(EVENT) is matches


INVALID = [
    "",
    "no JSON",
    "[]",
    '{"a": 1}',
    '{"a": "b"}',
    '{"a": []}',
    '{"a": [["b"]]}',
    '{"a": [{"prefix": 1}]}',
    '{"a": [{"wildcard": "*"}]}',
    '{"a": [{"prefix": "a", "suffix": "b"}]}',
    '{"a": [{"exists": "yes"}]}',
    '{"a": [{"numeric": [">", "1"]}]}',
    '{"a": [{"numeric": ["~", 1]}]}',
    '{"a": [{"anything-but": []}]}',
    '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}',
    '{"a":' * 100 + "[1]" + "}" * 100,
]


@pytest.mark.parametrize("text", INVALID, ids=range(len(INVALID)))
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(InvalidPattern):
        compile_pattern(text)


LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ab"])
RULES = st.dictionaries(
    st.sampled_from(["prefix", "suffix", "anything-but", "exists", "numeric", "equals-ignore-case"]), LEAVES
)
VALUES = st.recursive(
    LEAVES | st.lists(LEAVES | RULES, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "$or"]), inner | st.lists(inner, max_size=3), max_size=3),
    max_leaves=8,
)


@given(pattern=VALUES, event=st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2))
def test_any_json_is_a_pattern_or_refused(pattern: Any, event: dict[str, Any]) -> None:
    try:
        compiled = compile_pattern(json.dumps(pattern))
    except InvalidPattern:
        return
    assert compiled.matches(event) in {True, False}
