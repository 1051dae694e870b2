"""Invoke (lambda-execution section 1)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.functions.world import Function


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b'{"a": {"b": [1, 2.5, null, true]}}',
        b"[]",
        b'""',
        b'"text"',
        b"0",
        b"-1.5e3",
        b"12345678901234567890123456789",
        b"null",
        b"true",
        b'  {"spaced" : 1 }\n',
        '{"naïve": "€ 💩"}'.encode(),
        b'"\\ud83d\\udca9 \\u0000"',
        b'"\\ud800"',
        b"[" * 300 + b"]" * 300,
    ],
    ids=lambda payload: payload[:24].decode(),
)
def test_any_json_value_goes_in_and_comes_out(function: Function, payload: bytes) -> None:
    outcome = function.invoke(payload)
    assert (outcome.raw["StatusCode"], outcome.error) == (200, None)
    assert outcome.value == json.loads(payload)


@pytest.mark.parametrize(
    ("what", "payload"),
    [
        ("none", b"null"),
        ("tuple", b'[1, "two"]'),
        ("decimal", b"[1.5, NaN]"),
        ("text", '"nägel €"'.encode()),  # python 3.12 and later do not escape (section 2)
    ],
)
def test_results_as_the_runtime_writes_them(function: Function, what: str, payload: bytes) -> None:
    assert function.invoke({"do": what}).payload == payload


def test_no_body_is_an_empty_object(function: Function) -> None:
    assert function.invoke(b"").payload == b"{}"


def test_headers_of_an_answer(function: Function) -> None:
    outcome = function.invoke({"do": "context"})
    assert outcome.raw["ExecutedVersion"] == "$LATEST"
    assert outcome.headers["content-type"] == "application/json"
    assert outcome.value["aws_request_id"] == outcome.request_id
    assert re.fullmatch(
        r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0(;Lineage=.+)?",
        outcome.headers["x-amzn-trace-id"],
    )
    assert "x-amz-function-error" not in outcome.headers
    assert "x-amz-log-result" not in outcome.headers


def test_a_failure_is_200_and_unhandled(function: Function) -> None:
    outcome = function.invoke({"do": "fail"})
    assert (outcome.raw["StatusCode"], outcome.error) == (200, "Unhandled")
    assert outcome.raw["ExecutedVersion"] == "$LATEST"


SOURCE = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
VALUES = "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"\x99", f"Unexpected character ((CTRL-CHAR, code 153)): {VALUES}{SOURCE}1]"),  # recorded
        (b'"\x87"', f"Invalid UTF-8 start byte 0x87{SOURCE}3]"),  # recorded
        (b"{", None),
        (b"{'a': 1}", None),
        (b"text", None),
        (b"{} {}", None),
        (b"NaN", None),
        (b"[1,]", None),
    ],
)
def test_a_payload_that_is_not_json(function: Function, payload: bytes, message: str | None) -> None:
    with pytest.raises(ClientError) as caught:
        function.invoke(payload)
    answer = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == (
        400,
        "InvalidRequestContentException",
    )
    begin = "Could not parse request body into json: Could not parse payload into json: "
    assert answer["Error"]["Message"].startswith(begin)
    if message is not None:
        assert answer["Error"]["Message"] == begin + message


def test_sizes(function: Function) -> None:
    """6 MiB go in; over it nothing runs."""
    exact = b'"' + b"x" * (6_291_456 - 2) + b'"'
    outcome = function.invoke(exact)
    assert outcome.payload == exact
    with pytest.raises(ClientError) as caught:
        function.invoke(exact + b" ")
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert answer["Error"]["Message"] == "Request must be smaller than 6291456 bytes for the InvokeFunction operation"


def test_a_dry_run_runs_nothing(function: Function) -> None:
    before = function.invoke({"do": "count", "name": "none"}).value[0]
    answer = function.client.invoke(FunctionName=function.name, InvocationType="DryRun", Payload=b"{}")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")
    assert "ExecutedVersion" not in answer
    assert function.invoke({"do": "count", "name": "none"}).value[0] == before + 1
    with pytest.raises(ClientError) as caught:
        function.client.invoke(FunctionName="nothing-here", InvocationType="DryRun")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("executed", "executed"),
        ("executed:$LATEST", "executed:$LATEST"),
        ("arn:aws:lambda:us-east-1:000000000000:function:executed", "executed"),
        ("arn:aws:lambda:us-east-1:000000000000:function:executed:$LATEST", "executed:$LATEST"),
        ("000000000000:function:executed", "executed"),
    ],
)
def test_names_of_a_function(function: Function, name: str, arn: str) -> None:
    """Section 5: the invoked ARN is as qualified as the call was."""
    answer = function.client.invoke(FunctionName=name, Payload=b'{"do": "context"}')
    seen = json.loads(answer["Payload"].read())
    assert seen["invoked_function_arn"] == f"arn:aws:lambda:us-east-1:000000000000:function:{arn}"
    assert seen["function_version"] == answer["ExecutedVersion"] == "$LATEST"


def test_the_qualifier_beside_the_name(function: Function) -> None:
    outcome = function.invoke({"do": "context"}, Qualifier="$LATEST")
    assert outcome.value["invoked_function_arn"].endswith(":function:executed:$LATEST")


def test_the_log_tail(function: Function) -> None:
    outcome = function.invoke({"do": "chatter"}, LogType="Tail")
    log = outcome.log
    assert log.startswith(f"START RequestId: {outcome.request_id} Version: $LATEST\n")
    assert "one\ntwo\n" in log
    assert f"END RequestId: {outcome.request_id}\nREPORT RequestId: {outcome.request_id}\t" in log
    assert "LogResult" not in function.invoke({}, LogType="None").raw


def test_the_log_tail_is_the_last_4096_bytes(function: Function) -> None:
    outcome = function.invoke({"do": "log", "bytes": 9_000}, LogType="Tail")
    raw = base64.b64decode(outcome.raw["LogResult"])
    assert len(raw) == 4_096
    assert raw.startswith(b"llll")
    assert b"REPORT RequestId" in raw


def test_the_log_tail_of_a_failure(function: Function) -> None:
    outcome = function.invoke({"do": "fail"}, LogType="Tail")
    assert outcome.error == "Unhandled"
    assert "[ERROR] Odd: nägel\nTraceback (most recent call last):" in outcome.log


def test_a_trace_id_goes_through(gatelet: Any, function: Function) -> None:
    """Section 1, request headers: X-Amzn-Trace-Id."""
    trace = "Root=1-69553a00-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1"
    client = gatelet.client("lambda")

    def add(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = trace

    client.meta.events.register("before-sign.lambda.Invoke", add)
    answer = client.invoke(FunctionName=function.name, Payload=b'{"do": "context"}')
    assert json.loads(answer["Payload"].read())["trace"].startswith(trace)
