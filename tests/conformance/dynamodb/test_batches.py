"""BatchGetItem and BatchWriteItem. Reference: platform-neighbours section 2; API Reference."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, invalid, refusal


def put(name: str, **more: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": {"id": {"S": name}, **more}}}


def delete(name: str) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {"id": {"S": name}}}}


def key(name: str) -> dict[str, Any]:
    return {"id": {"S": name}}


def test_puts_and_deletions_in_several_tables(world: World, dynamodb: Any, table: str) -> None:
    other = make_table(dynamodb, world.name())
    dynamodb.put_item(TableName=table, Item=key("gone"))
    answer = dynamodb.batch_write_item(RequestItems={table: [put("a"), delete("gone")], other: [put("b")]})
    assert answer["UnprocessedItems"] == {}
    assert dynamodb.scan(TableName=table)["Items"] == [key("a")]
    assert dynamodb.scan(TableName=other)["Items"] == [key("b")]
    found = dynamodb.batch_get_item(
        RequestItems={table: {"Keys": [key("a"), key("gone")]}, other: {"Keys": [key("b")], "ConsistentRead": True}}
    )
    assert found["Responses"] == {table: [key("a")], other: [key("b")]}
    assert found["UnprocessedKeys"] == {}


WRITES: list[tuple[list[dict[str, Any]], str]] = [
    ([put("a"), put("a")], "Provided list of item keys contains duplicates"),
    ([put("a"), delete("a")], "Provided list of item keys contains duplicates"),
    ([{"PutRequest": {"Item": {}}}], "One or more parameter values were invalid: Missing the key id in the item"),
    ([{"DeleteRequest": {"Key": {}}}], "The number of conditions on the keys is invalid"),
    ([put("a", v={"S": "x" * 410_000})], "Item size has exceeded the maximum allowed size"),
    ([{}], "Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest"),
]


@pytest.mark.parametrize(("writes", "message"), WRITES, ids=range(len(WRITES)))
def test_batches_that_are_refused_whole(dynamodb: Any, table: str, writes: list[dict[str, Any]], message: str) -> None:
    assert invalid(dynamodb.batch_write_item, RequestItems={table: [put("first"), *writes]}) == message
    assert dynamodb.scan(TableName=table)["Count"] == 0


def test_25_writes_at_most(world: World, dynamodb: Any, table: str) -> None:
    other = make_table(dynamodb, world.name())
    batches = {table: [put(str(at)) for at in range(20)], other: [put(str(at)) for at in range(6)]}
    message = invalid(dynamodb.batch_write_item, RequestItems=batches)
    assert message == "Too many items requested for the BatchWriteItem call"
    message = invalid(dynamodb.batch_write_item, RequestItems={table: [put(str(at)) for at in range(26)]})
    assert "Member must have length less than or equal to 25" in message
    assert "length greater than or equal to 1" in invalid(dynamodb.batch_write_item, RequestItems={})


def test_100_reads_at_most(world: World, dynamodb: Any, table: str) -> None:
    other = make_table(dynamodb, world.name())
    keys = [key(str(at)) for at in range(60)]
    message = invalid(dynamodb.batch_get_item, RequestItems={table: {"Keys": keys}, other: {"Keys": keys}})
    assert message == "Too many items requested for the BatchGetItem call"


def test_keys_of_a_batch_differ(dynamodb: Any, table: str) -> None:
    message = invalid(dynamodb.batch_get_item, RequestItems={table: {"Keys": [key("a"), key("a")]}})
    assert message == "Provided list of item keys contains duplicates"


def test_more_than_16_mb_stays_unprocessed(dynamodb: Any, table: str) -> None:
    """platform-neighbours 2: 16 MB an answer."""
    names = [str(at) for at in range(45)]
    for first in range(0, 45, 15):
        batch = [put(name, v={"S": "x" * 400_000}) for name in names[first : first + 15]]
        dynamodb.batch_write_item(RequestItems={table: batch})
    found: list[str] = []
    wanted: dict[str, Any] = {table: {"Keys": [key(name) for name in names], "ProjectionExpression": "id"}}
    rounds = 0
    while wanted:
        answer = dynamodb.batch_get_item(RequestItems=wanted)
        found += [item["id"]["S"] for item in answer["Responses"][table]]
        wanted = answer["UnprocessedKeys"]
        rounds += 1
    assert (sorted(found), rounds) == (sorted(names), 2)


@pytest.mark.parametrize("call", ["batch_get_item", "batch_write_item"])
def test_a_table_that_is_not_there(dynamodb: Any, call: str) -> None:
    request = {"nowhere": {"Keys": [key("a")]}} if call == "batch_get_item" else {"nowhere": [put("a")]}
    assert refusal(getattr(dynamodb, call), RequestItems=request)[0] == "ResourceNotFoundException"
