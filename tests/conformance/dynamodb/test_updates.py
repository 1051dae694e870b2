"""What updates do. Reference: Developer Guide ("Using update expressions in DynamoDB")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import invalid, refusal

BEFORE: dict[str, Any] = {
    "s": {"S": "a"},
    "n": {"N": "10"},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": [b"x"]},
    "l": {"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}]},
    "m": {"M": {"a": {"N": "5"}, "l": {"L": [{"N": "7"}]}}},
}
L = BEFORE["l"]["L"]

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SET s = :v", {":v": {"S": "b"}}, {"s": {"S": "b"}}),
    ("set fresh = :v", {":v": {"NULL": True}}, {"fresh": {"NULL": True}}),
    ("SET n = n + :v", {":v": {"N": "0.5"}}, {"n": {"N": "10.5"}}),
    ("SET n = n - :v", {":v": {"N": "12"}}, {"n": {"N": "-2"}}),
    ("SET n = :v - n", {":v": {"N": "12"}}, {"n": {"N": "2"}}),
    ("SET n = n + n", {}, {"n": {"N": "20"}}),
    ("SET x = (n - :v)", {":v": {"N": "1"}}, {"x": {"N": "9"}}),
    ("SET x = s", {}, {"x": {"S": "a"}}),
    ("SET x = m.l[0]", {}, {"x": {"N": "7"}}),
    ("SET s = n, n = s", {}, {"s": {"N": "10"}, "n": {"S": "a"}}),
    ("SET x = if_not_exists(x, :v)", {":v": {"N": "1"}}, {"x": {"N": "1"}}),
    ("SET n = if_not_exists(n, :v)", {":v": {"N": "1"}}, {}),
    ("SET x = if_not_exists(x, :z) + :v", {":v": {"N": "1"}, ":z": {"N": "0"}}, {"x": {"N": "1"}}),
    ("SET n = if_not_exists(n, :z) + :v", {":v": {"N": "1"}, ":z": {"N": "0"}}, {"n": {"N": "11"}}),
    ("SET l = list_append(l, :v)", {":v": {"L": [{"N": "9"}]}}, {"l": {"L": [*L, {"N": "9"}]}}),
    ("SET l = list_append(:v, l)", {":v": {"L": [{"N": "9"}]}}, {"l": {"L": [{"N": "9"}, *L]}}),
    (
        "SET x = list_append(if_not_exists(x, :e), :v)",
        {":v": {"L": [{"N": "9"}]}, ":e": {"L": []}},
        {"x": {"L": [{"N": "9"}]}},
    ),
    ("SET l[1] = :v", {":v": {"S": "x"}}, {"l": {"L": [L[0], {"S": "x"}, L[2]]}}),
    ("SET l[3] = :v", {":v": {"S": "x"}}, {"l": {"L": [*L, {"S": "x"}]}}),
    ("SET l[99] = :v", {":v": {"S": "x"}}, {"l": {"L": [*L, {"S": "x"}]}}),
    ("SET l[9] = :v, l[8] = :w", {":v": {"S": "v"}, ":w": {"S": "w"}}, {"l": {"L": [*L, {"S": "w"}, {"S": "v"}]}}),
    ("SET m.a = :v", {":v": {"S": "x"}}, {"m": {"M": {"a": {"S": "x"}, "l": {"L": [{"N": "7"}]}}}}),
    ("SET m.b = :v", {":v": {"S": "x"}}, {"m": {"M": {**BEFORE["m"]["M"], "b": {"S": "x"}}}}),
    ("SET m.l[0] = m.a + :v", {":v": {"N": "1"}}, {"m": {"M": {"a": {"N": "5"}, "l": {"L": [{"N": "6"}]}}}}),
    ("REMOVE s", {}, {"s": None}),
    ("REMOVE s, n", {}, {"s": None, "n": None}),
    ("REMOVE nothing", {}, {}),
    ("REMOVE l[0]", {}, {"l": {"L": L[1:]}}),
    ("REMOVE l[0], l[2]", {}, {"l": {"L": [L[1]]}}),
    ("REMOVE l[7]", {}, {}),
    ("REMOVE m.a", {}, {"m": {"M": {"l": {"L": [{"N": "7"}]}}}}),
    ("REMOVE m.nothing", {}, {}),
    ("REMOVE m.a, m.l", {}, {"m": {"M": {}}}),
    ("ADD n :v", {":v": {"N": "5"}}, {"n": {"N": "15"}}),
    ("ADD n :v", {":v": {"N": "-5.5"}}, {"n": {"N": "4.5"}}),
    ("ADD x :v", {":v": {"N": "5"}}, {"x": {"N": "5"}}),
    ("ADD m.a :v", {":v": {"N": "1"}}, {"m": {"M": {"a": {"N": "6"}, "l": {"L": [{"N": "7"}]}}}}),
    ("ADD ss :v", {":v": {"SS": ["b", "c"]}}, {"ss": {"SS": ["a", "b", "c"]}}),
    ("ADD ns :v", {":v": {"NS": ["2.0", "3"]}}, {"ns": {"NS": ["1", "2", "3"]}}),
    ("ADD bs :v", {":v": {"BS": [b"y"]}}, {"bs": {"BS": [b"x", b"y"]}}),
    ("ADD x :v", {":v": {"SS": ["c"]}}, {"x": {"SS": ["c"]}}),
    ("DELETE ss :v", {":v": {"SS": ["b", "z"]}}, {"ss": {"SS": ["a"]}}),
    ("DELETE ss :v", {":v": {"SS": ["b", "a"]}}, {"ss": None}),
    ("DELETE ns :v", {":v": {"NS": ["1.0"]}}, {"ns": {"NS": ["2"]}}),
    ("DELETE x :v", {":v": {"SS": ["a"]}}, {}),
    (
        "SET s = :s REMOVE l[0] ADD n :n DELETE ss :ss",
        {":s": {"S": "z"}, ":n": {"N": "1"}, ":ss": {"SS": ["a"]}},
        {"s": {"S": "z"}, "l": {"L": L[1:]}, "n": {"N": "11"}, "ss": {"SS": ["b"]}},
    ),
    ("delete ss :ss add n :n", {":n": {"N": "1"}, ":ss": {"SS": ["a"]}}, {"n": {"N": "11"}, "ss": {"SS": ["b"]}}),
    ("SET n = n + :v", {":v": {"N": "1E-36"}}, {"n": {"N": "10." + "0" * 35 + "1"}}),
]


def values_of(values: dict[str, Any]) -> dict[str, Any]:
    return {"ExpressionAttributeValues": values} if values else {}


@pytest.mark.parametrize(("text", "values", "changed"), CASES, ids=range(len(CASES)))
def test_updates(dynamodb: Any, shared: str, text: str, values: dict[str, Any], changed: dict[str, Any]) -> None:
    key = {"id": {"S": "updated"}}
    dynamodb.put_item(TableName=shared, Item={**key, **BEFORE})
    answer = dynamodb.update_item(
        TableName=shared, Key=key, UpdateExpression=text, ReturnValues="ALL_NEW", **values_of(values)
    )
    expected = {name: value for name, value in {**key, **BEFORE, **changed}.items() if value is not None}
    assert answer["Attributes"] == expected
    assert dynamodb.get_item(TableName=shared, Key=key)["Item"] == expected


_PATH = "The document path provided in the update expression is invalid for update"
_TYPE = "An operand in the update expression has an incorrect data type"
_ABSENT = "The provided expression refers to an attribute that does not exist in the item"
_PRECISION = "Attempting to store more than 38 significant digits in a Number"

FAILURES: list[tuple[str, dict[str, Any], str]] = [
    ("SET x = y", {}, _ABSENT),
    ("SET n = y + :v", {":v": {"N": "1"}}, _ABSENT),
    ("SET x = l[9]", {}, _ABSENT),
    ("SET x = m.nothing", {}, _ABSENT),
    ("SET n = s + :v", {":v": {"N": "1"}}, _TYPE),
    ("SET x = list_append(s, :v)", {":v": {"L": []}}, _TYPE),
    ("SET x = list_append(x, :v)", {":v": {"L": []}}, _ABSENT),
    ("ADD s :v", {":v": {"N": "1"}}, _TYPE),
    ("ADD ss :v", {":v": {"NS": ["1"]}}, _TYPE),
    ("ADD l :v", {":v": {"SS": ["1"]}}, _TYPE),
    ("DELETE s :v", {":v": {"SS": ["1"]}}, _TYPE),
    ("DELETE ss :v", {":v": {"NS": ["1"]}}, _TYPE),
    ("SET x.y = :v", {":v": {"N": "1"}}, _PATH),
    ("SET s.y = :v", {":v": {"N": "1"}}, _PATH),
    ("SET s[0] = :v", {":v": {"N": "1"}}, _PATH),
    ("SET m[0] = :v", {":v": {"N": "1"}}, _PATH),
    ("SET l.x = :v", {":v": {"N": "1"}}, _PATH),
    ("SET l[9].x = :v", {":v": {"N": "1"}}, _PATH),
    ("REMOVE x.y", {}, _PATH),
    ("REMOVE s.y", {}, _PATH),
    ("ADD x.y :v", {":v": {"N": "1"}}, _PATH),
    ("SET n = n + :v", {":v": {"N": "1E-38"}}, _PRECISION),
    (
        "SET n = :v + :v",
        {":v": {"N": "9E125"}},
        "Number overflow. Attempting to store a number with magnitude larger than supported range",
    ),
]


@pytest.mark.parametrize(("text", "values", "message"), FAILURES, ids=range(len(FAILURES)))
def test_updates_that_do_not_fit_the_item(
    dynamodb: Any, shared: str, text: str, values: dict[str, Any], message: str
) -> None:
    item = {"id": {"S": "kept"}, **BEFORE}
    dynamodb.put_item(TableName=shared, Item=item)
    found = invalid(
        dynamodb.update_item,
        TableName=shared,
        Key={"id": {"S": "kept"}},
        UpdateExpression=text,
        **values_of(values),
    )
    assert found == message
    assert dynamodb.get_item(TableName=shared, Key={"id": {"S": "kept"}})["Item"] == item


def test_an_update_makes_an_item(dynamodb: Any, table: str) -> None:
    """API Reference (UpdateItem): adds a new item if it does not already exist."""
    key = {"id": {"S": "new"}}
    dynamodb.update_item(TableName=table, Key=key)
    assert dynamodb.get_item(TableName=table, Key=key)["Item"] == key


def test_the_key_cannot_be_updated(dynamodb: Any, shared: str) -> None:
    message = invalid(
        dynamodb.update_item,
        TableName=shared,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET id = :v",
        ExpressionAttributeValues={":v": {"S": "b"}},
    )
    expected = "Cannot update attribute id. This attribute is part of the key"
    assert message == f"One or more parameter values were invalid: {expected}"


RETURNED: list[tuple[str, str, dict[str, Any] | None]] = [
    ("NONE", "SET n = :v", None),
    ("ALL_OLD", "SET n = :v", {"id": {"S": "r"}, **BEFORE}),
    ("UPDATED_OLD", "SET n = :v", {"n": {"N": "10"}}),
    ("UPDATED_NEW", "SET n = :v", {"n": {"N": "1"}}),
    ("UPDATED_OLD", "SET x = :v", None),
    ("UPDATED_NEW", "SET x = :v REMOVE s", {"x": {"N": "1"}}),
    ("UPDATED_OLD", "SET x = :v REMOVE s", {"s": {"S": "a"}}),
    ("UPDATED_NEW", "SET m.a = :v", {"m": {"M": {"a": {"N": "1"}}}}),
    ("UPDATED_OLD", "SET m.a = :v", {"m": {"M": {"a": {"N": "5"}}}}),
    ("UPDATED_NEW", "SET l[1] = :v", {"l": {"L": [{"N": "1"}]}}),
]


@pytest.mark.parametrize(("wanted", "text", "expected"), RETURNED, ids=range(len(RETURNED)))
def test_return_values(dynamodb: Any, shared: str, wanted: str, text: str, expected: dict[str, Any] | None) -> None:
    """API Reference (UpdateItem, ReturnValues)."""
    dynamodb.put_item(TableName=shared, Item={"id": {"S": "r"}, **BEFORE})
    answer = dynamodb.update_item(
        TableName=shared,
        Key={"id": {"S": "r"}},
        UpdateExpression=text,
        ExpressionAttributeValues={":v": {"N": "1"}},
        ReturnValues=wanted,
    )
    assert answer.get("Attributes") == expected


@pytest.mark.parametrize("call", ["put_item", "delete_item"])
def test_puts_and_deletions_return_the_old_item(dynamodb: Any, table: str, call: str) -> None:
    item = {"id": {"S": "r"}, "v": {"N": "1"}}
    more: dict[str, Any] = {"Item": {"id": {"S": "r"}}} if call == "put_item" else {"Key": {"id": {"S": "r"}}}
    assert "Attributes" not in getattr(dynamodb, call)(TableName=table, ReturnValues="ALL_OLD", **more)
    dynamodb.put_item(TableName=table, Item=item)
    assert getattr(dynamodb, call)(TableName=table, ReturnValues="ALL_OLD", **more)["Attributes"] == item
    for other in ("ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"):
        message = invalid(getattr(dynamodb, call), TableName=table, ReturnValues=other, **more)
        assert message == "ReturnValues can only be ALL_OLD or NONE"


def test_a_condition_sees_the_item_before_the_update(dynamodb: Any, table: str) -> None:
    key = {"id": {"S": "c"}}
    arguments: dict[str, Any] = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET v = :new",
        "ConditionExpression": "attribute_not_exists(v)",
        "ExpressionAttributeValues": {":new": {"N": "1"}},
    }
    dynamodb.update_item(**arguments)
    assert refusal(dynamodb.update_item, **arguments)[0] == "ConditionalCheckFailedException"


TAKING: list[dict[str, Any]] = [
    {"UpdateExpression": "REMOVE a"},
    {"UpdateExpression": "DELETE a :s", "ExpressionAttributeValues": {":s": {"SS": ["x"]}}},
    {"AttributeUpdates": {"a": {"Action": "DELETE"}}},
    {"AttributeUpdates": {"a": {"Action": "DELETE", "Value": {"SS": ["x"]}}}},
]


@pytest.mark.parametrize("update", TAKING, ids=range(len(TAKING)))
def test_taking_away_from_nothing_makes_no_item(dynamodb: Any, shared: str, update: dict[str, Any]) -> None:
    """API Reference (AttributeValueUpdate): "If no item with the specified Key is found", DELETE does nothing."""
    key = {"id": {"S": "nowhere"}}
    answer = dynamodb.update_item(TableName=shared, Key=key, ReturnValues="ALL_NEW", **update)
    assert "Attributes" not in answer
    assert "Item" not in dynamodb.get_item(TableName=shared, Key=key)
