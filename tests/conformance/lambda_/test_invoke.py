"""Invoke with boto3 over HTTP: lambda-execution sections 1 and 2."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.walk import create_function

HANDLER = """
def lambda_handler(event, context):
    if event == "raise":
        raise ValueError("no")
    if event == "context":
        return {"request": context.aws_request_id, "arn": context.invoked_function_arn,
                "custom": context.client_context and context.client_context.custom}
    print("seen", event)
    return event
"""


@pytest.fixture(scope="module")
def client(gatelet: Any) -> Iterator[Any]:
    create_function(gatelet, "invoked", HANDLER)
    made = gatelet.client("lambda")
    yield made
    made.delete_function(FunctionName="invoked")


def test_a_json_value_in_and_out(client: Any) -> None:
    for payload in (b'{"a": 1}', b"[1, 2]", b'"text"', b"null", b"1.5"):
        answer = client.invoke(FunctionName="invoked", Payload=payload)
        assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
        assert "FunctionError" not in answer
        assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/json"
        assert json.loads(answer["Payload"].read()) == json.loads(payload)


def test_no_body_is_an_empty_object(client: Any) -> None:
    assert client.invoke(FunctionName="invoked")["Payload"].read() == b"{}"


def test_a_raised_exception(client: Any) -> None:
    answer = client.invoke(FunctionName="invoked", Payload=b'"raise"')
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no")
    assert error["requestId"] == answer["ResponseMetadata"]["RequestId"]


def test_the_log_tail(client: Any) -> None:
    answer = client.invoke(FunctionName="invoked", Payload=b'"x"', LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert f"START RequestId: {request_id} Version: $LATEST" in log
    assert "seen x\n" in log
    assert f"REPORT RequestId: {request_id}" in log
    assert "LogResult" not in client.invoke(FunctionName="invoked", Payload=b'"x"')


def test_the_context(client: Any) -> None:
    encoded = base64.b64encode(b'{"custom": {"k": "v"}}').decode()
    answer = client.invoke(FunctionName="invoked", Payload=b'"context"', ClientContext=encoded)
    assert json.loads(answer["Payload"].read()) == {
        "request": answer["ResponseMetadata"]["RequestId"],
        "arn": "arn:aws:lambda:us-east-1:000000000000:function:invoked",
        "custom": {"k": "v"},
    }


def test_dry_run_answers_204(client: Any) -> None:
    answer = client.invoke(FunctionName="invoked", InvocationType="DryRun")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")
    assert "ExecutedVersion" not in answer


@pytest.mark.parametrize(
    ("params", "status", "code", "text"),
    [
        (
            {"FunctionName": "nothing"},
            404,
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nothing:$LATEST",
        ),
        (
            {"Qualifier": "7"},
            404,
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:invoked:7",
        ),
        (
            {"FunctionName": "invoked:1", "Qualifier": "2"},
            400,
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
        ({"Payload": b"{"}, 400, "InvalidRequestContentException", "Could not parse request body into json"),
        (
            {"Payload": b'"' + b"x" * 6_291_456 + b'"'},
            413,
            "RequestEntityTooLargeException",
            "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
        ),
        (
            {"InvocationType": "Event", "Payload": b'"' + b"x" * 1_048_575 + b'"'},
            413,
            "RequestTooLargeException",
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_refused_invocations(client: Any, params: dict[str, Any], status: int, code: str, text: str) -> None:
    with pytest.raises(ClientError) as caught:
        client.invoke(**{"FunctionName": "invoked", "Payload": b"{}", **params})
    error = caught.value.response
    assert (error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"]) == (status, code)
    assert text in error["Error"]["Message"]


def test_reserved_concurrency_of_zero_turns_a_function_off(client: Any) -> None:
    client.put_function_concurrency(FunctionName="invoked", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName="invoked")
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert error["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert error["Error"]["Message"] == "Rate Exceeded."
    client.delete_function_concurrency(FunctionName="invoked")
    assert client.invoke(FunctionName="invoked")["StatusCode"] == 200
