"""How many environments a version of a function needs: pure, simulated in docs/scaling.md.

An event waits behind running ones only while that is expected to take less time than a cold start
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
    serving: int
    """Environments from which an end of their event can be expected at the usual pace."""
    stuck: int
    """Environments whose event has run for so long already that nothing is to be expected of them."""
    service_time: float
    """Of one event, a mean of what was measured lately; 0 while nothing is known."""
    cold_start: float
    """Of one environment, measured; 0 while nothing is known."""
    idle_since: tuple[float, ...] = ()
    """When each environment without work became idle; those of provisioned concurrency are not among them."""
    provisioned: int = 0
    """Environments of provisioned concurrency, those that are starting included."""
    warming: int = 0
    """Of these, the ones that are starting."""


class Spec(NamedTuple):
    """What does not change while a pool lives."""

    parallel: int
    """Environments worth having for a fast function: as many as the host has cores."""
    least_cold_start: float = 0.02
    short_wait: float = 0.001
    """What an event may wait behind others although an environment is idle, once every core is busy."""
    keep: float = 600.0
    """How long an idle environment is kept."""
    most: int = 1_000
    """Environments that there may be at all."""
    provisioned: int = 0
    """Environments that are kept initialised whatever happens: provisioned concurrency."""


class Scale(NamedTuple):
    """How many environments to start for the events that wait, to end, and to start as provisioned ones."""

    start: int
    stop: int
    provision: int = 0


_WARMING_AT_ONCE = 2
"""Provisioned environments that start at the same time, for each core: events come first."""


def decide(now: float, observed: Observed, spec: Spec) -> Scale:
    """What to change now."""
    room = max(0, spec.most - observed.serving - observed.starting - observed.stuck)
    missing = min(spec.provisioned - observed.provisioned, _WARMING_AT_ONCE * spec.parallel - observed.warming)
    start = min(_needed(observed, spec), room)
    stop = sum(now - since >= spec.keep for since in observed.idle_since) if observed.waiting == 0 else 0
    return Scale(start, stop, max(0, min(missing, room - start)))


def _needed(observed: Observed, spec: Spec) -> int:
    """Environments worth starting for the events that wait."""
    unserved = observed.waiting - observed.starting
    if unserved <= 0:
        return 0
    coming = observed.serving + observed.starting
    if not coming:
        return unserved if observed.stuck else min(unserved, spec.parallel)
    at_least = spec.parallel - coming - observed.stuck
    # All that waits, spread over n environments, takes waiting * service_time / n.
    cold_start = max(observed.cold_start, spec.least_cold_start)
    needed = math.ceil(observed.waiting * observed.service_time / cold_start)
    return max(0, min(unserved, max(at_least, needed - coming)))


DEEPEST = 8
"""Events at one environment at once, the running one among them."""


def depth(service_time: float, wait: float) -> int:
    """How many events may be at one environment so that the last of them waits no longer than that."""
    return max(1, min(DEEPEST, int(wait / service_time))) if service_time else 1


def is_stuck(running: float, service_time: float) -> bool:
    """Whether an event that has been running for so long says nothing about the pace of the others."""
    return running > max(0.05, 4 * service_time)
