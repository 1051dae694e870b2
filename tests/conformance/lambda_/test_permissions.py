"""Function policies with boto3 over HTTP: lambda-control-plane section 8."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.walk import create_function

SOURCE = "arn:aws:execute-api:us-east-1:000000000000:api/*/GET/users"


def test_the_life_of_a_policy(gatelet: Any) -> None:
    arn = create_function(gatelet, "permitted", "def lambda_handler(event, context):\n    return 1\n")
    client = gatelet.client("lambda")
    with pytest.raises(ClientError) as none:
        client.get_policy(FunctionName="permitted")
    assert none.value.response["Error"]["Message"] == "The resource you requested does not exist."
    given = {
        "FunctionName": "permitted",
        "StatementId": "gateway",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": SOURCE,
    }
    added = client.add_permission(**given)
    assert added["ResponseMetadata"]["HTTPStatusCode"] == 201
    statement = {
        "Sid": "gateway",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": SOURCE}},
    }
    assert json.loads(added["Statement"]) == statement
    policy = client.get_policy(FunctionName=arn)
    assert json.loads(policy["Policy"]) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    with pytest.raises(ClientError) as twice:
        client.add_permission(**given)
    assert twice.value.response["Error"]["Code"] == "ResourceConflictException"
    with pytest.raises(ClientError) as stale:
        client.add_permission(**{**given, "StatementId": "other", "RevisionId": "stale"})
    assert stale.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    with pytest.raises(ClientError) as bad_sid:
        client.add_permission(**{**given, "StatementId": "a b"})
    assert "([a-zA-Z0-9-_]+)" in bad_sid.value.response["Error"]["Message"]
    removed = client.remove_permission(FunctionName="permitted", StatementId="gateway", RevisionId=policy["RevisionId"])
    assert removed["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ClientError) as gone:
        client.remove_permission(FunctionName="permitted", StatementId="gateway")
    assert gone.value.response["Error"]["Message"] == "No policy is associated with the given resource."
