"""Failed sign-ins: the fifth and every later one locks the user out for a while, twice as long each time.

Reference: Cognito Developer Guide, "Lockout behavior for failed sign-in attempts".
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from gatelet.aws import quotas

_MOST: Final = 100_000


class Attempts:
    """Counts per user, in memory; at most 100,000 users, those longest without a failure are forgotten first."""

    __slots__ = ("_failures",)

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def locked(self, pool_id: str, username: str, now: float) -> bool:
        """Whether the user has to wait."""
        count, last = self._failures.get((pool_id, username), (0, 0.0))
        return count >= quotas.SIGN_IN_FREE_FAILURES and now < last + _seconds(count)

    def failed(self, pool_id: str, username: str, now: float) -> None:
        """One more failure; fifteen minutes without any begin anew."""
        count, last = self._failures.pop((pool_id, username), (0, now))
        if now - last > quotas.SIGN_IN_LOCKOUT_SECONDS_MAX:
            count = 0
        self._failures[pool_id, username] = (count + 1, now)
        if len(self._failures) > _MOST:
            self._failures.popitem(last=False)

    def succeeded(self, pool_id: str, username: str) -> None:
        """Nothing is held against the user any more."""
        self._failures.pop((pool_id, username), None)


def _seconds(count: int) -> float:
    return float(min(2 ** min(count - quotas.SIGN_IN_FREE_FAILURES, 20), quotas.SIGN_IN_LOCKOUT_SECONDS_MAX))
