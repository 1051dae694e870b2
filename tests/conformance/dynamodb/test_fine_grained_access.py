"""Policies on partitions and attributes. Reference: Developer Guide ("Using IAM policy conditions for fine-grained
access control")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.dynamodb.conftest import make_table

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{name}" for name in (
                "GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem",
            )],
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/fine-grained",
            "Condition": {
                "ForAllValues:StringEquals": {
                    "dynamodb:LeadingKeys": ["mine"],
                    "dynamodb:Attributes": ["id", "open", "shown"],
                },
                "StringEqualsIfExists": {
                    "dynamodb:Select": ["SPECIFIC_ATTRIBUTES", "COUNT"],
                    "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW"],
                },
            },
        }
    ],
}  # fmt: skip
TABLE: dict[str, Any] = {"TableName": "fine-grained"}
MINE, THEIRS = {"id": {"S": "mine"}}, {"id": {"S": "theirs"}}
OPEN: dict[str, Any] = {"ProjectionExpression": "#o", "ExpressionAttributeNames": {"#o": "shown"}}


def by(value: str, text: str = "id = :i", **more: Any) -> dict[str, Any]:
    return {**TABLE, "KeyConditionExpression": text, "ExpressionAttributeValues": {":i": {"S": value}}, **more}


def batch(*keys: Any) -> dict[str, Any]:
    return {"RequestItems": {"fine-grained": {"Keys": list(keys), "ProjectionExpression": "shown"}}}


def puts(*items: Any) -> dict[str, Any]:
    return {"RequestItems": {"fine-grained": [{"PutRequest": {"Item": item}} for item in items]}}


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("get_item", {**TABLE, **OPEN, "Key": MINE}),
    ("query", by("mine", ProjectionExpression="shown")),
    ("query", by("mine", Select="COUNT")),
    ("put_item", {**TABLE, "Item": {**MINE, "shown": {"S": "x"}}}),
    ("delete_item", {**TABLE, "Key": MINE}),
    ("update_item", {**TABLE, "Key": MINE, "UpdateExpression": "REMOVE shown", "ReturnValues": "UPDATED_NEW"}),
    ("batch_get_item", batch(MINE)),
    ("batch_write_item", puts(MINE)),
    ("get_item", {**TABLE, "Key": MINE, "AttributesToGet": ["shown"]}),
    (
        "query",
        {
            **TABLE,
            "KeyConditions": {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "mine"}]}},
            "AttributesToGet": ["shown"],
        },
    ),
]
DENIED: list[tuple[str, dict[str, Any]]] = [
    ("get_item", {**TABLE, **OPEN, "Key": THEIRS}),
    ("get_item", {**TABLE, "Key": MINE}),
    ("get_item", {**TABLE, "Key": MINE, "ProjectionExpression": "secret"}),
    ("get_item", {**TABLE, "Key": MINE, "AttributesToGet": ["shown", "secret"]}),
    (
        "get_item",
        {**TABLE, "Key": MINE, "ProjectionExpression": "#s.a", "ExpressionAttributeNames": {"#s": "secret"}},
    ),
    ("query", by("theirs", ProjectionExpression="shown")),
    ("query", by("theirs", ":i = id", ProjectionExpression="shown")),
    ("query", by("mine", FilterExpression="secret = :i", ProjectionExpression="shown")),
    ("query", by("mine", ProjectionExpression="secret")),
    ("query", by("mine", "#i = :i", ProjectionExpression="#s", ExpressionAttributeNames={"#i": "id", "#s": "secret"})),
    ("query", by("mine")),
    (
        "query",
        {
            **TABLE,
            "KeyConditions": {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "theirs"}]}},
            "AttributesToGet": ["shown"],
        },
    ),
    ("put_item", {**TABLE, "Item": THEIRS}),
    ("put_item", {**TABLE, "Item": {**MINE, "secret": {"S": "x"}}}),
    ("put_item", {**TABLE, "Item": MINE, "ConditionExpression": "attribute_exists(secret)"}),
    ("put_item", {**TABLE, "Item": MINE, "Expected": {"secret": {"Exists": False}}}),
    ("put_item", {**TABLE, "Item": MINE, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {**TABLE, "Key": THEIRS}),
    ("delete_item", {**TABLE, "Key": MINE, "ReturnValues": "ALL_OLD"}),
    ("update_item", {**TABLE, "Key": MINE, "UpdateExpression": "REMOVE secret"}),
    ("update_item", {**TABLE, "Key": MINE, "UpdateExpression": "SET shown = if_not_exists(secret, shown)"}),
    ("update_item", {**TABLE, "Key": MINE, "AttributeUpdates": {"secret": {"Action": "DELETE"}}}),
    ("batch_get_item", batch(MINE, THEIRS)),
    ("batch_write_item", puts(MINE, THEIRS)),
    ("batch_write_item", puts({**MINE, "secret": {"S": "x"}})),
]


@pytest.fixture(scope="module")
def restricted(gatelet: Any) -> Any:
    iam = gatelet.client("iam")
    role = iam.create_role(RoleName="fine-grained", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="fine-grained", PolicyName="p", PolicyDocument=json.dumps(POLICY))
    make_table(gatelet.client("dynamodb"), "fine-grained")
    session = gatelet.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    return gatelet.session.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=gatelet.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )


@pytest.mark.parametrize(("call", "parameters"), ALLOWED, ids=range(len(ALLOWED)))
def test_what_the_policy_opens(restricted: Any, call: str, parameters: dict[str, Any]) -> None:
    assert getattr(restricted, call)(**parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(("call", "parameters"), DENIED, ids=range(len(DENIED)))
def test_what_it_does_not(restricted: Any, call: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(restricted, call)(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
