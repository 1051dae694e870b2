"""Failed sign-ins: the fifth and every later one locks the user out for a while, twice as long each time.

Those of users are stored (control/cognito_idp/tries.py); those of names that nobody has are counted here, in memory,
so that they look alike. Reference: Cognito Developer Guide, "Lockout behavior for failed sign-in attempts".
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from gatelet.aws import quotas

_MOST: Final = 100_000


class Failures(NamedTuple):
    """How many sign-ins failed one after another, and when the last one did (epoch seconds)."""

    times: int = 0
    last: float = 0.0

    def locks(self, now: float) -> bool:
        """Whether the user has to wait."""
        return self.times >= quotas.SIGN_IN_FREE_FAILURES and now < self.last + _seconds(self.times)

    def with_one_more(self, now: float) -> Failures:
        """Another failure; fifteen minutes without any begin anew."""
        quiet = now - self.last > quotas.SIGN_IN_LOCKOUT_SECONDS_MAX
        return Failures(1 if quiet else self.times + 1, now)


class Attempts:
    """Failures by name, in memory; at most 100,000 names, those longest without a failure are forgotten first."""

    __slots__ = ("_failures",)

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], Failures] = OrderedDict()

    def of(self, pool_id: str, name: str) -> Failures:
        """The failures of a name."""
        return self._failures.get((pool_id, name), Failures())

    def failed(self, pool_id: str, name: str, now: float) -> None:
        """One more failure."""
        self._failures[pool_id, name] = self.of(pool_id, name).with_one_more(now)
        self._failures.move_to_end((pool_id, name))
        if len(self._failures) > _MOST:
            self._failures.popitem(last=False)


def _seconds(count: int) -> float:
    return float(min(2 ** min(count - quotas.SIGN_IN_FREE_FAILURES, 20), quotas.SIGN_IN_LOCKOUT_SECONDS_MAX))
