"""What becomes of an event after an attempt. Pure.

Reference: lambda-execution section 10. Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from gatelet.aws import quotas


class Outcome(Enum):
    """How an attempt ended."""

    SUCCESS = "the handler answered"
    FUNCTION_ERROR = "the function ran and failed"
    THROTTLED = "no concurrency was left"
    SYSTEM_ERROR = "no environment could be started, or the function was not ready"
    ZERO_CONCURRENCY = "the function's reserved concurrency is 0"
    RECURSION = "the function was found in a loop"


class Condition(Enum):
    """Why an event is done: ``requestContext.condition`` of a destination's record."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"


@dataclass(frozen=True, slots=True)
class Rules:
    """A function's own settings: MaximumRetryAttempts and MaximumEventAgeInSeconds."""

    retries: int = quotas.ASYNC_RETRIES_MAX
    age: float = quotas.ASYNC_EVENT_AGE_MAX


@dataclass(frozen=True, slots=True)
class Attempts:
    """What an event has been through.

    ``errors`` counts failures of the function, ``setbacks`` how often in a row it could not be run at all,
    ``invokes`` how often it ran: ``approximateInvokeCount``.
    """

    errors: int = 0
    setbacks: int = 0
    invokes: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again then."""

    at: float
    attempts: Attempts


@dataclass(frozen=True, slots=True)
class Done:
    """No more attempts."""

    condition: Condition
    attempts: Attempts


_RAN = frozenset({Outcome.SUCCESS, Outcome.FUNCTION_ERROR})
_FINAL = {
    Outcome.SUCCESS: Condition.SUCCESS,
    Outcome.ZERO_CONCURRENCY: Condition.ZERO_RESERVED_CONCURRENCY,
    # Lambda's documentation names no condition of its own for a loop that it stops.
    Outcome.RECURSION: Condition.RETRIES_EXHAUSTED,
}


def too_old(now: float, accepted: float, rules: Rules) -> bool:
    """Whether the event's age forbids an attempt that begins now."""
    return now - accepted > rules.age


def decide(now: float, accepted: float, attempts: Attempts, outcome: Outcome, rules: Rules) -> Retry | Done:
    """What follows an attempt that ended now, of an event accepted then; ``attempts`` are those before it.

    A retry that would begin after the maximum age is not waited for.
    """
    if outcome in _RAN:
        attempts = replace(attempts, invokes=attempts.invokes + 1, setbacks=0)
    if outcome in _FINAL:
        return Done(_FINAL[outcome], attempts)
    if outcome is Outcome.FUNCTION_ERROR:
        attempts = replace(attempts, errors=attempts.errors + 1)
        if attempts.errors > rules.retries:
            return Done(Condition.RETRIES_EXHAUSTED, attempts)
        delay = float(quotas.ASYNC_ERROR_RETRY_SECONDS * attempts.errors)
    else:
        delay = min(quotas.ASYNC_BACKOFF_SECONDS * 2.0**attempts.setbacks, quotas.ASYNC_BACKOFF_SECONDS_MAX)
        attempts = replace(attempts, setbacks=min(attempts.setbacks + 1, 60))
    if too_old(now + delay, accepted, rules):
        return Done(Condition.EVENT_AGE_EXCEEDED, attempts)
    return Retry(now + delay, attempts)
