"""The token bucket: how many tokens it had, and when. Pure.

Reference: apigateway-authorization-limits sections 8 and 9: capacity is the burst, the refill continuous, the cost 1.
"""

from __future__ import annotations

from typing import TypeAlias

_SLACK = 1e-3
"""Tokens that rounding may cost: a moment since 1970 is exact to a quarter of a microsecond."""


Level: TypeAlias = tuple[float, float]
"""So many tokens, at a moment (seconds since the epoch)."""


def take(level: Level | None, rate: float, burst: int, now: float) -> Level | None:
    """The level after one token is taken, or None: there is none. A bucket that was never used is full.

    A rate or a burst of 0 has none ever. A clock that goes back refills nothing.
    """
    if rate <= 0 or burst <= 0:
        return None
    tokens, at = (float(burst), now) if level is None else level
    if now > at:
        tokens, at = tokens + (now - at) * rate, now
    if tokens > burst:
        tokens = float(burst)
    return (tokens - 1, at) if tokens >= 1 - _SLACK else None


def full_at(level: Level, rate: float, burst: int) -> float:
    """When the bucket is full again, and need not be remembered any more."""
    tokens, at = level
    return at + (burst - tokens) / rate
