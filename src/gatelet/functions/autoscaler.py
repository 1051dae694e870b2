"""How many environments a function needs: pure.

An event waits behind a running one only while that is expected to take less time than a cold start
(design section 4). Up to ``parallel`` environments are worth starting whenever something waits; more only
when the measured wait says so: on a host with few cores, more workers of a fast function would only take
each other's time.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Observed(NamedTuple):
    """A pool as it is. Times are seconds."""

    waiting: int
    starting: int
    running: int
    """Environments that can serve: busy or idle."""
    service_time: float
    """Of one event, measured; 0 while nothing is known."""
    longest_running: float
    """How long the oldest running event has been running: a bound of the service time from below."""
    cold_start: float
    """Of one environment, measured; 0 while nothing is known."""
    expired: int
    """Idle environments that have waited for work longer than they are kept."""


class Spec(NamedTuple):
    """What does not change while a pool lives."""

    parallel: int
    """Environments worth having for a fast function: the host's cores and one."""
    least_cold_start: float = 0.02


class Scale(NamedTuple):
    """How many environments to start and to end."""

    start: int
    stop: int


def decide(observed: Observed, spec: Spec) -> Scale:
    """What to change now."""
    unserved = observed.waiting - observed.starting
    if unserved <= 0:
        return Scale(0, observed.expired if observed.waiting == 0 else 0)
    total = observed.running + observed.starting
    start = min(unserved, max(0, spec.parallel - total))
    cold_start = max(observed.cold_start, spec.least_cold_start)
    service_time = max(observed.service_time, observed.longest_running)
    # All that waits, spread over n environments, takes waiting * service_time / n.
    needed = math.ceil(observed.waiting * service_time / cold_start)
    return Scale(max(start, min(unserved, needed - total)), 0)
