"""How many environments are wanted (design section 4): pure, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from gatelet.functions.autoscaler import Observed, Scale, Spec, decide, is_stuck
from gatelet.functions.pace import Pace

NOW = 1_000.0
SPEC = Spec(parallel=3, keep=10.0)
EXPIRED = (NOW - 10.0, NOW - 11.0, NOW - 9.0)
"""Two that are idle for too long, one that is not."""


def observed(**known: Any) -> Observed:
    numbers: dict[str, Any] = dict.fromkeys(Observed._fields, 0) | {"idle_since": ()} | known
    return Observed(**numbers)


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
        (observed(serving=5, idle_since=EXPIRED), Scale(0, 2)),
        (observed(serving=5), Scale(0, 0)),
        (observed(serving=5, idle_since=EXPIRED, waiting=1, starting=1), Scale(0, 0)),
    ],
)
def test_decide(state: Observed, scale: Scale) -> None:
    assert decide(NOW, state, SPEC) == scale


@pytest.mark.parametrize(
    ("state", "scale"),
    [
        (observed(), Scale(0, 0, 5)),
        (observed(provisioned=3, warming=3, starting=3), Scale(0, 0, 2)),
        (observed(provisioned=5, warming=5, starting=5), Scale(0, 0, 0)),
        (observed(provisioned=5, serving=5, idle_since=EXPIRED), Scale(0, 2, 0)),
        (observed(provisioned=0, serving=7), Scale(0, 0, 1)),
        (observed(provisioned=0, serving=7, waiting=4, service_time=9.0), Scale(1, 0, 0)),
        (observed(provisioned=6, serving=6), Scale(0, 0, 0)),
    ],
)
def test_provisioned_environments_are_kept(state: Observed, scale: Scale) -> None:
    """Five are asked for, eight fit at all; events come first."""
    assert decide(NOW, state, SPEC._replace(provisioned=5, most=8)) == scale


def test_provisioned_environments_start_a_few_at_a_time() -> None:
    spec = SPEC._replace(provisioned=100)
    assert decide(NOW, observed(), spec).provision == 6
    assert decide(NOW, observed(provisioned=8, warming=5, starting=5, serving=3), spec).provision == 1


def test_never_more_than_wait() -> None:
    for waiting in range(50):
        for starting in range(5):
            state = observed(waiting=waiting, starting=starting, serving=2, service_time=3.0)
            assert 0 <= decide(NOW, state, SPEC).start <= max(0, waiting - starting)


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
