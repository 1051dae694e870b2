"""Attribute values: what is stored, and what is refused. Reference: platform-neighbours section 2; Developer Guide
("Supported data types and naming rules", "Constraints in Amazon DynamoDB")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import invalid, refusal

LARGEST = "9." + "9" * 37 + "E+125"

NUMBERS = {
    "0": "0",
    "-0": "0",
    "0.0": "0",
    "000": "0",
    "0E100": "0",
    "1": "1",
    "+1": "1",
    "-1": "-1",
    "01": "1",
    "1.0": "1",
    "1.50": "1.5",
    "00.10": "0.1",
    ".5": "0.5",
    "5.": "5",
    "1e3": "1000",
    "1E+3": "1000",
    "1e-3": "0.001",
    "12.34e1": "123.4",
    "12.34e-1": "1.234",
    "-12.340": "-12.34",
    "100e-2": "1",
    "1E125": "1" + "0" * 125,
    "1E-130": "0." + "0" * 129 + "1",
    LARGEST: "9" * 38 + "0" * 88,
    "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
    "1.2345678901234567890123456789012345678": "1.2345678901234567890123456789012345678",
    "0.00000000000000000000000000000000000000001": "0.00000000000000000000000000000000000000001",
    "1234567890123456789012345678901234567800": "1234567890123456789012345678901234567800",
}


@pytest.mark.parametrize(("given", "stored"), NUMBERS.items())
def test_numbers_are_exact_and_lose_their_zeros(dynamodb: Any, shared: str, given: str, stored: str) -> None:
    """Developer Guide ("Number"): 38 digits, leading and trailing zeros are trimmed."""
    dynamodb.put_item(TableName=shared, Item={"id": {"S": given}, "n": {"N": given}})
    assert dynamodb.get_item(TableName=shared, Key={"id": {"S": given}})["Item"]["n"] == {"N": stored}


_NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"
_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
_PRECISION = "Attempting to store more than 38 significant digits in a Number"

BAD_NUMBERS = {
    "": _NOT_A_NUMBER,
    "abc": f"{_NOT_A_NUMBER}: abc",
    "1 ": f"{_NOT_A_NUMBER}: 1",
    "1_000": f"{_NOT_A_NUMBER}: 1_000",
    "1,5": f"{_NOT_A_NUMBER}: 1,5",
    "0x10": f"{_NOT_A_NUMBER}: 0x10",
    "NaN": f"{_NOT_A_NUMBER}: NaN",
    "Infinity": f"{_NOT_A_NUMBER}: Infinity",
    "--1": f"{_NOT_A_NUMBER}: --1",
    "1e": f"{_NOT_A_NUMBER}: 1e",
    ".": f"{_NOT_A_NUMBER}: .",
    "٣": f"{_NOT_A_NUMBER}: ٣",
    "1E126": _OVERFLOW,
    "-1E126": _OVERFLOW,
    "1E1000000000": _OVERFLOW,
    "1" * 127: _OVERFLOW,
    "1E-131": _UNDERFLOW,
    "1E-999999999": _UNDERFLOW,
    "1" * 39: _PRECISION,
    "0." + "1" * 39: _PRECISION,
}


@pytest.mark.parametrize(("given", "message"), BAD_NUMBERS.items(), ids=range(len(BAD_NUMBERS)))
def test_what_is_no_number_is_refused(dynamodb: Any, shared: str, given: str, message: str) -> None:
    assert invalid(dynamodb.put_item, TableName=shared, Item={"id": {"S": "x"}, "n": {"N": given}}) == message


VALUES: list[dict[str, Any]] = [
    {"S": ""},
    {"S": "ä€𝄞"},
    {"S": "\u0000"},
    {"B": b""},
    {"B": b"\x00\xff"},
    {"BOOL": True},
    {"BOOL": False},
    {"NULL": True},
    {"SS": ["b", "a"]},
    {"SS": [""]},
    {"NS": ["1", "-2.5"]},
    {"BS": [b"\x00", b"\xff"]},
    {"L": []},
    {"L": [{"S": "a"}, {"N": "1"}, {"L": [{"NULL": True}]}]},
    {"M": {}},
    {"M": {"": {"S": "an empty name"}, "a.b": {"M": {"c": {"BOOL": True}}}}},
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_values_come_back_as_they_were(dynamodb: Any, shared: str, value: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=shared, Item={"id": {"S": "v"}, "v": value})
    assert dynamodb.get_item(TableName=shared, Key={"id": {"S": "v"}})["Item"]["v"] == value


_INVALID = "One or more parameter values were invalid: "
BAD_VALUES: list[tuple[dict[str, Any], str]] = [
    ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    (
        {"S": "a", "N": "1"},
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    ),
    ({"NULL": False}, f"{_INVALID}Null attribute value types must have the value of true"),
    ({"SS": []}, f"{_INVALID}An string set  may not be empty"),
    ({"NS": []}, f"{_INVALID}An number set  may not be empty"),
    ({"BS": []}, f"{_INVALID}Binary sets should not be empty"),
    ({"SS": ["a", "a"]}, f"{_INVALID}Input collection [a, a] contains duplicates."),
    ({"NS": ["1", "1.0"]}, f"{_INVALID}Input collection contains duplicates."),
    ({"BS": [b"a", b"a"]}, f"{_INVALID}Input collection contains duplicates."),
    ({"NS": ["x"]}, f"{_NOT_A_NUMBER}: x"),
    ({"L": [{}]}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ({"M": {"a": {"N": "b"}}}, f"{_NOT_A_NUMBER}: b"),
]


@pytest.mark.parametrize(("value", "message"), BAD_VALUES, ids=range(len(BAD_VALUES)))
def test_values_that_are_none(dynamodb: Any, shared: str, value: dict[str, Any], message: str) -> None:
    assert invalid(dynamodb.put_item, TableName=shared, Item={"id": {"S": "x"}, "v": value}) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"S": 5}', "NUMBER_VALUE cannot be converted to String"),
        ('{"N": 5}', "NUMBER_VALUE cannot be converted to String"),
        ('{"S": true}', "TRUE_VALUE cannot be converted to String"),
        ('{"N": false}', "FALSE_VALUE cannot be converted to String"),
        ('{"S": {}}', "Start of structure or map found where not expected"),
        ('{"S": []}', "Start of list found where not expected"),
        ('{"L": {}}', "Start of structure or map found where not expected"),
        ('{"M": []}', "Start of list found where not expected"),
        ('{"SS": "a"}', "Unexpected value type in payload"),
        ('{"BOOL": "true"}', "Unexpected value type in payload"),
        ('"text"', "Unexpected value type in payload"),
        ("[]", "Start of list found where not expected"),
    ],
)
def test_json_of_another_type(world: Any, shared: str, body: str, message: str) -> None:
    """platform-neighbours 2: SerializationException."""
    from gatelet.aws.scope import Scope

    text = f'{{"TableName": "{shared}", "Item": {{"id": {{"S": "a"}}, "v": {body}}}}}'
    headers = [("X-Amz-Target", "DynamoDB_20120810.PutItem")]
    answer = world.serve("dynamodb", headers, text.encode(), Scope("000000000000", "us-east-1"))
    assert answer.status_code == 400
    assert b"SerializationException" in answer.content
    assert message.encode() in answer.content


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for _ in range(depth):
        value = {"M": {"a": value}}
    return value


def test_maps_nest_32_levels_and_no_more(dynamodb: Any, shared: str) -> None:
    """Developer Guide ("Constraints"): nested up to 32 levels deep."""
    dynamodb.put_item(TableName=shared, Item={"id": {"S": "deep"}, "v": nested(32)})
    message = invalid(dynamodb.put_item, TableName=shared, Item={"id": {"S": "deep"}, "v": nested(33)})
    assert message.startswith("Nesting Levels have exceeded supported limits")


def test_updates_cannot_nest_deeper(dynamodb: Any, shared: str) -> None:
    key = {"id": {"S": "deeper"}}
    dynamodb.put_item(TableName=shared, Item={**key, "v": nested(20)})
    arguments: dict[str, Any] = {"TableName": shared, "Key": key, "UpdateExpression": "SET v" + ".a" * 19 + " = :v"}
    dynamodb.update_item(**arguments, ExpressionAttributeValues={":v": nested(13)})
    message = invalid(dynamodb.update_item, **arguments, ExpressionAttributeValues={":v": nested(14)})
    assert message.startswith("Nesting Levels have exceeded supported limits")


def test_an_item_has_at_most_400_kb(dynamodb: Any, shared: str) -> None:
    """platform-neighbours 2: names and values count, in UTF-8."""
    room = 400 * 1024 - len("id") - len("big") - len("v")
    dynamodb.put_item(TableName=shared, Item={"id": {"S": "big"}, "v": {"S": "x" * room}})
    item = {"id": {"S": "big"}, "v": {"S": "x" * (room + 1)}}
    assert invalid(dynamodb.put_item, TableName=shared, Item=item) == "Item size has exceeded the maximum allowed size"
    item = {"id": {"S": "big"}, "v": {"S": "ä" * (room // 2 + 1)}}
    assert invalid(dynamodb.put_item, TableName=shared, Item=item) == "Item size has exceeded the maximum allowed size"
    grown = invalid(
        dynamodb.update_item,
        TableName=shared,
        Key={"id": {"S": "big"}},
        UpdateExpression="SET w = :w",
        ExpressionAttributeValues={":w": {"S": "y"}},
    )
    assert grown == "Item size to update has exceeded the maximum allowed size"


_EMPTY_KEY = (
    "One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: id"
)
KEYS: list[tuple[dict[str, Any], str]] = [
    ({}, "One or more parameter values were invalid: Missing the key id in the item"),
    ({"id": {"N": "1"}}, "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N"),
    (
        {"id": {"S": ""}},
        _EMPTY_KEY,
    ),
    (
        {"id": {"S": "x" * 2049}},
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
]


@pytest.mark.parametrize(("item", "message"), KEYS, ids=range(len(KEYS)))
def test_items_have_keys(dynamodb: Any, shared: str, item: dict[str, Any], message: str) -> None:
    assert invalid(dynamodb.put_item, TableName=shared, Item=item) == message


_MATCH = "The provided key element does not match the schema"
_COUNT = "The number of conditions on the keys is invalid"
GIVEN_KEYS: list[tuple[dict[str, Any], str]] = [
    ({}, _COUNT),
    ({"other": {"S": "a"}}, _MATCH),
    ({"id": {"N": "1"}}, _MATCH),
    ({"id": {"S": "a"}, "other": {"S": "b"}}, _COUNT),
    (
        {"id": {"S": ""}},
        _EMPTY_KEY,
    ),
]


@pytest.mark.parametrize("call", ["get_item", "delete_item", "update_item"])
@pytest.mark.parametrize(("key", "message"), GIVEN_KEYS, ids=range(len(GIVEN_KEYS)))
def test_keys_fit_the_schema(dynamodb: Any, shared: str, call: str, key: dict[str, Any], message: str) -> None:
    assert invalid(getattr(dynamodb, call), TableName=shared, Key=key) == message


def test_long_sort_keys(dynamodb: Any, sorted_table: str, world: Any) -> None:
    from tests.conformance.dynamodb.conftest import make_table

    name = make_table(dynamodb, world.name(), "a:S,b:S")
    dynamodb.put_item(TableName=name, Item={"a": {"S": "x" * 2048}, "b": {"S": "y" * 1024}})
    message = invalid(dynamodb.put_item, TableName=name, Item={"a": {"S": "x"}, "b": {"S": "y" * 1025}})
    assert message == (
        "One or more parameter values were invalid: "
        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )


@pytest.mark.parametrize("call", ["get_item", "put_item", "delete_item", "update_item", "scan", "query"])
def test_a_table_that_is_not_there(dynamodb: Any, call: str) -> None:
    """platform-neighbours 2 [S]: operations on items do not name the table."""
    more: dict[str, Any] = {
        "put_item": {"Item": {"id": {"S": "a"}}},
        "scan": {},
        "query": {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}},
    }.get(call, {"Key": {"id": {"S": "a"}}})
    assert refusal(getattr(dynamodb, call), TableName="nowhere", **more) == (
        "ResourceNotFoundException",
        "Requested resource not found",
    )


def test_attributes_have_names(dynamodb: Any, shared: str) -> None:
    """Developer Guide ("Naming rules"): at least one character."""
    message = "One or more parameter values were invalid: Empty attribute name"
    key = {"id": {"S": "x"}}
    assert invalid(dynamodb.put_item, TableName=shared, Item={**key, "": {"S": "x"}}) == message
    updates = {"": {"Action": "PUT", "Value": {"S": "x"}}}
    assert invalid(dynamodb.update_item, TableName=shared, Key=key, AttributeUpdates=updates) == message
