"""What becomes of a batch. Reference: Lambda Developer Guide ("Using Lambda with DynamoDB", error handling)."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.functions.mappings.model import Mapping, compile_mapping
from gatelet.functions.mappings.rules import Attempt, Batch, Condition, Decision, decide, expired, succeeded, too_old
from gatelet.functions.mappings.source import SourceRecord
from gatelet.storage.ports import Key

DOCUMENT: dict[str, Any] = {
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:consumer:live",
    "EventSourceArn": "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000",
    "BatchSize": 10,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "FunctionResponseTypes": [],
    "DestinationConfig": {"OnFailure": {}},
    "State": "Enabled",
}
FAILED, THROTTLED = Attempt(0), Attempt(0, invoked=False)


def mapping(**settings: Any) -> Mapping:
    return compile_mapping(Key("lambda", "EventSourceMapping", "0", "r", "id"), DOCUMENT | settings)


def batch(count: int, **counters: int) -> Batch:
    return Batch([SourceRecord(number, 1_000.0 + number, b"", {}) for number in range(count)], **counters)


def sizes(*batches: Batch) -> list[list[int]]:
    return [[record.sequence for record in one.records] for one in batches]


def test_a_mapping_is_read_off_its_document() -> None:
    made = mapping(MaximumRetryAttempts=3, FunctionResponseTypes=["ReportBatchItemFailures"], State="Disabled")
    assert (made.target.name, made.target.qualifier) == ("consumer", "live")
    assert (made.retries, made.age, made.partial, made.enabled) == (3, None, True, False)


def test_success_is_the_end() -> None:
    assert decide(batch(3), Attempt(3), mapping()) == Decision()


def test_a_failure_is_tried_again_longer_and_longer() -> None:
    pauses = []
    current = batch(2)
    for _ in range(14):
        decision = decide(current, FAILED, mapping())
        (current,) = decision.go_on
        pauses.append(decision.pause)
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses[-1] == 30.0
    assert (current.errors, current.invokes, sizes(current)) == (14, 14, [[0, 1]])


def test_retries_end() -> None:
    (again,) = decide(batch(2), FAILED, mapping(MaximumRetryAttempts=1)).go_on
    last = decide(again, FAILED, mapping(MaximumRetryAttempts=1))
    assert last.go_on == ()
    assert last.given_up is not None
    assert (last.condition, last.given_up.invokes, sizes(last.given_up)) == (Condition.EXHAUSTED, 2, [[0, 1]])


def test_what_was_not_invoked_does_not_count() -> None:
    current = batch(1)
    for _ in range(5):
        decision = decide(current, THROTTLED, mapping(MaximumRetryAttempts=0))
        (current,) = decision.go_on
    assert (current.errors, current.invokes, current.setbacks) == (0, 0, 5)


def test_a_batch_is_split_without_counting() -> None:
    decision = decide(batch(5), FAILED, mapping(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0))
    assert sizes(*decision.go_on) == [[0, 1], [2, 3, 4]]
    assert {one.errors for one in decision.go_on} == {0}
    alone = decide(batch(1), FAILED, mapping(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0))
    assert alone.given_up is not None


@pytest.mark.parametrize(("bisect", "errors"), [(False, 1), (True, 0)])
def test_a_partial_success_goes_on_where_it_failed(bisect: bool, errors: int) -> None:
    decision = decide(batch(4), Attempt(3), mapping(BisectBatchOnFunctionError=bisect, MaximumRetryAttempts=2))
    (rest,) = decision.go_on
    assert (sizes(rest), rest.errors) == ([[3]], errors)


def test_old_records_are_given_up_first() -> None:
    limited = mapping(MaximumRecordAgeInSeconds=60)
    assert [too_old(batch(3), limited, now) for now in (1_059.9, 1_060.0, 1_061.5, 9_999.0)] == [0, 1, 2, 3]
    assert too_old(batch(3), mapping(), 1_000.0 + 86_400) == 1
    decision = expired(batch(3, errors=4, invokes=5), 2)
    assert decision.given_up is not None
    assert (decision.condition, decision.given_up.invokes, sizes(decision.given_up)) == (Condition.TOO_OLD, 5, [[0, 1]])
    assert (sizes(*decision.go_on), decision.go_on[0].errors) == ([[2]], 0)
    assert expired(batch(2), 2).go_on == ()


RESPONSES: list[tuple[bytes, int]] = [
    # "Success and failure conditions" of the Guide
    (b'{"batchItemFailures": []}', 3),
    (b'{"batchItemFailures": null}', 3),
    (b"{}", 3),
    (b"null", 3),
    (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', 0),
    (b'{"batchItemFailures": [{"itemIdentifier": null}]}', 0),
    (b'{"batchItemFailures": [{"wrong": "s1"}]}', 0),
    (b'{"batchItemFailures": [{"itemIdentifier": "s1"}]}', 1),
    (b'{"batchItemFailures": [{"itemIdentifier": "s2"}, {"itemIdentifier": "s1"}]}', 1),
    (b'{"batchItemFailures": [{"itemIdentifier": "s0"}]}', 0),
    (b'{"batchItemFailures": [{"itemIdentifier": "s2"}, {"itemIdentifier": "unknown"}]}', 0),
    (b'{"batchItemFailures": "s1"}', 0),
    (b'{"batchItemFailures": ["s1"]}', 0),
    (b'"text"', 0),
    (b"no JSON", 0),
]


@pytest.mark.parametrize(("payload", "done"), RESPONSES, ids=range(len(RESPONSES)))
def test_partial_batch_responses(payload: bytes, done: int) -> None:
    assert succeeded(batch(3), payload, ["s0", "s1", "s2"]) == done
