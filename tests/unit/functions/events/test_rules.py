"""Retries, back-off and age: lambda-execution section 10. No time passes here."""

from __future__ import annotations

import pytest

from gatelet.functions.events.rules import Attempts, Condition, Done, Outcome, Retry, Rules, decide, too_old

ACCEPTED = 1_000_000.0
DAY = Rules()


def story(*outcomes: Outcome, rules: Rules = DAY) -> tuple[list[float], Retry | Done]:
    """The delays before each retry, attempts taking no time, and the last decision."""
    now, attempts, delays = ACCEPTED, Attempts(), []
    decision: Retry | Done | None = None
    for outcome in outcomes:
        decision = decide(now, ACCEPTED, attempts, outcome, rules)
        if isinstance(decision, Retry):
            delays.append(decision.at - now)
            now, attempts = decision.at, decision.attempts
    assert decision is not None
    return delays, decision


def test_function_errors_are_retried_after_one_minute_and_two() -> None:
    delays, decision = story(*[Outcome.FUNCTION_ERROR] * 3)
    assert delays == [60, 120]
    assert decision == Done(Condition.RETRIES_EXHAUSTED, Attempts(errors=3, invokes=3))


@pytest.mark.parametrize(("retries", "invokes"), [(0, 1), (1, 2), (2, 3)])
def test_maximum_retry_attempts(retries: int, invokes: int) -> None:
    _, decision = story(*[Outcome.FUNCTION_ERROR] * invokes, rules=Rules(retries=retries))
    assert decision == Done(Condition.RETRIES_EXHAUSTED, Attempts(invokes, 0, invokes))


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.SYSTEM_ERROR])
def test_throttles_and_system_errors_back_off_up_to_five_minutes(outcome: Outcome) -> None:
    delays, decision = story(*[outcome] * 12)
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert isinstance(decision, Retry)
    assert (decision.attempts.errors, decision.attempts.invokes) == (0, 0), "no attempts of the function"


def test_the_back_off_ends_when_the_function_runs() -> None:
    delays, _ = story(Outcome.THROTTLED, Outcome.THROTTLED, Outcome.FUNCTION_ERROR, Outcome.THROTTLED)
    assert delays == [1, 2, 60, 1]


def test_setbacks_go_on_until_the_age_is_reached() -> None:
    delays, decision = story(*[Outcome.THROTTLED] * 200)
    assert decision == Done(Condition.EVENT_AGE_EXCEEDED, Attempts(setbacks=60))
    assert 6 * 3600 - 300 <= sum(delays) <= 6 * 3600


@pytest.mark.parametrize(
    ("age", "condition"), [(60, Retry), (59.9, Condition.EVENT_AGE_EXCEEDED)], ids=["in time", "too late"]
)
def test_a_retry_that_would_begin_too_late_is_not_waited_for(age: float, condition: object) -> None:
    decision = decide(ACCEPTED, ACCEPTED, Attempts(), Outcome.FUNCTION_ERROR, Rules(age=age))
    assert (type(decision) if isinstance(decision, Retry) else decision.condition) is condition


@pytest.mark.parametrize(
    ("outcome", "condition", "invokes"),
    [
        (Outcome.SUCCESS, Condition.SUCCESS, 1),
        (Outcome.ZERO_CONCURRENCY, Condition.ZERO_RESERVED_CONCURRENCY, 0),
        (Outcome.RECURSION, Condition.RETRIES_EXHAUSTED, 0),
    ],
)
def test_what_ends_at_once(outcome: Outcome, condition: Condition, invokes: int) -> None:
    assert story(outcome)[1] == Done(condition, Attempts(invokes=invokes))


def test_age() -> None:
    assert not too_old(ACCEPTED + 21_600, ACCEPTED, DAY)
    assert too_old(ACCEPTED + 21_600.1, ACCEPTED, DAY)
