"""Scan, its segments, and projections of what is read. Reference: API Reference (Scan); Developer Guide
("Parallel scan", "Projection expressions")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, invalid

COUNT = 60


@pytest.fixture(scope="module")
def many(world: World, dynamodb: Any) -> str:
    name = make_table(dynamodb, world.name())
    for first in range(0, COUNT, 20):
        items = [{"id": {"S": f"item-{at}"}, "n": {"N": str(at)}} for at in range(first, first + 20)]
        dynamodb.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": item}} for item in items]})
    return name


def scanned(dynamodb: Any, **parameters: Any) -> list[int]:
    found: list[int] = []
    start: dict[str, Any] = {}
    while True:
        page = dynamodb.scan(**parameters, **start)
        found += [int(item["n"]["N"]) for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("limit", [None, 1, 7, 59, 60, 61])
def test_every_item_comes_once(dynamodb: Any, many: str, limit: int | None) -> None:
    more = {} if limit is None else {"Limit": limit}
    assert sorted(scanned(dynamodb, TableName=many, **more)) == list(range(COUNT))


@pytest.mark.parametrize("total", [1, 2, 3, 4, 16, 100])
def test_segments_share_the_table(dynamodb: Any, many: str, total: int) -> None:
    parts = [scanned(dynamodb, TableName=many, Segment=at, TotalSegments=total, Limit=7) for at in range(total)]
    assert sorted(number for part in parts for number in part) == list(range(COUNT))
    assert total > 4 or all(parts)


SEGMENTS: list[tuple[dict[str, int], str]] = [
    (
        {"Segment": 0},
        (
            "The TotalSegments parameter is required but was not present in the request "
            "when Segment parameter is present"
        ),
    ),
    (
        {"TotalSegments": 2},
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    ),
    (
        {"Segment": 2, "TotalSegments": 2},
        (
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2"
        ),
    ),
    (
        {"Segment": -1, "TotalSegments": 2},
        (
            "1 validation error detected: Value '-1' at 'segment' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0"
        ),
    ),
    (
        {"Segment": 0, "TotalSegments": 1_000_001},
        (
            "1 validation error detected: Value '1000001' at 'totalSegments' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000000"
        ),
    ),
    (
        {"Limit": 0},
        (
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1"
        ),
    ),
]


@pytest.mark.parametrize(("parameters", "message"), SEGMENTS, ids=range(len(SEGMENTS)))
def test_segments_that_are_none(dynamodb: Any, many: str, parameters: dict[str, int], message: str) -> None:
    assert invalid(dynamodb.scan, TableName=many, **parameters) == message


def test_a_filter_may_mention_the_key(dynamodb: Any, many: str) -> None:
    found = dynamodb.scan(TableName=many, FilterExpression="id = :i", ExpressionAttributeValues={":i": {"S": "item-7"}})
    assert (found["Count"], found["ScannedCount"]) == (1, COUNT)


def test_a_count(dynamodb: Any, many: str) -> None:
    found = dynamodb.scan(
        TableName=many, Select="COUNT", FilterExpression="n < :n", ExpressionAttributeValues={":n": {"N": "10"}}
    )
    assert (found["Count"], found["ScannedCount"], "Items" in found) == (10, COUNT, False)


def test_a_start_key_that_is_empty(dynamodb: Any, many: str) -> None:
    message = invalid(dynamodb.scan, TableName=many, ExclusiveStartKey={"id": {"S": ""}})
    assert message.startswith("The provided starting key is invalid: One or more parameter values are not valid.")
    assert message.endswith("cannot contain an empty string value. Key: id")


def test_a_start_key_of_another_shape(dynamodb: Any, many: str) -> None:
    message = invalid(dynamodb.scan, TableName=many, ExclusiveStartKey={"n": {"N": "1"}})
    assert message == "The provided starting key is invalid: The provided key element does not match the schema"


ITEM: dict[str, Any] = {
    "id": {"S": "p"},
    "a": {"S": "1"},
    "m": {"M": {"x": {"S": "2"}, "y": {"M": {"z": {"S": "3"}}}}},
    "l": {"L": [{"S": "0"}, {"M": {"k": {"S": "4"}, "j": {"S": "5"}}}, {"S": "2"}]},
}
PROJECTIONS: list[tuple[str, dict[str, Any]]] = [
    ("a", {"a": ITEM["a"]}),
    ("a, id", {"a": ITEM["a"], "id": ITEM["id"]}),
    ("m.x", {"m": {"M": {"x": {"S": "2"}}}}),
    ("m.y.z, m.x", {"m": ITEM["m"]}),
    ("l[0]", {"l": {"L": [{"S": "0"}]}}),
    ("l[2], l[0]", {"l": {"L": [{"S": "0"}, {"S": "2"}]}}),
    ("l[1].k", {"l": {"L": [{"M": {"k": {"S": "4"}}}]}}),
    ("nothing", {}),
    ("m.nothing", {}),
    ("l[9]", {}),
    ("a.b", {}),
    ("a[0]", {}),
    ("#a", {"a": ITEM["a"]}),
    ("m.#x", {"m": {"M": {"x": {"S": "2"}}}}),
]


@pytest.mark.parametrize(("text", "expected"), PROJECTIONS, ids=range(len(PROJECTIONS)))
def test_projections(dynamodb: Any, shared: str, text: str, expected: dict[str, Any]) -> None:
    dynamodb.put_item(TableName=shared, Item=ITEM)
    names = {alias: name for alias, name in (("#a", "a"), ("#x", "x")) if alias in text}
    more = {"ExpressionAttributeNames": names} if names else {}
    key = {"id": {"S": "p"}}
    assert dynamodb.get_item(TableName=shared, Key=key, ProjectionExpression=text, **more)["Item"] == expected
    asked = {shared: {"Keys": [key], "ProjectionExpression": text, **more}}
    assert dynamodb.batch_get_item(RequestItems=asked)["Responses"][shared] == [expected]
    get = {"Get": {"TableName": shared, "Key": key, "ProjectionExpression": text, **more}}
    assert dynamodb.transact_get_items(TransactItems=[get])["Responses"] == [{"Item": expected}]
    assert dynamodb.scan(TableName=shared, ProjectionExpression=text, **more)["Items"] == [expected]


def test_an_item_that_is_not_there(dynamodb: Any, shared: str) -> None:
    assert "Item" not in dynamodb.get_item(TableName=shared, Key={"id": {"S": "nothing"}})
