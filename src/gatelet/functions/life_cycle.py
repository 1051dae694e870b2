"""The life of an execution environment, as a table (design section 4)."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """Where an environment stands."""

    STARTING = 1
    INITIALIZING = 2
    IDLE = 3
    BUSY = 4
    RESETTING = 5
    """Without a process; the next event starts one."""
    DRAINING = 6
    """Busy for the last time."""
    DEAD = 7


TRANSITIONS: dict[State, frozenset[State]] = {
    State.STARTING: frozenset({State.INITIALIZING, State.RESETTING, State.DEAD}),
    State.INITIALIZING: frozenset({State.IDLE, State.RESETTING, State.DEAD}),
    State.IDLE: frozenset({State.BUSY, State.RESETTING, State.DEAD}),
    State.BUSY: frozenset({State.IDLE, State.RESETTING, State.DRAINING, State.DEAD}),
    State.RESETTING: frozenset({State.STARTING, State.DEAD}),
    State.DRAINING: frozenset({State.IDLE, State.RESETTING, State.DEAD}),
    State.DEAD: frozenset(),
}

SERVING = frozenset({State.BUSY, State.DRAINING})
"""An event runs."""
