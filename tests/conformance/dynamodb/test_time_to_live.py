"""Time to live. Reference: Developer Guide ("Using time to live (TTL) in DynamoDB")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World, invalid

YEAR = 365 * 86_400


def enable(dynamodb: Any, table: str, attribute: str = "ends", *, enabled: bool = True) -> Any:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)


def left(dynamodb: Any, table: str) -> set[str]:
    return {item["id"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def test_the_setting(dynamodb: Any, table: str) -> None:
    disabled = {"TimeToLiveStatus": "DISABLED"}
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == disabled
    assert invalid(enable, dynamodb=dynamodb, table=table, enabled=False) == "TimeToLive is already disabled"
    answer = enable(dynamodb, table)
    assert answer["TimeToLiveSpecification"] == {"Enabled": True, "AttributeName": "ends"}
    enabled = {"TimeToLiveStatus": "ENABLED", "AttributeName": "ends"}
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == enabled
    assert invalid(enable, dynamodb=dynamodb, table=table) == "TimeToLive is already enabled"
    other = invalid(enable, dynamodb=dynamodb, table=table, attribute="other", enabled=False)
    assert other == "TimeToLive is active on a different AttributeName: current AttributeName is ends"
    enable(dynamodb, table, enabled=False)
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == disabled


@pytest.mark.parametrize("before", [True, False], ids=["items first", "setting first"])
def test_what_expires(world: World, dynamodb: Any, table: str, before: bool) -> None:
    now = int(world.clock.time)
    items: dict[str, dict[str, Any]] = {
        "past": {"N": str(now - 10)},
        "now": {"N": str(now + 5)},
        "future": {"N": str(now + 1_000)},
        "long ago": {"N": str(now - 6 * YEAR)},
        "text": {"S": str(now - 10)},
        "fraction": {"N": f"{now - 10}.5"},
        "negative": {"N": "-5"},
        "huge": {"N": "1E50"},
    }
    if not before:
        enable(dynamodb, table)
    for name, value in items.items():
        dynamodb.put_item(TableName=table, Item={"id": {"S": name}, "ends": value})
    dynamodb.put_item(TableName=table, Item={"id": {"S": "without"}})
    if before:
        enable(dynamodb, table)
    world.settle()
    kept = {"now", "future", "long ago", "text", "negative", "huge", "without"}
    assert left(dynamodb, table) == kept
    world.clock.time += 10
    world.settle()
    assert left(dynamodb, table) == kept - {"now"}


def test_more_time(world: World, dynamodb: Any, table: str) -> None:
    enable(dynamodb, table)
    now = int(world.clock.time)
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "ends": {"N": str(now + 5)}})
    dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET ends = :e",
        ExpressionAttributeValues={":e": {"N": str(now + 500)}},
    )
    world.clock.time += 100
    world.settle()
    assert left(dynamodb, table) == {"a"}


def test_nothing_expires_once_it_is_switched_off(world: World, dynamodb: Any, table: str) -> None:
    enable(dynamodb, table)
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "ends": {"N": str(int(world.clock.time) + 5)}})
    enable(dynamodb, table, enabled=False)
    world.clock.time += 100
    world.settle()
    assert left(dynamodb, table) == {"a"}


def test_the_stream_tells_who_deleted(world: World, dynamodb: Any) -> None:
    """Developer Guide ("DynamoDB Streams and Time to Live"): userIdentity."""
    name = make_table(
        dynamodb, world.name(), StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    )
    enable(dynamodb, name)
    item = {"id": {"S": "a"}, "ends": {"N": str(int(world.clock.time) - 5)}}
    dynamodb.put_item(TableName=name, Item=item)
    world.settle()
    streams = world.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    place = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    put, removed = streams.get_records(ShardIterator=place["ShardIterator"])["Records"]
    assert "userIdentity" not in put
    assert removed["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert removed["dynamodb"]["OldImage"] == item
