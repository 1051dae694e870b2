"""The arithmetic of quotas. Pure.

Reference: apigateway-authorization-limits section 8.
"""

from __future__ import annotations

from dataclasses import replace

from gatelet.counters.ports import Period, Usage

DAYS_KEPT = 90
"""AWS tells the usage of the last 90 days."""
_SMALL = 100
_BLOCK = 100
"""A limit is charged ahead in this many blocks at most, and up to _SMALL one by one."""


def block_of(limit: int) -> int:
    """How much is charged ahead on disk: what a crash may charge too much."""
    return 1 if limit <= _SMALL else max(1, limit // _BLOCK)


def in_period(usage: Usage | None, period: Period) -> Usage:
    """The usage as it counts in the period: a new period starts at nothing."""
    if usage is None:
        return Usage(period.start, 0, 0, {})
    if usage.period != period.start:
        return Usage(period.start, 0, 0, usage.days)
    return usage


def left(usage: Usage, limit: int) -> int:
    """What may still be charged."""
    return max(0, limit + usage.extra - usage.used)


def charged(usage: Usage, count: int, period: Period) -> Usage:
    """After ``count`` more (or, below nothing, fewer)."""
    days = dict(usage.days)
    days[period.day] = max(0, days.get(period.day, 0) + count)
    for day in sorted(days)[:-DAYS_KEPT]:
        del days[day]
    return replace(usage, used=usage.used + count, days=days)


def extended(usage: Usage, limit: int, remaining: int) -> Usage:
    """So that ``remaining`` may still be charged."""
    return replace(usage, extra=remaining + usage.used - limit)
