"""Streams. Reference: API Reference (Amazon DynamoDB Streams); Developer Guide ("Change data capture")."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import orjson
import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, invalid, refusal

from gatelet.storage.table_ports import StreamRecord

A, B = {"id": {"S": "a"}, "v": {"N": "1"}}, {"id": {"S": "a"}, "v": {"N": "2"}}
VIEWS: dict[str, list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]] = {
    "KEYS_ONLY": [("INSERT", None, None), ("MODIFY", None, None), ("REMOVE", None, None)],
    "NEW_IMAGE": [("INSERT", None, A), ("MODIFY", None, B), ("REMOVE", None, None)],
    "OLD_IMAGE": [("INSERT", None, None), ("MODIFY", A, None), ("REMOVE", B, None)],
    "NEW_AND_OLD_IMAGES": [("INSERT", None, A), ("MODIFY", A, B), ("REMOVE", B, None)],
}


@pytest.fixture(scope="module")
def streams(world: World) -> Any:
    return world.client("dynamodbstreams")


def streamed(world: World, dynamodb: Any, view: str = "NEW_AND_OLD_IMAGES") -> tuple[str, str]:
    """A table with a stream, and the stream's ARN."""
    name = make_table(dynamodb, world.name(), StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    return name, dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]


def iterator(streams: Any, arn: str, kind: str = "TRIM_HORIZON", **more: Any) -> str:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    answer = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType=kind, **more)
    return str(answer["ShardIterator"])


def records(streams: Any, arn: str, kind: str = "TRIM_HORIZON", **more: Any) -> list[dict[str, Any]]:
    answer = streams.get_records(ShardIterator=iterator(streams, arn, kind, **more))
    return list(answer["Records"])


@pytest.mark.parametrize("view", VIEWS)
def test_views(world: World, dynamodb: Any, streams: Any, view: str) -> None:
    name, arn = streamed(world, dynamodb, view)
    for item in (A, B):
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "a"}})
    found = records(streams, arn)
    shown = [(one["eventName"], one["dynamodb"].get("OldImage"), one["dynamodb"].get("NewImage")) for one in found]
    assert shown == VIEWS[view]
    for one in found:
        assert one["dynamodb"]["Keys"] == {"id": {"S": "a"}}
        assert one["dynamodb"]["StreamViewType"] == view
        assert (one["eventSource"], one["eventVersion"], one["awsRegion"]) == ("aws:dynamodb", "1.1", "us-east-1")
    numbers = [one["dynamodb"]["SequenceNumber"] for one in found]
    assert numbers == sorted(set(numbers))


def test_what_changes_nothing_leaves_no_record(world: World, dynamodb: Any, streams: Any) -> None:
    """Developer Guide: a put that changes nothing writes no record."""
    name, arn = streamed(world, dynamodb)
    dynamodb.put_item(TableName=name, Item=A)
    dynamodb.put_item(TableName=name, Item=A)
    dynamodb.update_item(TableName=name, Key={"id": {"S": "a"}})
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "other"}})
    refusal(dynamodb.put_item, TableName=name, Item=B, ConditionExpression="attribute_not_exists(id)")
    assert [one["eventName"] for one in records(streams, arn)] == ["INSERT"]


def test_a_transaction_is_in_the_stream(world: World, dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(world, dynamodb)
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": {"id": {"S": key}}}} for key in "abc"]
    )
    assert [one["dynamodb"]["Keys"]["id"]["S"] for one in records(streams, arn)] == ["a", "b", "c"]


