"""What becomes of a batch after an attempt. Pure.

Function errors count against ``MaximumRetryAttempts``; what kept the function from being invoked does not, and
ends with the records' age alone. Splitting a batch does not count either. Reference: Lambda Developer Guide
("Using Lambda to process records from Amazon DynamoDB Streams", error handling; "Configuring partial batch response").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import orjson

from gatelet.aws import quotas
from gatelet.functions.mappings.model import Mapping
from gatelet.functions.mappings.source import SourceRecord

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 30.0


class Condition(StrEnum):
    """Why records were given up, as the record for the destination says it."""

    EXHAUSTED = "RetryAttemptsExhausted"
    TOO_OLD = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in order. ``errors`` and ``setbacks`` count its attempts that failed in the function, and before it;
    ``invokes`` all that reached it.
    """

    records: Sequence[SourceRecord]
    errors: int = 0
    setbacks: int = 0
    invokes: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended: ``done`` records from the first on succeeded; ``invoked``: the function ran."""

    done: int
    invoked: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: records that are ``given_up`` (with the reason), then batches to ``go_on`` with after a pause."""

    go_on: tuple[Batch, ...] = ()
    pause: float = 0.0
    given_up: Batch | None = None
    condition: Condition = Condition.EXHAUSTED


def too_old(batch: Batch, mapping: Mapping, now: float) -> int:
    """How many of the first records are older than the mapping, or the stream, keeps them."""
    age = quotas.STREAM_RECORD_SECONDS if mapping.age is None else min(mapping.age, quotas.STREAM_RECORD_SECONDS)
    return next((at for at, one in enumerate(batch.records) if one.created + age > now), len(batch.records))


def expired(batch: Batch, count: int) -> Decision:
    """Give up so many of the first records; go on with the others."""
    rest = Batch(batch.records[count:])
    return Decision(
        go_on=(rest,) if rest.records else (),
        given_up=replace(batch, records=batch.records[:count]),
        condition=Condition.TOO_OLD,
    )


def decide(batch: Batch, attempt: Attempt, mapping: Mapping) -> Decision:
    """What follows an attempt of the whole batch."""
    if not attempt.invoked:
        again = replace(batch, setbacks=batch.setbacks + 1)
        return Decision(go_on=(again,), pause=_pause(again))
    batch = replace(batch, invokes=batch.invokes + 1)
    left = batch.records[attempt.done :]
    if not left:
        return Decision()
    if mapping.bisect and attempt.done:
        return Decision(go_on=(replace(batch, records=left),))  # split where the function said
    if mapping.bisect and len(left) > 1:
        middle = len(left) // 2
        return Decision(go_on=(replace(batch, records=left[:middle]), replace(batch, records=left[middle:])))
    if mapping.retries is not None and batch.errors >= mapping.retries:
        return Decision(given_up=replace(batch, records=left))
    again = replace(batch, records=left, errors=batch.errors + 1)
    return Decision(go_on=(again,), pause=_pause(again))


def _pause(batch: Batch) -> float:
    return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(batch.errors + batch.setbacks - 1, 30)))


def succeeded(batch: Batch, payload: bytes, numbers: Sequence[str]) -> int:
    """How many of the first records a partial batch response says are done; ``numbers`` are their sequence numbers.

    The lowest number that is named is where the retry begins; a response of another form is a failure of all.
    """
    failures = _failures(payload)
    if failures is None:
        return 0
    places = {number: at for at, number in enumerate(numbers)}
    found = [places.get(one) for one in failures]
    if any(at is None for at in found):
        return 0
    return min((at for at in found if at is not None), default=len(batch.records))


def _failures(payload: bytes) -> list[str] | None:
    """The identifiers that the response names; None for a form that means that everything failed."""
    try:
        answer: Any = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    listed = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not listed:
        return [] if answer is None or isinstance(answer, dict) else None
    if not isinstance(listed, list):
        return None
    named = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in listed]
    return [one for one in named if isinstance(one, str)] if all(isinstance(one, str) for one in named) else None
