"""Tables with streams, and functions that write down what they are given."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.walk import archive, wait_active

HANDLER = """
import json, time
import boto3
seen = boto3.resource("dynamodb").Table("sources-seen")

def lambda_handler(event, context):
    seen.put_item(Item={"id": context.function_name, "at": time.time_ns(), "event": json.dumps(event)})
    images = [(r["dynamodb"]["SequenceNumber"], r["dynamodb"].get("NewImage", {})) for r in event.get("Records", [])]
    if any("raise" in image for _, image in images):
        raise ValueError("as asked")
    return {"batchItemFailures": [{"itemIdentifier": number} for number, image in images if "fail" in image]}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
STREAMS = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "arn:aws:dynamodb:*:*:table/sources-seen"},
        {
            "Effect": "Allow",
            "Action": [f"dynamodb:{action}" for action in STREAMS],
            "Resource": "arn:aws:dynamodb:*:*:table/source-*/stream/*",
        },
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:*:*:function:*"},
    ],
}


class World:
    """A table with a stream for each test, functions that write down what they are given."""

    def __init__(self, gatelet: Any) -> None:
        self.tables = gatelet.client("dynamodb")
        self.functions = gatelet.client("lambda")
        self.iam = gatelet.client("iam")
        self.iam.create_role(RoleName="sources", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.allow()
        self.table("sources-seen", sort="at")

    def allow(self) -> None:
        self.iam.put_role_policy(RoleName="sources", PolicyName="all", PolicyDocument=json.dumps(POLICY))

    def table(self, name: str, sort: str | None = None, **settings: Any) -> str:
        keys = [("id", "HASH", "S"), *([(sort, "RANGE", "N")] if sort else [])]
        made = self.tables.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": type_} for key, _, type_ in keys],
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind, _ in keys],
            BillingMode="PAY_PER_REQUEST",
            **settings,
        )["TableDescription"]
        return str(made.get("LatestStreamArn", ""))

    def source(self, name: str) -> str:
        """A table with a stream; the stream's ARN."""
        return self.table(name, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})

    def function(self, name: str) -> str:
        made = self.functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role="arn:aws:iam::000000000000:role/sources",
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": archive(HANDLER)},
            Timeout=20,
        )
        wait_active(self.functions, name)
        return str(made["FunctionArn"])

    def map(self, function: str, stream: str, **settings: Any) -> dict[str, Any]:
        settings = {"StartingPosition": "TRIM_HORIZON", **settings}
        answer = self.functions.create_event_source_mapping(FunctionName=function, EventSourceArn=stream, **settings)
        return dict(answer)

    def put(self, table: str, *items: dict[str, Any]) -> None:
        for item in items:
            self.tables.put_item(TableName=table, Item={name: {"S": value} for name, value in item.items()})

    def events(self, function: str) -> list[dict[str, Any]]:
        """The events that a function was given, in order."""
        found = self.tables.query(
            TableName="sources-seen",
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": function}},
            ConsistentRead=True,
        )["Items"]
        return [json.loads(item["event"]["S"]) for item in found]

    def batches(self, function: str) -> list[list[str]]:
        """The ids of the items in each event."""
        return [
            [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]] for event in self.events(function)
        ]


def until(found: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What is found, once it is what is wanted."""
    for _ in range(400):
        value = found()
        if wanted(value):
            return value
        time.sleep(0.05)
    raise AssertionError(value)
