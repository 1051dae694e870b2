"""Asynchronous invocations over boto3: lambda-execution sections 1, 10 and 12."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.reports import REPORTING, Reports
from tests.walk import create_function

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
SOURCE = (
    REPORTING
    + """
import boto3
def lambda_handler(event, context):
    report(context.function_name, context.invoked_function_arn, context.aws_request_id, event,
           context.client_context is None)
    if event == "fail":
        raise ValueError("as told")
    if isinstance(event, dict) and event.get("loop"):
        boto3.client("lambda", aws_access_key_id="test", aws_secret_access_key="test", aws_session_token=None).invoke(
            FunctionName=context.function_name, InvocationType=event["loop"], Payload=json.dumps(event))
    return {"seen": event}
"""
)


@pytest.fixture(scope="module")
def reports() -> Iterator[Reports]:
    with Reports() as listening:
        yield listening


@pytest.fixture(scope="module")
def client(gatelet: Any, reports: Reports) -> Any:
    client = gatelet.client("lambda")
    iam = gatelet.client("iam")
    role = iam.create_role(RoleName="async", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="async", PolicyName="send", PolicyDocument=json.dumps(may_invoke("async-*")))
    for name in ("async-a", "async-b", "async-loop"):
        create_function(gatelet, name, SOURCE, Timeout=30, Environment={"Variables": reports.variables}, Role=role)
    return client


def may_invoke(name: str) -> dict[str, Any]:
    """A policy."""
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn(name)}
    return {"Version": "2012-10-17", "Statement": [statement]}


def told(reports: Reports, count: int, *names: str) -> list[list[Any]]:
    """What these functions have reported, at least so many."""

    def of_them(lines: list[str]) -> list[list[Any]]:
        return [words for words in map(json.loads, lines) if words[0] in names]

    return of_them(reports.wait(lambda lines: len(of_them(lines)) >= count))


def arn(name: str) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:function:{name}"


def test_an_event_is_accepted_run_and_recorded(client: Any, reports: Reports) -> None:
    destination = {"OnSuccess": {"Destination": arn("async-b")}, "OnFailure": {"Destination": arn("async-b")}}
    client.put_function_event_invoke_config(
        FunctionName="async-a", MaximumRetryAttempts=0, DestinationConfig=destination
    )
    accepted = client.invoke(FunctionName="async-a", InvocationType="Event", Payload=b'{"a": 1}', ClientContext="e30=")
    assert accepted["StatusCode"] == 202
    assert accepted["Payload"].read() == b""
    assert "ExecutedVersion" not in accepted
    request_id = accepted["ResponseMetadata"]["RequestId"]
    (_, _, ran_as, event, no_context), recorded = told(reports, 2, "async-a", "async-b")
    assert (ran_as, event, no_context) == (request_id, {"a": 1}, True)
    record = recorded[3]
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{arn('async-a')}:$LATEST",
        "condition": "Success",
        "approximateInvokeCount": 1,
    }
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert record["responsePayload"] == {"seen": {"a": 1}}
    assert recorded[2] != request_id

    client.invoke(FunctionName="async-a", InvocationType="Event", Payload=b'"fail"')
    failure = told(reports, 4, "async-a", "async-b")[3][3]
    assert failure["requestContext"]["condition"] == "RetriesExhausted"
    assert failure["responseContext"]["functionError"] == "Unhandled"
    assert failure["responsePayload"]["errorType"] == "ValueError"


def test_the_role_must_be_allowed_to_invoke_the_destination(gatelet: Any, client: Any, reports: Reports) -> None:
    """When the destination is named, and whenever there is something to tell: the event is run, nobody hears of it."""
    iam = gatelet.client("iam")
    role = iam.create_role(RoleName="async-mute", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    create_function(gatelet, "async-mute", SOURCE, Environment={"Variables": reports.variables}, Role=role)
    destination = {"OnSuccess": {"Destination": arn("async-b")}}
    with pytest.raises(ClientError, match="execution role does not have permissions to call InvokeFunction on arn"):
        client.put_function_event_invoke_config(FunctionName="async-mute", DestinationConfig=destination)
    iam.put_role_policy(RoleName="async-mute", PolicyName="send", PolicyDocument=json.dumps(may_invoke("async-b")))
    client.put_function_event_invoke_config(FunctionName="async-mute", DestinationConfig=destination)
    iam.delete_role_policy(RoleName="async-mute", PolicyName="send")
    before = len(told(reports, 0, "async-b"))
    for number in (1, 2):  # the second runs when the first has been settled
        client.invoke(FunctionName="async-mute", InvocationType="Event", Payload=b'"unheard"')
        told(reports, number, "async-mute")
    client.invoke(FunctionName="async-b", InvocationType="Event", Payload=b'"marker"')
    assert told(reports, before + 1, "async-b")[before][3] == "marker"


def test_invoke_async_still_works(client: Any, reports: Reports) -> None:
    before = len(told(reports, 0, "async-b"))
    answer = client.invoke_async(FunctionName="async-b", InvokeArgs=b'"old"')
    assert answer["Status"] == 202
    assert told(reports, before + 1, "async-b")[before][3] == "old"
    with pytest.raises(ClientError) as caught:
        client.invoke_async(FunctionName="async-b", InvokeArgs=b"{")
    assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_events_for_nobody_are_refused(client: Any) -> None:
    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName="nobody", InvocationType="Event")
    assert caught.value.response["Error"]["Message"] == f"Function not found: {arn('nobody')}:$LATEST"


@pytest.mark.parametrize("kind", ["Event", "RequestResponse"])
def test_a_loop_is_stopped_after_sixteen_invocations(client: Any, reports: Reports, kind: str) -> None:
    client.put_function_concurrency(FunctionName="async-loop", ReservedConcurrentExecutions=20)
    client.put_function_event_invoke_config(
        FunctionName="async-loop",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn("async-b")}},
    )
    looped = len(told(reports, 0, "async-loop"))
    failed = len(told(reports, 0, "async-b"))
    client.invoke(FunctionName="async-loop", InvocationType="Event", Payload=json.dumps({"loop": kind}))
    assert len(told(reports, looped + 16, "async-loop")) == looped + 16
    if kind == "Event":
        stopped = told(reports, failed + 1, "async-b")[failed][3]
        assert stopped["requestContext"]["approximateInvokeCount"] == 0
        assert stopped["requestPayload"] == {"loop": "Event"}


def test_allow_lets_loops_run_on(client: Any) -> None:
    """The rule alone: a loop that nobody stops is no test."""
    assert client.get_function_recursion_config(FunctionName="async-loop")["RecursiveLoop"] == "Terminate"
    client.put_function_recursion_config(FunctionName="async-loop", RecursiveLoop="Allow")
    assert client.get_function_recursion_config(FunctionName="async-loop")["RecursiveLoop"] == "Allow"
    client.put_function_recursion_config(FunctionName="async-loop", RecursiveLoop="Terminate")
