"""Secondary indexes. Reference: Developer Guide ("Improving data access with secondary indexes in DynamoDB")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.test_tables import attributes, index, schema
from tests.conformance.dynamodb.world import World, invalid, refusal

KEYS = {"ProjectionType": "KEYS_ONLY"}
SOME = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["c"]}


@pytest.fixture(scope="module")
def indexed(world: World, dynamodb: Any) -> str:
    """Table (pk, sk); local indexes by ``l``; global ones by ``g`` and by ``g`` and ``h``."""
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            *attributes("pk", "sk", "l", "g"),
            {"AttributeName": "h", "AttributeType": "N"},
        ],
        KeySchema=schema("pk", "sk"),
        LocalSecondaryIndexes=[index("local-all", "pk", "l"), index("local-keys", "pk", "l", Projection=KEYS)],
        GlobalSecondaryIndexes=[
            index("global-all", "g", "h"),
            index("global-some", "g", Projection=SOME),
            index("global-keys", "h", Projection=KEYS),
        ],
    )
    for at in range(12):
        item = {
            "pk": {"S": f"p{at % 2}"},
            "sk": {"S": f"{at:02d}"},
            "l": {"S": f"l{11 - at:02d}"},
            "g": {"S": f"g{at % 3}"},
            "h": {"N": str(at // 4)},
            "c": {"N": str(at)},
            "d": {"S": "d"},
        }
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "p0"}, "sk": {"S": "bare"}})
    return name


def queried(dynamodb: Any, table: str, name: str, key: str, value: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = dynamodb.query(
            TableName=table,
            IndexName=name,
            KeyConditionExpression="#k = :k",
            ExpressionAttributeNames={"#k": key},
            ExpressionAttributeValues={":k": value},
            **more,
            **start,
        )
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("forward", [True, False])
def test_a_global_index_sorts_by_its_own_key(dynamodb: Any, indexed: str, limit: int, forward: bool) -> None:
    items = queried(dynamodb, indexed, "global-all", "g", {"S": "g0"}, Limit=limit, ScanIndexForward=forward)
    order = [(item["h"]["N"], item["sk"]["S"]) for item in items]
    assert sorted(order) == [("0", "00"), ("0", "03"), ("1", "06"), ("2", "09")]
    assert [h for h, _ in order] == sorted((h for h, _ in order), reverse=not forward)


@pytest.mark.parametrize("limit", [1, 4, 100])
def test_a_local_index_sorts_by_its_own_key(dynamodb: Any, indexed: str, limit: int) -> None:
    items = queried(dynamodb, indexed, "local-all", "pk", {"S": "p0"}, Limit=limit, ConsistentRead=True)
    assert [item["sk"]["S"] for item in items] == ["10", "08", "06", "04", "02", "00"]
    assert all(item["d"] == {"S": "d"} for item in items)


@pytest.mark.parametrize(
    ("name", "key", "value", "expected"),
    [
        ("global-all", "g", {"S": "g1"}, {"pk", "sk", "l", "g", "h", "c", "d"}),
        ("global-some", "g", {"S": "g1"}, {"pk", "sk", "g", "c"}),
        ("global-keys", "h", {"N": "1"}, {"pk", "sk", "h"}),
        ("local-all", "pk", {"S": "p1"}, {"pk", "sk", "l", "g", "h", "c", "d"}),
        ("local-keys", "pk", {"S": "p1"}, {"pk", "sk", "l"}),
    ],
)
def test_projections(
    dynamodb: Any, indexed: str, name: str, key: str, value: dict[str, str], expected: set[str]
) -> None:
    for item in queried(dynamodb, indexed, name, key, value):
        assert item.keys() == expected


def test_items_without_the_keys_are_not_in_the_index(dynamodb: Any, indexed: str) -> None:
    """Developer Guide ("Take advantage of sparse indexes")."""
    assert dynamodb.scan(TableName=indexed)["Count"] == 13
    for name in ("global-all", "global-keys", "local-all"):
        assert dynamodb.scan(TableName=indexed, IndexName=name)["Count"] == 12


@pytest.mark.parametrize("limit", [1, 5])
def test_an_index_is_scanned_in_pages(dynamodb: Any, indexed: str, limit: int) -> None:
    found = []
    start: dict[str, Any] = {}
    while True:
        page = dynamodb.scan(TableName=indexed, IndexName="global-some", Limit=limit, **start)
        found += [item["c"]["N"] for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            break
        assert page["LastEvaluatedKey"].keys() == {"pk", "sk", "g"}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert sorted(map(int, found)) == list(range(12))


def test_a_local_index_fetches_what_it_lacks(dynamodb: Any, indexed: str) -> None:
    """Developer Guide ("Local secondary indexes"): other attributes are fetched from the table."""
    whole = queried(dynamodb, indexed, "local-keys", "pk", {"S": "p0"}, Select="ALL_ATTRIBUTES")
    assert all(item["d"] == {"S": "d"} for item in whole)
    part = queried(dynamodb, indexed, "local-keys", "pk", {"S": "p0"}, ProjectionExpression="sk, c")
    assert part[0] == {"sk": {"S": "10"}, "c": {"N": "10"}}


_WRONG = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"IndexName": "global-some", "Select": "ALL_ATTRIBUTES"},
            (
                f"{_WRONG}Select type ALL_ATTRIBUTES is not supported for global secondary index global-some because "
                "its projection type is not ALL"
            ),
        ),
        (
            {"IndexName": "global-some", "ProjectionExpression": "d, c"},
            f"{_WRONG}Global secondary index global-some does not project [d]",
        ),
        (
            {"IndexName": "global-all", "ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
        ),
    ],
)
def test_what_a_global_index_cannot(dynamodb: Any, indexed: str, parameters: dict[str, Any], message: str) -> None:
    found = invalid(
        dynamodb.query,
        TableName=indexed,
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "g0"}},
        **parameters,
    )
    assert found == message


BAD_KEYS: list[tuple[dict[str, Any], str]] = [
    ({"g": {"N": "1"}}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: global-all"),
    ({"h": {"S": "1"}}, "Type mismatch for Index Key h Expected: N Actual: S IndexName: global-all"),
    ({"l": {"BOOL": True}}, "Type mismatch for Index Key l Expected: S Actual: BOOL IndexName: local-all"),
]


@pytest.mark.parametrize(("attribute", "message"), BAD_KEYS, ids=range(len(BAD_KEYS)))
def test_index_keys_have_types(dynamodb: Any, indexed: str, attribute: dict[str, Any], message: str) -> None:
    key = {"pk": {"S": "x"}, "sk": {"S": "x"}}
    assert invalid(dynamodb.put_item, TableName=indexed, Item={**key, **attribute}) == _WRONG + message
    ((name, value),) = attribute.items()
    found = invalid(
        dynamodb.update_item,
        TableName=indexed,
        Key=key,
        UpdateExpression=f"SET {name} = :v",
        ExpressionAttributeValues={":v": value},
    )
    assert found == _WRONG + message


def test_an_empty_index_key(dynamodb: Any, indexed: str) -> None:
    found = invalid(dynamodb.put_item, TableName=indexed, Item={"pk": {"S": "x"}, "sk": {"S": "x"}, "g": {"S": ""}})
    assert found == (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. "
        "IndexName: global-all, IndexKey: g"
    )


def test_an_index_follows_its_items(world: World, dynamodb: Any) -> None:
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes("id", "g"),
        KeySchema=schema("id"),
        GlobalSecondaryIndexes=[index("by-g", "g")],
    )

    def found(g: str) -> list[dict[str, Any]]:
        return queried(dynamodb, name, "by-g", "g", {"S": g})

    item = {"id": {"S": "a"}, "g": {"S": "1"}, "v": {"N": "1"}}
    dynamodb.put_item(TableName=name, Item=item)
    assert found("1") == [item]
    dynamodb.put_item(TableName=name, Item={**item, "v": {"N": "2"}})
    assert found("1") == [{**item, "v": {"N": "2"}}]
    dynamodb.put_item(TableName=name, Item={**item, "g": {"S": "2"}})
    assert (found("1"), found("2")) == ([], [{**item, "g": {"S": "2"}}])
    dynamodb.update_item(TableName=name, Key={"id": {"S": "a"}}, UpdateExpression="REMOVE g")
    assert found("2") == []
    dynamodb.put_item(TableName=name, Item=item)
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "a"}})
    assert found("1") == []
    described = dynamodb.describe_table(TableName=name)["Table"]["GlobalSecondaryIndexes"][0]
    assert (described["ItemCount"], described["IndexSizeBytes"]) == (0, 0)


def test_an_index_is_added_and_removed(world: World, dynamodb: Any) -> None:
    """API Reference (UpdateTable): the index is CREATING while it is filled, the table UPDATING; Developer Guide
    ("Detecting and correcting index key violations"): what is no key of the index is left out."""
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes("id"),
        KeySchema=schema("id"),
    )
    for at in range(5):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(at)}, "g": {"S": "x"}})
    for at, value in enumerate([{"N": "1"}, {"S": ""}, {"S": "x" * 2_049}]):
        dynamodb.put_item(TableName=name, Item={"id": {"S": f"no key {at}"}, "g": value})
    create = {"Create": index("by-g", "g")}
    arguments: dict[str, Any] = {"TableName": name, "AttributeDefinitions": attributes("id", "g")}
    changed = dynamodb.update_table(**arguments, GlobalSecondaryIndexUpdates=[create])["TableDescription"]
    assert changed["TableStatus"] == "UPDATING"
    assert changed["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert changed["GlobalSecondaryIndexes"][0]["Backfilling"] is True
    code, _ = refusal(dynamodb.update_table, **arguments, GlobalSecondaryIndexUpdates=[create])
    assert code == "ResourceInUseException"
    refused = invalid(
        dynamodb.query,
        TableName=name,
        IndexName="by-g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": {"S": "x"}},
    )
    assert refused == "Cannot read from backfilling global secondary index: by-g"
    dynamodb.put_item(TableName=name, Item={"id": {"S": "5"}, "g": {"S": "x"}})
    dynamodb.delete_item(TableName=name, Key={"id": {"S": "0"}})
    world.settle()
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert described["TableStatus"] == described["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    assert described["GlobalSecondaryIndexes"][0]["ItemCount"] == 5
    found = queried(dynamodb, name, "by-g", "g", {"S": "x"})
    assert sorted(item["id"]["S"] for item in found) == ["1", "2", "3", "4", "5"]
    same = invalid(dynamodb.update_table, **arguments, GlobalSecondaryIndexUpdates=[create])
    assert same == "Attempting to create an index which already exists: by-g"
    dynamodb.update_table(TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}])
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == attributes("id")
    gone = invalid(
        dynamodb.update_table, TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}]
    )
    assert gone == "The table does not have the specified index: by-g"


def test_long_pages_of_a_local_index_are_fetched_too(world: World, dynamodb: Any) -> None:
    name = world.name()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes("pk", "sk", "l"),
        KeySchema=schema("pk", "sk"),
        LocalSecondaryIndexes=[index("loc", "pk", "l", Projection=KEYS)],
    )
    for at in range(5):
        item = {"pk": {"S": "p"}, "sk": {"S": str(at)}, "l": {"S": str(9 - at)}, "v": {"S": "x" * 20_000}}
        dynamodb.put_item(TableName=name, Item=item)
    found = queried(dynamodb, name, "loc", "pk", {"S": "p"}, Select="ALL_ATTRIBUTES")
    assert [(item["sk"]["S"], len(item["v"]["S"])) for item in found] == [(str(at), 20_000) for at in (4, 3, 2, 1, 0)]
