"""The token bucket as one number: the moment from which on the bucket is full again. Pure.

A bucket of ``burst`` tokens that is refilled with ``rate`` tokens a second is full at that moment, and has
``(full_at - now) * rate`` tokens less than ``burst`` before it (the generic cell rate algorithm, ITU-T I.371 annex A).
Reference: apigateway-authorization-limits sections 8 and 9.
"""

from __future__ import annotations

_SLACK = 1e-6
"""Seconds that rounding may cost: the sum of a million intervals is still let through."""


def take(full_at: float, rate: float, burst: int, now: float) -> float | None:
    """The bucket after one token is taken, or None: it has none. A rate or a burst of 0 has none ever."""
    if rate <= 0 or burst <= 0:
        return None
    after = max(full_at, now) + 1 / rate
    return after if after - now <= burst / rate + _SLACK else None
