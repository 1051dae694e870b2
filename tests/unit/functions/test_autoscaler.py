"""How many environments are wanted (design section 4): pure, as a table."""

from __future__ import annotations

import pytest

from gatelet.functions.autoscaler import Observed, Scale, Spec, decide

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
        (observed(waiting=61, running=3, service_time=0.0002, cold_start=0.01), Scale(0, 0)),
        (observed(waiting=62, running=2, service_time=0.0002, cold_start=0.01), Scale(1, 0)),
        # A slow one: every event that waits gets its environment.
        (observed(waiting=61, running=3, service_time=1.0, cold_start=0.01), Scale(61, 0)),
        (observed(waiting=61, running=3, starting=60, service_time=1.0, cold_start=0.01), Scale(1, 0)),
        # Nothing is measured yet, but the running events have taken longer than a cold start already.
        (observed(waiting=10, running=3, longest_running=0.5), Scale(10, 0)),
        (observed(waiting=10, running=3, longest_running=0.001), Scale(0, 0)),
        # A cold start that is slower than the wait is not worth it.
        (observed(waiting=4, running=4, service_time=0.1, cold_start=0.5), Scale(0, 0)),
        (observed(waiting=40, running=4, service_time=0.1, cold_start=0.5), Scale(4, 0)),
        # Idle ones go when nothing waits.
        (observed(running=5, expired=2), Scale(0, 2)),
        (observed(running=5), Scale(0, 0)),
        (observed(running=5, expired=2, waiting=1, starting=1), Scale(0, 0)),
    ],
)
def test_decide(state: Observed, scale: Scale) -> None:
    assert decide(state, SPEC) == scale


def test_never_more_than_wait() -> None:
    for waiting in range(50):
        for starting in range(5):
            state = observed(waiting=waiting, starting=starting, running=2, service_time=3.0)
            assert 0 <= decide(state, SPEC).start <= max(0, waiting - starting)
