"""A function and its table, on a running Gatelet: boto3 as it comes, the role's policy, real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.dynamodb.conftest import make_table
from tests.walk import archive, wait_active

HANDLER = """
import boto3
table = boto3.resource("dynamodb").Table("function-users")

def lambda_handler(event, context):
    if event["do"] == "put":
        table.put_item(Item=event["item"])
        return "put"
    if event["do"] == "get":
        return table.get_item(Key=event["key"]).get("Item", {}).get("name")
    return table.scan()["Count"]
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"},
    ],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/function-users",
        },
        {
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/function-users/index/by-name",
        },
    ],
}


@pytest.fixture(scope="module")
def role(gatelet: Any) -> str:
    iam = gatelet.client("iam")
    made = iam.create_role(RoleName="users-of-tables", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="users-of-tables", PolicyName="tables", PolicyDocument=json.dumps(POLICY))
    make_table(
        gatelet.client("dynamodb"),
        "function-users",
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-name",
                "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return str(made["Role"]["Arn"])


def test_a_function_finds_its_table(gatelet: Any, role: str) -> None:
    client = gatelet.client("lambda")
    client.create_function(
        FunctionName="users-table",
        Runtime="python3.11",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": archive(HANDLER)},
        Timeout=20,
    )
    wait_active(client, "users-table")

    def call(**event: Any) -> Any:
        answer = client.invoke(FunctionName="users-table", Payload=json.dumps(event).encode())
        return json.loads(answer["Payload"].read())

    item = {"id": "12345", "name": "Ada Lovelace"}
    assert call(do="put", item=item) == "put"
    assert call(do="get", key={"id": "12345"}) == "Ada Lovelace"
    assert gatelet.client("dynamodb").scan(TableName="function-users")["Items"] == [
        {name: {"S": value} for name, value in item.items()}
    ]
    denied = call(do="scan")
    assert "is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb" in denied["errorMessage"]


ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/function-users"
KEY = {"id": {"S": "a"}}
NAMED: dict[str, Any] = {
    "TableName": "function-users",
    "KeyConditionExpression": "#n = :n",
    "ExpressionAttributeNames": {"#n": "name"},
    "ExpressionAttributeValues": {":n": {"S": "x"}},
}
CALLS: list[tuple[str, dict[str, Any], str | None]] = [
    ("get_item", {"TableName": "function-users", "Key": KEY}, None),
    ("get_item", {"TableName": ARN, "Key": KEY}, None),
    ("put_item", {"TableName": "function-users", "Item": KEY}, None),
    ("query", {**NAMED, "IndexName": "by-name"}, None),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "function-users", "Key": KEY}}]}, None),
    ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "function-users", "Item": KEY}}]}, None),
    ("query", NAMED, f"dynamodb:Query on resource: {ARN}"),
    ("delete_item", {"TableName": "function-users", "Key": KEY}, f"dynamodb:DeleteItem on resource: {ARN}"),
    (
        "batch_get_item",
        {"RequestItems": {"function-users": {"Keys": [KEY]}}},
        f"dynamodb:BatchGetItem on resource: {ARN}",
    ),
    (
        "transact_write_items",
        {"TransactItems": [{"Delete": {"TableName": "function-users", "Key": KEY}}]},
        f"dynamodb:DeleteItem on resource: {ARN}",
    ),
    ("list_tables", {}, "dynamodb:ListTables on resource: *"),
    ("describe_table", {"TableName": "other-table"}, f"dynamodb:DescribeTable on resource: {ARN[:-14]}other-table"),
]


@pytest.mark.parametrize(("call", "parameters", "denied"), CALLS, ids=range(len(CALLS)))
def test_policies_decide(gatelet: Any, role: str, call: str, parameters: dict[str, Any], denied: str | None) -> None:
    """Service Authorization Reference, "Amazon DynamoDB"."""
    session = gatelet.client("sts").assume_role(RoleArn=role, RoleSessionName="tester")["Credentials"]
    client = gatelet.session.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=gatelet.endpoint,
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    if denied is None:
        getattr(client, call)(**parameters)
        return
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"is not authorized to perform: {denied}" in caught.value.response["Error"]["Message"]
