"""Random operations against a dictionary that does the same, with restarts in between."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.dynamodb.test_tables import attributes, index, schema
from tests.conformance.dynamodb.world import World, error_of, refusal

STEPS = 120
RESTARTS = 3
TABLE = "model"
Key = tuple[str, int]


class Model:
    """Items by key, as a dictionary has them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.items: dict[Key, dict[str, Any]] = {}
        self.history: list[tuple[str, Key]] = []

    def key(self) -> Key:
        return self.chance.choice("abc"), self.chance.randrange(-3, 4)

    def store(self, key: Key, item: dict[str, Any] | None) -> None:
        before = self.items.get(key)
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item
        if before != item:
            self.history.append(("REMOVE" if item is None else "MODIFY" if before else "INSERT", key))


def wire(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"N": str(key[1])}}


def create(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[*attributes("pk", "g"), {"AttributeName": "sk", "AttributeType": "N"}],
        KeySchema=schema("pk", "sk"),
        GlobalSecondaryIndexes=[index("by-g", "g", "sk")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def put(model: Model, dynamodb: Any) -> None:
    key = model.key()
    item = {**wire(key), "n": {"N": str(model.chance.randrange(5))}}
    if model.chance.random() < 0.6:
        item["g"] = {"S": model.chance.choice("xyz")}
    dynamodb.put_item(TableName=TABLE, Item=item)
    model.store(key, item)


def delete(model: Model, dynamodb: Any) -> None:
    key = model.key()
    dynamodb.delete_item(TableName=TABLE, Key=wire(key))
    model.store(key, None)


def add(model: Model, dynamodb: Any) -> None:
    key, amount = model.key(), model.chance.randrange(-2, 3)
    values = {":n": {"N": str(amount)}}
    dynamodb.update_item(TableName=TABLE, Key=wire(key), UpdateExpression="ADD n :n", ExpressionAttributeValues=values)
    held = model.items.get(key, wire(key))
    model.store(key, {**held, "n": {"N": str(int(held.get("n", {"N": "0"})["N"]) + amount)}})


def move(model: Model, dynamodb: Any) -> None:
    """Another index key, if the item has one."""
    key, target = model.key(), model.chance.choice("xyz")
    holds = "g" in model.items.get(key, {})
    arguments: dict[str, Any] = {
        "TableName": TABLE,
        "Key": wire(key),
        "UpdateExpression": "SET g = :g",
        "ConditionExpression": "attribute_exists(g)",
        "ExpressionAttributeValues": {":g": {"S": target}},
    }
    if not holds:
        assert refusal(dynamodb.update_item, **arguments)[0] == "ConditionalCheckFailedException"
        return
    dynamodb.update_item(**arguments)
    model.store(key, {**model.items[key], "g": {"S": target}})


def transact(model: Model, dynamodb: Any) -> None:
    one, other = model.key(), model.key()
    if one == other:
        return
    actions = [
        {"Delete": {"TableName": TABLE, "Key": wire(one), "ConditionExpression": "attribute_exists(pk)"}},
        {"Put": {"TableName": TABLE, "Item": {**wire(other), "g": {"S": "x"}}}},
    ]
    if one not in model.items:
        reasons = error_of(dynamodb.transact_write_items, TransactItems=actions)["CancellationReasons"]
        assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed", "None"]
        return
    dynamodb.transact_write_items(TransactItems=actions)
    model.store(one, None)
    model.store(other, {**wire(other), "g": {"S": "x"}})


def batch(model: Model, dynamodb: Any) -> None:
    wanted: dict[Key, dict[str, Any] | None] = {}
    for _ in range(model.chance.randrange(1, 5)):
        key = model.key()
        wanted[key] = None if model.chance.random() < 0.5 else {**wire(key), "g": {"S": "y"}}
    requests = [
        {"DeleteRequest": {"Key": wire(key)}} if item is None else {"PutRequest": {"Item": item}}
        for key, item in wanted.items()
    ]
    dynamodb.batch_write_item(RequestItems={TABLE: requests})
    for key, item in wanted.items():
        model.store(key, item)


STEP = [put, put, put, delete, add, move, transact, batch]


def pages(call: Any, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = call(TableName=TABLE, **parameters, **start)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def check(model: Model, dynamodb: Any, limit: int) -> None:
    def by_key(item: dict[str, Any]) -> Key:
        return item["pk"]["S"], int(item["sk"]["N"])

    scanned = pages(dynamodb.scan, Limit=limit)
    assert {by_key(item): item for item in scanned} == model.items
    assert len(scanned) == len(model.items)
    for name, attribute, index_name, letters in (("pk", "pk", None, "abc"), ("g", "g", "by-g", "xyz")):
        for letter in letters:
            more = {} if index_name is None else {"IndexName": index_name}
            found = pages(
                dynamodb.query,
                KeyConditionExpression=f"{name} = :k",
                ExpressionAttributeValues={":k": {"S": letter}},
                Limit=limit,
                **more,
            )
            expected = [item for item in model.items.values() if item.get(attribute) == {"S": letter}]
            assert sorted(map(by_key, found)) == sorted(map(by_key, expected))
            assert [int(item["sk"]["N"]) for item in found] == sorted(int(item["sk"]["N"]) for item in found)
            assert all(model.items[by_key(item)] == item for item in found)


def check_stream(model: Model, streams: Any) -> None:
    (stream,) = streams.list_streams(TableName=TABLE)["Streams"]
    shard = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"][0]["ShardId"]
    place = streams.get_shard_iterator(StreamArn=stream["StreamArn"], ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    found = streams.get_records(ShardIterator=place)["Records"]
    told = [(one["eventName"], one["dynamodb"]["Keys"]) for one in found]
    assert told == [(name, wire(key)) for name, key in model.history]


@pytest.mark.parametrize("seed", range(2))
def test_tables_do_what_a_dictionary_does(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path / "data")
    model = Model(random.Random(seed))
    world.open()
    create(world.client())
    for _ in range(RESTARTS):
        dynamodb = world.client()
        for _ in range(STEPS // RESTARTS):
            model.chance.choice(STEP)(model, dynamodb)
        check(model, dynamodb, model.chance.randrange(1, 9))
        check_stream(model, world.client("dynamodbstreams"))
        world.close()
        world.open()
    check(model, world.client(), 100)
    described = world.client().describe_table(TableName=TABLE)["Table"]
    assert described["ItemCount"] == len(model.items)
    world.close()
    world.runner.close()
