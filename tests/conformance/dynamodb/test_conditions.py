"""Conditions: what is true of an item. Reference: Developer Guide ("Comparison operator and function reference")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import error_of, refusal

ITEM: dict[str, Any] = {
    "id": {"S": "item"},
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "b": {"B": b"\x01\x80"},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]},
    "bs": {"BS": [b"x"]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"deep": {"S": "er"}}}]},
    "m": {"M": {"a": {"N": "5"}, "b": {"L": [{"S": "y"}]}}},
    "same": {"S": "hello"},
}
S, N = {"S": "hello"}, {"N": "10"}

TRUE: list[tuple[str, dict[str, Any]]] = [
    ("s = :v", S),
    ("s = same AND s = :v", S),
    ("n = :v", {"N": "10.0"}),
    ("b = :v", {"B": b"\x01\x80"}),
    ("yes = :v", {"BOOL": True}),
    ("nil = :v", {"NULL": True}),
    ("ss = :v", {"SS": ["b", "a"]}),
    ("ns = :v", {"NS": ["2.5", "1"]}),
    ("l = :v", ITEM["l"]),
    ("m = :v", {"M": {"b": {"L": [{"S": "y"}]}, "a": {"N": "5"}}}),
    ("s <> :v", {"S": "other"}),
    ("s <> :v", {"N": "1"}),
    ("gone <> :v", S),
    ("NOT s <> :v", S),
    ("n < :v", {"N": "10.5"}),
    ("n <= :v", N),
    ("n > :v", {"N": "9.9"}),
    ("n >= :v", N),
    ("n > :v", {"N": "-100"}),
    (":v < n", {"N": "9"}),
    ("s < :v", {"S": "hellp"}),
    ("s > :v", {"S": "Hello"}),
    ("s > :v", {"S": "hell"}),
    ("b > :v", {"B": b"\x01\x7f"}),
    ("b < :v", {"B": b"\x01\x80\x00"}),
    ("n BETWEEN :v AND n2 OR n = :v", N),
    ("n between :v and :v", N),
    (":v BETWEEN s AND same", S),
    ("s IN (:v)", S),
    ("n in (s, :v)", N),
    ("attribute_exists(s) AND s = :v", S),
    ("attribute_exists(m.a) AND s = :v", S),
    ("attribute_exists(l[2].deep) AND s = :v", S),
    ("attribute_not_exists(l[3]) AND s = :v", S),
    ("attribute_not_exists(m.c) AND s = :v", S),
    ("attribute_not_exists(s.a) AND s = :v", S),
    ("attribute_not_exists(s[0]) AND s = :v", S),
    ("attribute_type(s, :v)", {"S": "S"}),
    ("attribute_type(n, :v)", {"S": "N"}),
    ("attribute_type(b, :v)", {"S": "B"}),
    ("attribute_type(yes, :v)", {"S": "BOOL"}),
    ("attribute_type(nil, :v)", {"S": "NULL"}),
    ("attribute_type(ss, :v)", {"S": "SS"}),
    ("attribute_type(ns, :v)", {"S": "NS"}),
    ("attribute_type(bs, :v)", {"S": "BS"}),
    ("attribute_type(l, :v)", {"S": "L"}),
    ("attribute_type(m, :v)", {"S": "M"}),
    ("begins_with(s, :v)", {"S": "hel"}),
    ("begins_with(s, :v)", {"S": ""}),
    ("begins_with(b, :v)", {"B": b"\x01"}),
    ("contains(s, :v)", {"S": "ell"}),
    ("contains(b, :v)", {"B": b"\x80"}),
    ("contains(ss, :v)", {"S": "a"}),
    ("contains(ns, :v)", {"N": "2.5"}),
    ("contains(bs, :v)", {"B": b"x"}),
    ("contains(l, :v)", {"N": "1.0"}),
    ("contains(l, :v)", {"M": {"deep": {"S": "er"}}}),
    ("size(s) = :v", {"N": "5"}),
    ("size(b) = :v", {"N": "2"}),
    ("size(ss) = :v", {"N": "2"}),
    ("size(l) = :v", {"N": "3"}),
    ("size(m) = :v", {"N": "2"}),
    ("size(m.b) >= :v", {"N": "1"}),
    ("l[0] = :v", {"S": "x"}),
    ("l[2].deep = :v", {"S": "er"}),
    ("m.b[0] = :v", {"S": "y"}),
    ("s = :v OR gone = :v", S),
    ("NOT gone = :v", S),
    ("NOT (gone = :v AND s = :v)", S),
    ("s = :v AND NOT n = :v", S),
    ("n = :v OR s = s2 AND gone = :v", N),
    ("NOT n < :v", N),
    ("NOT NOT s = :v", S),
    ("(s = :v) OR (n = :v)", S),
    ("(s) = :v", S),
]

FALSE: list[tuple[str, dict[str, Any]]] = [
    ("s = :v", {"S": "Hello"}),
    ("s = :v", {"B": b"hello"}),
    ("n = :v", {"S": "10"}),
    ("gone = :v", S),
    ("s <> :v", S),
    ("n < :v", N),
    ("n < :v", {"S": "11"}),
    ("gone < :v", N),
    ("ss = :v", {"SS": ["a"]}),
    ("ss = :v", {"L": [{"S": "a"}, {"S": "b"}]}),
    ("n BETWEEN :v AND gone", {"N": "1"}),
    ("s IN (:v)", {"S": "x"}),
    ("gone IN (:v)", S),
    ("attribute_exists(gone) AND s = :v", S),
    ("attribute_not_exists(s) AND s = :v", S),
    ("attribute_type(gone, :v)", {"S": "S"}),
    ("attribute_type(s, :v)", {"S": "N"}),
    ("begins_with(s, :v)", {"S": "ello"}),
    ("begins_with(n, :v)", {"S": "1"}),
    ("contains(s, :v)", {"N": "1"}),
    ("contains(ss, :v)", {"S": "c"}),
    ("contains(n, :v)", {"N": "1"}),
    ("contains(gone, :v)", S),
    ("size(n) = :v", {"N": "2"}),
    ("size(gone) > :v", {"N": "0"}),
    ("s = :v AND gone = :v", S),
    ("s = :v AND n = s2 OR gone = :v", S),
    ("l[9] = :v", S),
    ("s.a = :v", S),
]


@pytest.fixture(scope="module")
def held(dynamodb: Any, shared: str) -> str:
    dynamodb.put_item(TableName=shared, Item=ITEM)
    return shared


@pytest.mark.parametrize(("condition", "value"), TRUE, ids=range(len(TRUE)))
def test_conditions_that_hold(dynamodb: Any, held: str, condition: str, value: dict[str, Any]) -> None:
    dynamodb.update_item(
        TableName=held,
        Key={"id": {"S": "item"}},
        ConditionExpression=condition,
        ExpressionAttributeValues={":v": value},
    )


@pytest.mark.parametrize(("condition", "value"), FALSE, ids=range(len(FALSE)))
def test_conditions_that_do_not(dynamodb: Any, held: str, condition: str, value: dict[str, Any]) -> None:
    assert refusal(
        dynamodb.update_item,
        TableName=held,
        Key={"id": {"S": "item"}},
        ConditionExpression=condition,
        ExpressionAttributeValues={":v": value},
    ) == ("ConditionalCheckFailedException", "The conditional request failed")


@pytest.mark.parametrize(("condition", "value"), [*TRUE, *FALSE], ids=range(len(TRUE) + len(FALSE)))
def test_filters_say_the_same(dynamodb: Any, held: str, condition: str, value: dict[str, Any]) -> None:
    """Filters and conditions are one language (Developer Guide, "Filter expressions")."""
    found = dynamodb.scan(TableName=held, FilterExpression=condition, ExpressionAttributeValues={":v": value})
    assert (found["Count"], found["ScannedCount"]) == (int((condition, value) in TRUE), 1)


def test_a_failed_condition_shows_the_item_if_asked(dynamodb: Any, held: str) -> None:
    """platform-neighbours 2 [S]: ReturnValuesOnConditionCheckFailure."""
    parameters: dict[str, Any] = {
        "TableName": held,
        "Key": {"id": {"S": "item"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    assert "Item" not in error_of(dynamodb.delete_item, **parameters)
    shown = error_of(dynamodb.delete_item, **parameters, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert shown["Item"] == ITEM


def test_a_failed_condition_on_nothing_shows_nothing(dynamodb: Any, held: str) -> None:
    error = error_of(
        dynamodb.update_item,
        TableName=held,
        Key={"id": {"S": "nothing"}},
        ConditionExpression="attribute_exists(id)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert error["Error"]["Code"] == "ConditionalCheckFailedException"
    assert "Item" not in error


def test_names_stand_for_any_name(dynamodb: Any, held: str) -> None:
    dynamodb.put_item(TableName=held, Item={"id": {"S": "odd"}, "a.b": {"S": "x"}, "size": {"N": "1"}})
    dynamodb.delete_item(
        TableName=held,
        Key={"id": {"S": "odd"}},
        ConditionExpression="#dotted = :x AND #size = :one",
        ExpressionAttributeNames={"#dotted": "a.b", "#size": "size"},
        ExpressionAttributeValues={":x": {"S": "x"}, ":one": {"N": "1"}},
    )