def test_iterators(world: World, dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(world, dynamodb)

    def put(key: str) -> None:
        dynamodb.put_item(TableName=name, Item={"id": {"S": key}})

    def keys(found: list[dict[str, Any]]) -> str:
        return "".join(one["dynamodb"]["Keys"]["id"]["S"] for one in found)

    for key in "abc":
        put(key)
    latest = iterator(streams, arn, "LATEST")
    put("d")
    assert keys(streams.get_records(ShardIterator=latest)["Records"]) == "d"
    second = records(streams, arn)[1]["dynamodb"]["SequenceNumber"]
    assert keys(records(streams, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=second)) == "bcd"
    assert keys(records(streams, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == "cd"
    place = iterator(streams, arn)
    seen = ""
    for _ in range(4):
        page = streams.get_records(ShardIterator=place, Limit=2)
        assert len(page["Records"]) <= 2
        seen, place = seen + keys(page["Records"]), page["NextShardIterator"]
    assert seen == "abcd"


def test_iterators_that_are_none(world: World, dynamodb: Any, streams: Any) -> None:
    _, arn = streamed(world, dynamodb)
    assert invalid(streams.get_records, ShardIterator="nonsense") == "Invalid ShardIterator"
    assert "SequenceNumber" in invalid(
        streams.get_shard_iterator,
        StreamArn=arn,
        ShardId=streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
    )
    far = "9" * 30
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        assert invalid(iterator, streams=streams, arn=arn, kind=kind, SequenceNumber=far).endswith(far)
    name, _, encoded = iterator(streams, arn).rpartition("|")
    for after in (-2, 2**63, 1e300):
        place = base64.b64encode(orjson.dumps(orjson.loads(base64.b64decode(encoded)) | {"after": after})).decode()
        assert invalid(streams.get_records, ShardIterator=f"{name}|{place}") == "Invalid ShardIterator"
    wrong = {"StreamArn": arn, "ShardId": "shardId-" + "0" * 20, "ShardIteratorType": "LATEST"}
    assert refusal(streams.get_shard_iterator, **wrong)[0] == "ResourceNotFoundException"
    old = iterator(streams, arn)
    world.clock.time += 15 * 60 + 1
    assert refusal(streams.get_records, ShardIterator=old)[0] == "ExpiredIteratorException"


def test_streams_are_listed_and_described(world: World, dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(world, dynamodb, "KEYS_ONLY")
    assert streams.list_streams(TableName=name)["Streams"] == [
        {"StreamArn": arn, "TableName": name, "StreamLabel": arn.rpartition("/")[2]}
    ]
    assert arn in [one["StreamArn"] for one in streams.list_streams()["Streams"]]
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert (described["StreamStatus"], described["StreamViewType"]) == ("ENABLED", "KEYS_ONLY")
    assert described["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert refusal(streams.describe_stream, StreamArn=f"{arn}x")[0] == "ResourceNotFoundException"


def test_a_stream_is_switched_on_and_off(world: World, dynamodb: Any, streams: Any) -> None:
    name = make_table(dynamodb, world.name())
    on = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    made = dynamodb.update_table(TableName=name, StreamSpecification=on)["TableDescription"]
    arn = made["LatestStreamArn"]
    assert made["StreamSpecification"] == on
    again = invalid(dynamodb.update_table, TableName=name, StreamSpecification=on)
    assert again == f"Table already has an enabled stream: TableName: {name}"
    dynamodb.put_item(TableName=name, Item=A)
    off = {"StreamEnabled": False}
    changed = dynamodb.update_table(TableName=name, StreamSpecification=off)["TableDescription"]
    assert "StreamSpecification" not in changed
    dynamodb.put_item(TableName=name, Item=B)
    described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in described["Shards"][0]["SequenceNumberRange"]
    page = streams.get_records(ShardIterator=iterator(streams, arn))
    assert [one["eventName"] for one in page["Records"]] == ["INSERT"]
    assert "NextShardIterator" not in streams.get_records(ShardIterator=page["NextShardIterator"])


def test_a_stream_outlives_its_table_for_a_day(world: World, dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(world, dynamodb)
    dynamodb.put_item(TableName=name, Item=A)
    dynamodb.delete_table(TableName=name)
    world.settle()
    assert len(records(streams, arn)) == 1
    world.clock.time += 24 * 60 * 60 + 1
    world.settle()
    assert refusal(streams.describe_stream, StreamArn=arn)[0] == "ResourceNotFoundException"


def test_records_are_kept_for_a_day(world: World, dynamodb: Any, streams: Any) -> None:
    name, arn = streamed(world, dynamodb)
    dynamodb.put_item(TableName=name, Item=A)
    world.clock.time += 12 * 60 * 60
    dynamodb.put_item(TableName=name, Item=B)
    world.clock.time += 12 * 60 * 60 + 1
    world.settle()
    found = records(streams, arn)
    assert [one["eventName"] for one in found] == ["MODIFY"]
    past = {"StreamArn": arn, "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "0" * 21}
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    assert refusal(streams.get_shard_iterator, **past, ShardId=shard)[0] == "TrimmedDataAccessException"


def test_a_follower_hears_of_every_change(world: World, dynamodb: Any) -> None:
    name, _ = streamed(world, dynamodb)
    owner = next(one.stream.owner for one in world.tables.catalogue if one.name == name and one.stream is not None)
    heard: list[StreamRecord] = []

    async def follow() -> None:
        async for found in world.tables.streams.follow(owner, 0):
            heard.extend(found)
            if len(heard) == 3:
                return

    task = world.runner.get_loop().create_task(follow())
    for at in range(3):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(at)}})

    world.runner.run(asyncio.wait_for(task, 5))
    assert len(heard) == 3


def test_pages_of_records_end_at_a_megabyte(world: World, dynamodb: Any, streams: Any) -> None:
    """API Reference (GetRecords): up to 1 MB or 1000 records."""
    name, arn = streamed(world, dynamodb)
    for at in range(4):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(at)}, "v": {"S": "x" * 390_000}})
    first = streams.get_records(ShardIterator=iterator(streams, arn))
    second = streams.get_records(ShardIterator=first["NextShardIterator"])
    assert (len(first["Records"]), len(second["Records"])) == (2, 2)
