"""How many environments are wanted (design section 4): pure, as a table."""

from __future__ import annotations

import pytest

from gatelet.functions.autoscaler import Observed, Scale, Spec, decide, is_stuck
from gatelet.functions.pace import Pace

SPEC = Spec(parallel=3)


def observed(**known: float) -> Observed:
    numbers = dict.fromkeys(Observed._fields, 0) | known
    return Observed(**numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "scale"),
    [
        # The first events of a new pool.
        (observed(waiting=1), Scale(1, 0)),
        (observed(waiting=64), Scale(3, 0)),
        (observed(waiting=1, starting=1), Scale(0, 0)),
        # A fast handler under 64 connections: 0.2 ms an event, three workers are enough.
        (observed(waiting=61, serving=3, service_time=0.0002, cold_start=0.01), Scale(0, 0)),
        (observed(waiting=62, serving=2, service_time=0.0002, cold_start=0.01), Scale(1, 0)),
        # One that was held up changes nothing, all of them do.
        (observed(waiting=61, serving=2, stuck=1, service_time=0.0002, cold_start=0.01), Scale(0, 0)),
        (observed(waiting=61, stuck=3, service_time=0.0002, cold_start=0.01), Scale(61, 0)),
        # A slow one: every event that waits gets its environment.
        (observed(waiting=61, serving=3, service_time=1.0, cold_start=0.01), Scale(61, 0)),
        (observed(waiting=61, serving=3, starting=60, service_time=1.0, cold_start=0.01), Scale(1, 0)),
        # Nothing is measured yet: not before the running events have taken their time.
        (observed(waiting=10, stuck=3), Scale(10, 0)),
        (observed(waiting=10, serving=3), Scale(0, 0)),
        # A cold start that is slower than the wait is not worth it.
        (observed(waiting=4, serving=4, service_time=0.1, cold_start=0.5), Scale(0, 0)),
        (observed(waiting=40, serving=4, service_time=0.1, cold_start=0.5), Scale(4, 0)),
        # Idle ones go when nothing waits.
        (observed(serving=5, expired=2), Scale(0, 2)),
        (observed(serving=5), Scale(0, 0)),
        (observed(serving=5, expired=2, waiting=1, starting=1), Scale(0, 0)),
    ],
)
def test_decide(state: Observed, scale: Scale) -> None:
    assert decide(state, SPEC) == scale


def test_never_more_than_wait() -> None:
    for waiting in range(50):
        for starting in range(5):
            state = observed(waiting=waiting, starting=starting, serving=2, service_time=3.0)
            assert 0 <= decide(state, SPEC).start <= max(0, waiting - starting)


def test_stuck() -> None:
    """An event is stuck after 50 ms, or after four times what events usually take."""
    assert [is_stuck(0.04, 0.001), is_stuck(0.06, 0.001), is_stuck(0.6, 0.2), is_stuck(0.9, 0.2)] == [
        False,
        True,
        False,
        True,
    ]


def test_the_pace_is_a_mean_over_events() -> None:
    pace = Pace()
    for _ in range(1000):
        pace.served(0.0001)
    pace.served(0.05)
    pace.tick()
    assert 0.0001 <= pace.service_time < 0.0002
    for _ in range(40):
        pace.served(1.0)
        pace.tick()
    assert pace.service_time > 0.9


def test_the_fastest_cold_start_counts() -> None:
    pace = Pace()
    for seconds in (0.3, 0.01, 0.02):
        pace.started(seconds)
    assert 0.01 < pace.cold_start < 0.012
