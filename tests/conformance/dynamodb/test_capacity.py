"""Consumed capacity and item collections. Reference: Developer Guide ("DynamoDB read and write operations")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.test_tables import attributes, index, schema
from tests.conformance.dynamodb.world import World


def item(name: str, size: int) -> dict[str, Any]:
    """An item of that many bytes."""
    return {"id": {"S": name}, "v": {"S": "x" * (size - 3 - len(name))}}


@pytest.mark.parametrize(
    ("size", "written", "read"), [(100, 1, 1), (1024, 1, 1), (1025, 2, 1), (4096, 4, 1), (4097, 5, 2), (40_960, 40, 10)]
)
def test_units_of_one_item(dynamodb: Any, shared: str, size: int, written: int, read: int) -> None:
    key = {"id": {"S": "u"}}
    dynamodb.delete_item(TableName=shared, Key=key)

    def units(call: str, **more: Any) -> float:
        answer = getattr(dynamodb, call)(TableName=shared, ReturnConsumedCapacity="TOTAL", **more)
        assert answer["ConsumedCapacity"].keys() == {"TableName", "CapacityUnits"}
        return float(answer["ConsumedCapacity"]["CapacityUnits"])

    assert units("put_item", Item=item("u", size)) == written
    assert units("get_item", Key=key) == read / 2
    assert units("get_item", Key=key, ConsistentRead=True) == read
    assert units("update_item", Key=key) == written
    query: dict[str, Any] = {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "u"}}}
    assert units("query", **query) == read / 2
    assert units("query", **query, ConsistentRead=True) == read
    assert units("delete_item", Key=key) == written
    assert units("delete_item", Key=key) == 1
    assert units("get_item", Key=key) == 0.5


def test_transactions_take_double(dynamodb: Any, table: str) -> None:
    put = {"Put": {"TableName": table, "Item": item("a", 1500)}}
    answer = dynamodb.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == [
        {
            "TableName": table,
            "CapacityUnits": 4.0,
            "WriteCapacityUnits": 4.0,
            "Table": {"CapacityUnits": 4.0, "WriteCapacityUnits": 4.0},
        }
    ]
    get = {"Get": {"TableName": table, "Key": {"id": {"S": "a"}}}}
    answer = dynamodb.transact_get_items(TransactItems=[get], ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]


def test_batches_add_up(world: World, dynamodb: Any, table: str) -> None:
    other = make_table(dynamodb, world.name())
    batch = {
        table: [{"PutRequest": {"Item": item(name, 1500)}} for name in "ab"],
        other: [{"PutRequest": {"Item": item("c", 10)}}],
    }
    answer = dynamodb.batch_write_item(RequestItems=batch, ReturnConsumedCapacity="TOTAL")
    assert {one["TableName"]: one["CapacityUnits"] for one in answer["ConsumedCapacity"]} == {table: 4.0, other: 1.0}
    keys = {table: {"Keys": [{"id": {"S": name}} for name in "abx"]}}
    answer = dynamodb.batch_get_item(RequestItems=keys, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": table, "CapacityUnits": 1.5}]


@pytest.fixture(scope="module")
def indexed(world: World, dynamodb: Any) -> str:
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes("pk", "sk", "l", "g"),
        KeySchema=schema("pk", "sk"),
        LocalSecondaryIndexes=[index("loc", "pk", "l")],
        GlobalSecondaryIndexes=[index("glo", "g")],
    )
    return name


def test_indexes_take_their_own(dynamodb: Any, indexed: str) -> None:
    """Developer Guide ("Write operations on global secondary indexes"): a changed key is a deletion and a put."""
    whole = {"pk": {"S": "p"}, "sk": {"S": "s"}, "l": {"S": "1"}, "g": {"S": "1"}}

    def units(changed: dict[str, Any]) -> tuple[float, float | None, float | None]:
        answer = dynamodb.put_item(TableName=indexed, Item=changed, ReturnConsumedCapacity="INDEXES")
        found = answer["ConsumedCapacity"]
        shown = [
            found.get(f"{kind}SecondaryIndexes", {}).get(name, {}).get("CapacityUnits")
            for kind, name in (("Local", "loc"), ("Global", "glo"))
        ]
        assert found["CapacityUnits"] == found["Table"]["CapacityUnits"] + sum(one or 0 for one in shown)
        return found["Table"]["CapacityUnits"], shown[0], shown[1]

    assert units(whole) == (1, 1, 1)
    assert units(whole) == (1, None, None)
    assert units({**whole, "v": {"S": "x"}}) == (1, 1, 1)
    assert units({**whole, "g": {"S": "2"}}) == (1, 1, 2)
    assert units({"pk": {"S": "p"}, "sk": {"S": "s"}}) == (1, 1, 1)
    answer = dynamodb.scan(TableName=indexed, IndexName="glo", ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"glo": {"CapacityUnits": 0.5}}
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 0.0}


def test_item_collections(dynamodb: Any, indexed: str, table: str) -> None:
    """API Reference (ItemCollectionMetrics): for tables with local indexes."""
    key = {"pk": {"S": "p"}, "sk": {"S": "m"}}
    metrics = {"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    asked: dict[str, Any] = {"ReturnItemCollectionMetrics": "SIZE"}
    assert dynamodb.put_item(TableName=indexed, Item=key, **asked)["ItemCollectionMetrics"] == metrics
    assert "ItemCollectionMetrics" not in dynamodb.put_item(TableName=indexed, Item=key)
    assert "ItemCollectionMetrics" not in dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}}, **asked)
    batch = {indexed: [{"DeleteRequest": {"Key": key}}]}
    answer = dynamodb.batch_write_item(RequestItems=batch, **asked)
    assert answer["ItemCollectionMetrics"] == {indexed: [metrics]}
    put = {"Put": {"TableName": indexed, "Item": key}}
    answer = dynamodb.transact_write_items(TransactItems=[put], **asked)
    assert answer["ItemCollectionMetrics"] == {indexed: [metrics]}


def test_nothing_is_told_unasked(dynamodb: Any, shared: str) -> None:
    for more in ({}, {"ReturnConsumedCapacity": "NONE"}):
        assert "ConsumedCapacity" not in dynamodb.put_item(TableName=shared, Item={"id": {"S": "a"}}, **more)
        assert "ConsumedCapacity" not in dynamodb.scan(TableName=shared, **more)


def test_what_a_local_index_lacks_is_read_item_by_item(world: World, dynamodb: Any) -> None:
    """Developer Guide ("Local secondary indexes", read capacity units): each fetched item is rounded up."""
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes("pk", "sk", "l"),
        KeySchema=schema("pk", "sk"),
        LocalSecondaryIndexes=[index("loc", "pk", "l", Projection={"ProjectionType": "KEYS_ONLY"})],
    )
    for at in range(4):
        more = {"l": {"S": str(at)}, "v": {"S": "x" * 5_000}}
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "p"}, "sk": {"S": str(at)}, **more})
    answer = dynamodb.query(
        TableName=name,
        IndexName="loc",
        Select="ALL_ATTRIBUTES",
        ConsistentRead=True,
        ReturnConsumedCapacity="INDEXES",
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p"}},
    )
    assert answer["ConsumedCapacity"] == {
        "TableName": name,
        "CapacityUnits": 9.0,
        "Table": {"CapacityUnits": 8.0},
        "LocalSecondaryIndexes": {"loc": {"CapacityUnits": 1.0}},
    }
