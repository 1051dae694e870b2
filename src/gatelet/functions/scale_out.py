"""How fast a function's concurrency may grow: 1,000 environments in 10 seconds (lambda-execution section 9). Pure.

The allowance is refilled continuously and not saved up. Concurrency that the function has had lately costs nothing:
on AWS the environments for it are still there.
"""

from __future__ import annotations

import math

from gatelet.aws import quotas
from gatelet.functions.invocation import TooManyRequests

RATE_EXCEEDED = "FunctionInvocationRateLimitExceeded"
RESERVED_RATE_EXCEEDED = "ReservedFunctionInvocationRateLimitExceeded"

_RATE = quotas.SCALE_OUT_ENVIRONMENTS / quotas.SCALE_OUT_SECONDS
_KEPT_SECONDS = 300.0
"""How long environments without work are taken to be kept: this long at least, twice as long at most."""


class ScaleOut:
    """The allowance of one function. Times are seconds of the monotonic clock."""

    __slots__ = ("_allowance", "_before", "_level", "_period_ends", "_refilled")

    def __init__(self, now: float) -> None:
        self._allowance = float(quotas.SCALE_OUT_ENVIRONMENTS)
        self._refilled = now
        self._level = self._before = 0
        self._period_ends = now + _KEPT_SECONDS

    def admit(self, concurrency: int, now: float, *, reserved: bool) -> None:
        """Let the function's concurrency become this much, or raise TooManyRequests."""
        if now >= self._period_ends:
            self._before = self._level if now < self._period_ends + _KEPT_SECONDS else 0
            self._level = 0
            self._period_ends = now + _KEPT_SECONDS
        if concurrency <= self._level:
            return
        if concurrency > self._before:
            self._spend(concurrency - max(self._level, self._before), now, reserved=reserved)
        self._level = concurrency

    def _spend(self, environments: int, now: float, *, reserved: bool) -> None:
        refilled = self._allowance + (now - self._refilled) * _RATE
        self._allowance = min(float(quotas.SCALE_OUT_ENVIRONMENTS), refilled)
        self._refilled = now
        if self._allowance < environments:
            wait = math.ceil((environments - self._allowance) / _RATE)
            raise TooManyRequests(RESERVED_RATE_EXCEEDED if reserved else RATE_EXCEEDED, wait)
        self._allowance -= environments
