"""Transactions. Reference: platform-neighbours section 2; Developer Guide ("Amazon DynamoDB Transactions")."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.dynamodb.world import World, error_of, invalid, refusal


def put(table: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": {"id": {"S": name}, "v": {"N": "1"}}, **more}}


def check(table: str, name: str, condition: str) -> dict[str, Any]:
    return {"ConditionCheck": {"TableName": table, "Key": {"id": {"S": name}}, "ConditionExpression": condition}}


def update(table: str, name: str, text: str, **values: Any) -> dict[str, Any]:
    more = {"ExpressionAttributeValues": {f":{k}": v for k, v in values.items()}} if values else {}
    return {"Update": {"TableName": table, "Key": {"id": {"S": name}}, "UpdateExpression": text, **more}}


def delete(table: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Delete": {"TableName": table, "Key": {"id": {"S": name}}, **more}}


def names(dynamodb: Any, table: str) -> set[str]:
    return {item["id"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def test_all_of_it(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item={"id": {"S": "old"}})
    dynamodb.put_item(TableName=table, Item={"id": {"S": "kept"}, "v": {"N": "1"}})
    dynamodb.transact_write_items(
        TransactItems=[
            put(table, "new"),
            delete(table, "old"),
            update(table, "kept", "ADD v :n", n={"N": "4"}),
            check(table, "nothing", "attribute_not_exists(id)"),
        ]
    )
    assert names(dynamodb, table) == {"new", "kept"}
    assert dynamodb.get_item(TableName=table, Key={"id": {"S": "kept"}})["Item"]["v"] == {"N": "5"}


def test_none_of_it(dynamodb: Any, table: str) -> None:
    """platform-neighbours 2 [S]: the message and CancellationReasons."""
    dynamodb.put_item(TableName=table, Item={"id": {"S": "held"}, "v": {"N": "1"}})
    error = error_of(
        dynamodb.transact_write_items,
        TransactItems=[
            put(table, "new"),
            put(
                table,
                "held",
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            ),
            check(table, "nothing", "attribute_exists(id)"),
            update(table, "other", "SET v = w"),
        ],
    )
    assert error["Error"]["Code"] == "TransactionCanceledException"
    assert error["Error"]["Message"] == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, ConditionalCheckFailed, ValidationError]"
    )
    assert error["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"id": {"S": "held"}, "v": {"N": "1"}},
        },
        {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"},
        {
            "Code": "ValidationError",
            "Message": "The provided expression refers to an attribute that does not exist in the item",
        },
    ]
    assert names(dynamodb, table) == {"held"}


@pytest.mark.parametrize("position", [0, 1, 2])
def test_any_failure_ends_it(dynamodb: Any, table: str, position: int) -> None:
    actions = [put(table, str(at)) for at in range(2)]
    actions.insert(position, check(table, "nothing", "attribute_exists(id)"))
    error = error_of(dynamodb.transact_write_items, TransactItems=actions)
    assert [reason["Code"] for reason in error["CancellationReasons"]] == [
        "ConditionalCheckFailed" if at == position else "None" for at in range(3)
    ]
    assert names(dynamodb, table) == set()


def test_what_a_transaction_may_be(dynamodb: Any, table: str) -> None:
    call = dynamodb.transact_write_items
    twice = "Transaction request cannot include multiple operations on one item"
    assert invalid(call, TransactItems=[put(table, "a"), delete(table, "a")]) == twice
    one = "TransactItems can only contain one of Check, Put, Update or Delete"
    assert invalid(call, TransactItems=[{**put(table, "a"), **delete(table, "b")}]) == one
    assert invalid(call, TransactItems=[{}]) == one
    many = invalid(call, TransactItems=[put(table, str(at)) for at in range(101)])
    assert "Member must have length less than or equal to 100" in many
    assert "Invalid ConditionExpression" in invalid(call, TransactItems=[check(table, "a", "a =")])
    assert refusal(call, TransactItems=[put("nowhere", "a")])[0] == "ResourceNotFoundException"
    large = [put(table, str(at)) for at in range(12)]
    for action in large:
        action["Put"]["Item"]["x"] = {"S": "x" * 390_000}
    assert "4 MB" in invalid(call, TransactItems=large)


def test_100_actions(dynamodb: Any, table: str) -> None:
    dynamodb.transact_write_items(TransactItems=[put(table, str(at)) for at in range(100)])
    assert len(names(dynamodb, table)) == 100


def test_a_token_counts_once(world: World, dynamodb: Any, table: str) -> None:
    """API Reference (TransactWriteItems, ClientRequestToken): idempotent for ten minutes."""
    dynamodb.put_item(TableName=table, Item={"id": {"S": "n"}, "v": {"N": "0"}})
    request = {"TransactItems": [update(table, "n", "ADD v :n", n={"N": "1"})], "ClientRequestToken": table}

    def value() -> str:
        return str(dynamodb.get_item(TableName=table, Key={"id": {"S": "n"}})["Item"]["v"]["N"])

    dynamodb.transact_write_items(**request)
    again = dynamodb.transact_write_items(**request, ReturnConsumedCapacity="TOTAL")
    assert value() == "1"
    assert "ReadCapacityUnits" in again["ConsumedCapacity"][0]
    other = {**request, "TransactItems": [update(table, "n", "ADD v :n", n={"N": "2"})]}
    assert refusal(dynamodb.transact_write_items, **other)[0] == "IdempotentParameterMismatchException"
    world.clock.time += 601
    dynamodb.transact_write_items(**request)
    assert value() == "2"


def test_a_token_of_a_transaction_that_failed_counts_not(dynamodb: Any, table: str) -> None:
    actions = [put(table, "a"), check(table, "b", "attribute_exists(id)")]
    request = {"TransactItems": actions, "ClientRequestToken": f"{table}-failed"}
    assert refusal(dynamodb.transact_write_items, **request)[0] == "TransactionCanceledException"
    dynamodb.put_item(TableName=table, Item={"id": {"S": "b"}})
    dynamodb.transact_write_items(**request)
    assert names(dynamodb, table) == {"a", "b"}


def get(table: str, name: str) -> dict[str, Any]:
    return {"Get": {"TableName": table, "Key": {"id": {"S": name}}}}


def test_reading_together(dynamodb: Any, table: str) -> None:
    for name in "ab":
        dynamodb.put_item(TableName=table, Item={"id": {"S": name}})
    answer = dynamodb.transact_get_items(TransactItems=[get(table, "b"), get(table, "x"), get(table, "a")])
    assert answer["Responses"] == [{"Item": {"id": {"S": "b"}}}, {}, {"Item": {"id": {"S": "a"}}}]
    message = invalid(dynamodb.transact_get_items, TransactItems=[get(table, "a"), get(table, "a")])
    assert message == "Transaction request cannot include multiple operations on one item"
    assert refusal(dynamodb.transact_get_items, TransactItems=[get("nowhere", "a")])[0] == "ResourceNotFoundException"


def test_a_transaction_has_4_mb_of_items(dynamodb: Any, table: str) -> None:
    """API Reference (TransactGetItems, TransactWriteItems): of the items, not of the request alone."""
    names = [f"item-{at}" for at in range(11)]
    for name in names:
        dynamodb.put_item(TableName=table, Item={"id": {"S": name}, "v": {"S": "x" * 400_000}})
    too_large = "Transaction request size exceeds the maximum allowed size of 4 MB"
    assert invalid(dynamodb.transact_get_items, TransactItems=[get(table, name) for name in names]) == too_large
    selects = [{"Statement": f"SELECT * FROM \"{table}\" WHERE id = '{name}'"} for name in names]
    assert invalid(dynamodb.execute_transaction, TransactStatements=selects) == too_large
    assert len(dynamodb.execute_transaction(TransactStatements=selects[:10])["Responses"]) == 10
    updates = [
        {
            "Update": {
                "TableName": table,
                "Key": {"id": {"S": name}},
                "UpdateExpression": "SET n = :n",
                "ExpressionAttributeValues": {":n": {"N": "1"}},
            }
        }
        for name in names
    ]
    assert invalid(dynamodb.transact_write_items, TransactItems=updates) == too_large
    dynamodb.transact_write_items(TransactItems=updates[:10])
    answer = dynamodb.transact_get_items(TransactItems=[get(table, name) for name in names[:10]])
    assert [one["Item"]["n"] for one in answer["Responses"]] == [{"N": "1"}] * 10
