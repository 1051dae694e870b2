"""What most Python code uses: boto3's resource, its conditions, paginators and batch writer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.world import World

ITEM: dict[str, Any] = {
    "pk": "p",
    "sk": Decimal(5),
    "text": "hello",
    "number": Decimal("1.5"),
    "flag": True,
    "nothing": None,
    "binary": Binary(b"\x00\x01"),
    "strings": {"a", "b"},
    "numbers": {Decimal(1), Decimal("2.5")},
    "list": [Decimal(1), "two", {"three": [Decimal(3)]}],
    "map": {"nested": {"deep": "er"}, "size": Decimal(2)},
}


class Resource:
    """boto3's Table, put over the client of the tests."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name
        self._write, self._read = TypeSerializer().serialize, TypeDeserializer().deserialize

    def put(self, item: dict[str, Any]) -> None:
        self.client.put_item(TableName=self.name, Item={k: self._write(v) for k, v in item.items()})

    def items(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: self._read(value) for name, value in item.items()} for item in found]

    def expression(self, condition: ConditionBase, member: str, *, key: bool = False) -> dict[str, Any]:
        from boto3.dynamodb.conditions import ConditionExpressionBuilder

        built = ConditionExpressionBuilder().build_expression(condition, is_key_condition=key)
        values = {name: self._write(value) for name, value in built.attribute_value_placeholders.items()}
        return {
            member: built.condition_expression,
            "ExpressionAttributeNames": built.attribute_name_placeholders,
            **({"ExpressionAttributeValues": values} if values else {}),
        }


@pytest.fixture(scope="module")
def resource(world: World, dynamodb: Any) -> Resource:
    resource = Resource(dynamodb, make_table(dynamodb, world.name(), "pk:S,sk:N"))
    resource.put(ITEM)
    for at in range(10):
        resource.put({"pk": "other", "sk": Decimal(at), "even": at % 2 == 0})
    return resource


def test_values_come_back_as_python_knows_them(resource: Resource) -> None:
    key = {"pk": {"S": "p"}, "sk": {"N": "5"}}
    found = resource.client.get_item(TableName=resource.name, Key=key)["Item"]
    assert resource.items([found]) == [ITEM]


CONDITIONS: list[ConditionBase] = [
    Attr("text").eq("hello"),
    Attr("text").ne("x"),
    Attr("number").lt(Decimal(2)) & Attr("number").lte(Decimal("1.5")),
    Attr("number").gt(Decimal(1)) & Attr("number").gte(Decimal("1.5")),
    Attr("text").begins_with("he"),
    Attr("number").between(Decimal(1), Decimal(2)),
    Attr("text").is_in(["x", "hello"]),
    Attr("text").exists() & Attr("absent").not_exists(),
    Attr("text").contains("ell") & Attr("strings").contains("a"),
    Attr("list").contains("two"),
    Attr("text").attribute_type("S"),
    Attr("text").size().eq(5),
    Attr("map.nested.deep").eq("er"),
    Attr("list[2].three[0]").eq(Decimal(3)),
    ~Attr("text").eq("x"),
    (Attr("text").eq("x") | Attr("number").eq(Decimal("1.5"))) & ~(Attr("flag").eq(False) | Attr("absent").exists()),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=range(len(CONDITIONS)))
def test_conditions_built_by_boto3(resource: Resource, condition: ConditionBase) -> None:
    found = resource.client.scan(TableName=resource.name, **resource.expression(condition, "FilterExpression"))
    assert "p" in [item["pk"]["S"] for item in found["Items"]]
    opposite = resource.expression(~condition, "FilterExpression")
    assert "p" not in [item["pk"]["S"] for item in resource.client.scan(TableName=resource.name, **opposite)["Items"]]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (Key("pk").eq("other"), 10),
        (Key("pk").eq("other") & Key("sk").lt(Decimal(3)), 3),
        (Key("pk").eq("other") & Key("sk").between(Decimal(2), Decimal(4)), 3),
        (Key("pk").eq("other") & Key("sk").gte(Decimal(9)), 1),
    ],
    ids=range(4),
)
def test_key_conditions_built_by_boto3(resource: Resource, condition: ConditionBase, count: int) -> None:
    given = resource.expression(condition, "KeyConditionExpression", key=True)
    assert resource.client.query(TableName=resource.name, **given)["Count"] == count


def test_paginators(resource: Resource) -> None:
    given = resource.expression(Key("pk").eq("other"), "KeyConditionExpression", key=True)
    pages = list(resource.client.get_paginator("query").paginate(TableName=resource.name, Limit=3, **given))
    assert [page["Count"] for page in pages] == [3, 3, 3, 1]
    whole = resource.client.get_paginator("scan").paginate(TableName=resource.name, Limit=4).build_full_result()
    assert len(whole["Items"]) == 11
    names = resource.client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 1})
    assert resource.name in names.build_full_result()["TableNames"]


def test_the_batch_writer(resource: Resource, table: str) -> None:
    from boto3.dynamodb.table import BatchWriter

    with BatchWriter(table, resource.client, overwrite_by_pkeys=["id"]) as batch:
        for at in range(60):
            batch.put_item(Item={"id": {"S": str(at % 50)}})
        batch.delete_item(Key={"id": {"S": "0"}})
    assert resource.client.scan(TableName=table)["Count"] == 49
