"""The parameters of old clients. Reference: Developer Guide ("Legacy DynamoDB conditional parameters")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import invalid, refusal

ITEM: dict[str, Any] = {
    "id": {"S": "item"},
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "ss": {"SS": ["a", "b"]},
    "l": {"L": [{"S": "x"}]},
}


def compared(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, **({"AttributeValueList": list(values)} if values else {})}


S, N = {"S": "hello"}, {"N": "10"}
HOLD: list[dict[str, Any]] = [
    {"s": {"Value": S}},
    {"s": {"Value": S, "Exists": True}},
    {"none": {"Exists": False}},
    {"s": compared("EQ", S)},
    {"s": compared("NE", N)},
    {"n": compared("LT", {"N": "11"})},
    {"n": compared("LE", N)},
    {"n": compared("GT", {"N": "9"})},
    {"n": compared("GE", N)},
    {"s": compared("NOT_NULL")},
    {"none": compared("NULL")},
    {"s": compared("CONTAINS", {"S": "ell"})},
    {"ss": compared("CONTAINS", {"S": "a"})},
    {"l": compared("CONTAINS", {"S": "x"})},
    {"ss": compared("NOT_CONTAINS", {"S": "c"})},
    {"s": compared("BEGINS_WITH", {"S": "he"})},
    {"s": compared("IN", {"S": "x"}, S)},
    {"n": compared("BETWEEN", {"N": "9"}, {"N": "11"})},
    {"s": {"Value": S, "ComparisonOperator": "EQ"}},
    {"s": {"Value": S}, "n": {"Value": N}},
]
FAIL: list[dict[str, Any]] = [
    {"s": {"Value": {"S": "x"}}},
    {"s": {"Exists": False}},
    {"none": {"Value": S}},
    {"s": compared("NE", S)},
    {"n": compared("LT", N)},
    {"n": compared("GT", {"S": "a"})},
    {"s": compared("NULL")},
    {"none": compared("NOT_NULL")},
    {"s": compared("CONTAINS", {"S": "x"})},
    {"ss": compared("NOT_CONTAINS", {"S": "a"})},
    {"s": compared("IN", {"S": "x"})},
    {"n": compared("BETWEEN", {"N": "1"}, {"N": "2"})},
    {"s": {"Value": S}, "n": {"Value": {"N": "1"}}},
]


@pytest.fixture(scope="module")
def held(dynamodb: Any, shared: str) -> str:
    dynamodb.put_item(TableName=shared, Item=ITEM)
    return shared


@pytest.mark.parametrize("expected", HOLD, ids=range(len(HOLD)))
def test_expectations_that_are_met(dynamodb: Any, held: str, expected: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=held, Item=ITEM, Expected=expected)


@pytest.mark.parametrize("expected", FAIL, ids=range(len(FAIL)))
def test_expectations_that_are_not(dynamodb: Any, held: str, expected: dict[str, Any]) -> None:
    code, _ = refusal(dynamodb.delete_item, TableName=held, Key={"id": {"S": "item"}}, Expected=expected)
    assert code == "ConditionalCheckFailedException"


def test_one_of_several(dynamodb: Any, held: str) -> None:
    either = {"s": {"Value": {"S": "x"}}, "n": {"Value": N}}
    dynamodb.put_item(TableName=held, Item=ITEM, Expected=either, ConditionalOperator="OR")
    code, _ = refusal(dynamodb.put_item, TableName=held, Item=ITEM, Expected=either, ConditionalOperator="AND")
    assert code == "ConditionalCheckFailedException"


_WRONG = "One or more parameter values were invalid: "
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"s": {}}, "Value must be provided when Exists is null for Attribute: s"),
    ({"s": {"Exists": True}}, "Value must be provided when Exists is true for Attribute: s"),
    ({"s": {"Exists": False, "Value": S}}, "Value cannot be used when Exists is false for Attribute: s"),
    (
        {"s": {"Exists": False, "ComparisonOperator": "NULL"}},
        "Exists and ComparisonOperator cannot be used together for Attribute: s",
    ),
    (
        {"s": {"Value": S, **compared("EQ", S)}},
        "Value and AttributeValueList cannot be used together for Attribute: s",
    ),
    (
        {"s": {"AttributeValueList": [S]}},
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: s",
    ),
    ({"s": compared("EQ")}, "Invalid number of argument(s) for the EQ ComparisonOperator"),
    ({"s": compared("BETWEEN", S)}, "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    ({"s": compared("NULL", S)}, "Invalid number of argument(s) for the NULL ComparisonOperator"),
    ({"s": compared("LT", {"L": []})}, "ComparisonOperator LT is not valid for L AttributeValue type"),
    ({"s": compared("BEGINS_WITH", N)}, "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
]


@pytest.mark.parametrize(("expected", "message"), WRONG, ids=range(len(WRONG)))
def test_expectations_that_are_none(dynamodb: Any, held: str, expected: dict[str, Any], message: str) -> None:
    assert invalid(dynamodb.put_item, TableName=held, Item=ITEM, Expected=expected) == _WRONG + message


def test_the_operator_stands_with_two_conditions(dynamodb: Any, held: str) -> None:
    call = dynamodb.put_item
    none = invalid(call, TableName=held, Item=ITEM, ConditionalOperator="OR")
    assert none == "ConditionalOperator cannot be used without Filter or Expected"
    one = invalid(call, TableName=held, Item=ITEM, ConditionalOperator="OR", Expected={"s": {"Value": S}})
    assert one == "ConditionalOperator can only be used when Filter or Expected has two or more elements"


UPDATES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"s": {"Value": {"S": "x"}}}, {"s": {"S": "x"}}),
    ({"s": {"Value": {"S": "x"}, "Action": "PUT"}}, {"s": {"S": "x"}}),
    ({"s": {"Action": "DELETE"}}, {"s": None}),
    ({"n": {"Value": {"N": "5"}, "Action": "ADD"}}, {"n": {"N": "15"}}),
    ({"m": {"Value": {"N": "5"}, "Action": "ADD"}}, {"m": {"N": "5"}}),
    ({"ss": {"Value": {"SS": ["c"]}, "Action": "ADD"}}, {"ss": {"SS": ["a", "b", "c"]}}),
    ({"ss": {"Value": {"SS": ["a"]}, "Action": "DELETE"}}, {"ss": {"SS": ["b"]}}),
    ({"l": {"Value": {"L": [{"S": "y"}]}, "Action": "ADD"}}, {"l": {"L": [{"S": "x"}, {"S": "y"}]}}),
]


@pytest.mark.parametrize(("updates", "changed"), UPDATES, ids=range(len(UPDATES)))
def test_attribute_updates(dynamodb: Any, held: str, updates: dict[str, Any], changed: dict[str, Any]) -> None:
    item = {**ITEM, "id": {"S": "updated"}}
    dynamodb.put_item(TableName=held, Item=item)
    answer = dynamodb.update_item(
        TableName=held, Key={"id": item["id"]}, AttributeUpdates=updates, ReturnValues="ALL_NEW"
    )
    assert answer["Attributes"] == {name: value for name, value in {**item, **changed}.items() if value is not None}


def test_updates_that_are_none(dynamodb: Any, held: str) -> None:
    key = {"id": {"S": "updated"}}
    no_value = invalid(dynamodb.update_item, TableName=held, Key=key, AttributeUpdates={"s": {"Action": "ADD"}})
    assert no_value == f"{_WRONG}Only DELETE action is allowed when no attribute value is specified: s"
    text = {"s": {"Action": "ADD", "Value": S}}
    assert invalid(dynamodb.update_item, TableName=held, Key=key, AttributeUpdates=text) == (
        f"{_WRONG}ADD action is not supported for the type S"
    )
    of_key = {"id": {"Value": S}}
    assert invalid(dynamodb.update_item, TableName=held, Key=key, AttributeUpdates=of_key) == (
        f"{_WRONG}Cannot update attribute id. This attribute is part of the key"
    )


KEYS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["1", "2", "3", "10"]),
    ({"sk": compared("EQ", {"N": "2"})}, ["2"]),
    ({"sk": compared("LT", {"N": "2"})}, ["1"]),
    ({"sk": compared("LE", {"N": "2"})}, ["1", "2"]),
    ({"sk": compared("GT", {"N": "2"})}, ["3", "10"]),
    ({"sk": compared("GE", {"N": "2"})}, ["2", "3", "10"]),
    ({"sk": compared("BETWEEN", {"N": "2"}, {"N": "5"})}, ["2", "3"]),
]


@pytest.mark.parametrize(("conditions", "expected"), KEYS, ids=range(len(KEYS)))
def test_key_conditions(dynamodb: Any, sorted_table: str, conditions: dict[str, Any], expected: list[str]) -> None:
    for number in ("1", "2", "3", "10"):
        dynamodb.put_item(TableName=sorted_table, Item={"pk": S, "sk": {"N": number}, "v": {"N": number}})
    conditions = {"pk": compared("EQ", S), **conditions}
    found = dynamodb.query(TableName=sorted_table, KeyConditions=conditions, AttributesToGet=["sk"])
    assert [item["sk"]["N"] for item in found["Items"]] == expected
    assert all(item.keys() == {"sk"} for item in found["Items"])


@pytest.mark.parametrize("operator", ["NE", "IN", "CONTAINS", "NOT_CONTAINS", "NULL", "NOT_NULL"])
def test_key_conditions_that_are_none(dynamodb: Any, sorted_table: str, operator: str) -> None:
    values = () if operator.endswith("NULL") else ({"N": "1"},)
    conditions = {"pk": compared("EQ", S), "sk": compared(operator, *values)}
    message = invalid(dynamodb.query, TableName=sorted_table, KeyConditions=conditions)
    assert message == "Attempted conditional constraint is not an indexable operation"


def test_filters(dynamodb: Any, sorted_table: str) -> None:
    item = {"pk": {"S": "filtered"}, "sk": {"N": "1"}, "v": {"N": "1"}}
    dynamodb.put_item(TableName=sorted_table, Item=item)
    by_key = {"pk": compared("EQ", {"S": "filtered"})}
    for operator, count in (("EQ", 1), ("NE", 0)):
        condition = {"v": compared(operator, {"N": "1"})}
        found = dynamodb.query(TableName=sorted_table, KeyConditions=by_key, QueryFilter=condition)
        assert found["Count"] == count
        scanned = dynamodb.scan(TableName=sorted_table, ScanFilter={**by_key, **condition})
        assert scanned["Count"] == count
    message = invalid(dynamodb.query, TableName=sorted_table, KeyConditions=by_key, QueryFilter=by_key)
    assert message == "QueryFilter can only contain non-primary key attributes: Primary key attribute: pk"


def test_attributes_to_get(dynamodb: Any, held: str) -> None:
    key = {"id": {"S": "item"}}
    found = dynamodb.get_item(TableName=held, Key=key, AttributesToGet=["s", "nothing", "id"])
    assert found["Item"] == {"s": S, "id": {"S": "item"}}
    twice = invalid(dynamodb.get_item, TableName=held, Key=key, AttributesToGet=["s", "s"])
    assert twice == f"{_WRONG}Duplicate value in attribute name: s"
