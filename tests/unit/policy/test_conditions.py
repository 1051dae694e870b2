"""Condition operators: identity section 2, the table "Condition"."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.policy.conditions import compile_conditions
from gatelet.policy.errors import MalformedPolicy, UnsupportedOperator

ARN = "arn:aws:execute-api:us-east-1:1:api/prod/GET/users"


def holds(operator: str, policy: Any, request: tuple[str, ...] | None) -> bool:
    tests = compile_conditions({operator: {"Aws:Key": policy}}, variables=True)
    context = {} if request is None else {"aws:key": request}
    return all(test.holds(context) for test in tests)


@pytest.mark.parametrize(
    ("operator", "policy", "request_values", "expected"),
    [
        ("StringEquals", "a", ("a",), True),
        ("StringEquals", "a", ("A",), False),
        ("StringEquals", "a*", ("ab",), False),
        ("StringEquals", ["a", "b"], ("b",), True),
        ("StringEquals", [], ("b",), False),
        ("StringEquals", "a", None, False),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", ("b",), False),
        ("StringNotEquals", "a", ("b",), True),
        ("StringNotEquals", ["a", "b"], ("b",), False),
        ("StringNotEquals", "a", None, True),
        ("StringEqualsIgnoreCase", "aB", ("Ab",), True),
        ("StringNotEqualsIgnoreCase", "aB", ("Ab",), False),
        ("StringLike", "a*", ("abc",), True),
        ("StringLike", "a?c", ("abc",), True),
        ("StringLike", "a?c", ("abbc",), False),
        ("StringNotLike", "a*", ("abc",), False),
        ("StringNotLike", "a*", None, True),
        ("ArnLike", "arn:aws:execute-api:us-east-1:1:api/*/GET/users", (ARN,), True),
        ("ArnLike", "arn:aws:execute-api:*:1:api/*", (ARN,), True),
        ("ArnLike", "arn:aws:execute-api:us-east-1:1:api/*/POST/users", (ARN,), False),
        ("ArnLike", "arn:aws:*:1:api/prod/GET/users:x", (ARN,), False),
        ("ArnLike", "arn:aws:execute-api:us-east-1:2:api/*", (ARN,), False),
        ("ArnLike", "*", (ARN,), True),
        ("ArnLike", ARN, ("not an arn",), False),
        ("ArnLike", ARN, None, False),
        ("ArnEquals", "arn:aws:execute-api:us-east-1:1:api/*", (ARN,), True),
        ("ArnNotEquals", "arn:aws:execute-api:us-east-1:1:api/*", (ARN,), False),
        ("ArnNotLike", "arn:aws:s3:::b", (ARN,), True),
        ("ArnNotLike", "arn:aws:s3:::b", None, True),
        ("NumericEquals", "10", ("10.0",), True),
        ("NumericEquals", 10, ("10",), True),
        ("NumericNotEquals", "10", ("10",), False),
        ("NumericLessThan", "10", ("9.5",), True),
        ("NumericLessThan", "10", ("10",), False),
        ("NumericLessThanEquals", "10", ("10",), True),
        ("NumericGreaterThan", "10", ("9",), False),
        ("NumericGreaterThanEquals", "10", ("10",), True),
        ("NumericLessThan", "10", ("abc",), False),
        ("DateGreaterThan", "2025-01-01T00:00:00Z", ("2025-01-01T00:00:01Z",), True),
        ("DateLessThan", "2025-01-01T00:00:00Z", ("1735689599",), True),
        ("DateEquals", "2025-01-01", ("2025-01-01T01:00:00+01:00",), True),
        ("DateNotEquals", "2025-01-01", ("2025-01-01T00:00:00Z",), False),
        ("DateLessThanEquals", "1735689600", ("2025-01-01T00:00:00Z",), True),
        ("DateGreaterThanEquals", "2025-01-02", ("yesterday",), False),
        ("Bool", "true", ("True",), True),
        ("Bool", True, ("true",), True),
        ("Bool", "true", ("false",), False),
        ("Bool", "false", None, False),
        ("BoolIfExists", "false", None, True),
        ("BinaryEquals", "QUJD", ("QUJD",), True),
        ("BinaryEquals", "QUJD", ("QUJE",), False),
        ("IpAddress", "203.0.113.0/24", ("203.0.113.7",), True),
        ("IpAddress", "203.0.113.7", ("203.0.113.7",), True),
        ("IpAddress", "203.0.113.0/24", ("203.0.114.7",), False),
        ("IpAddress", "2001:db8::/32", ("2001:db8::1",), True),
        ("IpAddress", "203.0.113.0/24", ("::1",), False),
        ("IpAddress", "203.0.113.0/24", None, False),
        ("NotIpAddress", "203.0.113.0/24", ("203.0.113.7",), False),
        ("NotIpAddress", "203.0.113.0/24", None, True),
        ("Null", "true", None, True),
        ("Null", "true", ("x",), False),
        ("Null", "false", ("x",), True),
        ("Null", "false", None, False),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), True),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), False),
        ("ForAllValues:StringEquals", "a", None, True),
        ("ForAllValues:StringEquals", "a", (), True),
        ("ForAnyValue:StringEquals", ["a", "b"], ("c", "b"), True),
        ("ForAnyValue:StringEquals", ["a", "b"], ("c", "d"), False),
        ("ForAnyValue:StringEquals", "a", None, False),
        ("ForAnyValue:StringNotEquals", "a", ("a", "b"), True),
        ("ForAllValues:StringNotEquals", "a", ("a", "b"), False),
        ("ForAnyValue:StringLikeIfExists", "a*", None, True),
    ],
)
def test_operators(operator: str, policy: Any, request_values: tuple[str, ...] | None, expected: bool) -> None:
    assert holds(operator, policy, request_values) is expected


def test_every_operator_and_every_key_must_hold() -> None:
    tests = compile_conditions({"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}, variables=True)
    everything = {"a": ("1",), "b": ("2",), "c": ("true",)}
    assert all(test.holds(everything) for test in tests)
    for key in everything:
        assert not all(test.holds({**everything, key: ("x",)}) for test in tests)


@pytest.mark.parametrize("operator", ["StringEqual", "stringequals", "Foo", "NullIfExists", "ForAnyValue:", "IfExists"])
def test_an_unknown_operator_is_refused(operator: str) -> None:
    with pytest.raises(UnsupportedOperator):
        compile_conditions({operator: {"a": "b"}}, variables=True)


@pytest.mark.parametrize(
    "block",
    [
        [],
        {"StringEquals": []},
        {"StringEquals": {"a": {"b": "c"}}},
        {"NumericEquals": {"a": "x"}},
        {"NumericEquals": {"a": "NaN"}},
        {"DateEquals": {"a": "someday"}},
        {"Bool": {"a": "yes"}},
        {"Null": {"a": "maybe"}},
        {"IpAddress": {"a": "300.1.1.1"}},
        {"BinaryEquals": {"a": "%"}},
        {"ArnLike": {"a": "arn:aws:s3"}},
        {"StringEquals": {"a": "${"}},
    ],
)
def test_values_that_no_operator_can_read_are_refused(block: Any) -> None:
    with pytest.raises(MalformedPolicy):
        compile_conditions(block, variables=True)
