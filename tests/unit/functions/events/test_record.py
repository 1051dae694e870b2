"""The record of a destination: lambda-execution section 10."""

from __future__ import annotations

import json

from gatelet.functions.events.envelope import AcceptedEvent, decode, encode, queue_of
from gatelet.functions.events.record import destination_record
from gatelet.functions.events.rules import Attempts, Condition, Done
from gatelet.functions.invocation import FunctionTarget, InvocationResult

EVENT = AcceptedEvent(
    FunctionTarget("000000000000", "us-east-1", "f"), "request-id", "Root=1-x", 1_767_225_600.25, b'{ "a": 1e2 }'
)


def record(condition: Condition, invokes: int, result: InvocationResult | None, event: AcceptedEvent = EVENT) -> bytes:
    return destination_record(1_767_225_601.5, event, Done(condition, Attempts(invokes=invokes)), result)


def test_an_event_lies_in_its_queue_as_it_came() -> None:
    assert decode(queue_of(EVENT.target), encode(EVENT)) == EVENT


def test_after_success() -> None:
    text = record(Condition.SUCCESS, 1, InvocationResult(b'{"ok":true}', "r", "7"))
    assert text == (
        b'{"version":"1.0","timestamp":"2026-01-01T00:00:01.500Z","requestContext":{"requestId":"request-id",'
        b'"functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST","condition":"Success",'
        b'"approximateInvokeCount":1},"requestPayload":{ "a": 1e2 },'
        b'"responseContext":{"statusCode":200,"executedVersion":"7"},"responsePayload":{"ok":true}}'
    )


def test_after_failures() -> None:
    shown = json.loads(
        record(Condition.RETRIES_EXHAUSTED, 3, InvocationResult(b'{"e":1}', "r", "$LATEST", "Unhandled"))
    )
    assert shown["requestContext"]["approximateInvokeCount"] == 3
    assert shown["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert shown["responsePayload"] == {"e": 1}


def test_what_never_ran_has_no_response() -> None:
    shown = json.loads(record(Condition.ZERO_RESERVED_CONCURRENCY, 0, None))
    assert sorted(shown) == ["requestContext", "requestPayload", "timestamp", "version"]


def test_a_record_over_the_limit_goes_without_the_response() -> None:
    shown = json.loads(record(Condition.SUCCESS, 1, InvocationResult(b'"' + b"x" * 1_048_576 + b'"', "r", "$LATEST")))
    assert "responsePayload" not in shown
    assert shown["responseContext"]["statusCode"] == 200


def test_an_answer_that_is_no_json_becomes_text() -> None:
    shown = json.loads(record(Condition.SUCCESS, 1, InvocationResult(b"\xffraw", "r", "$LATEST")))
    assert shown["responsePayload"] == "\ufffdraw"
