"""The credentials that each function's environments get: a session of its role.

Identity inside a function: ``arn:aws:sts::A:assumed-role/{role}/{function name}`` (lambda-execution section 4).
"""

from __future__ import annotations

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.identity.credentials import SESSION_PREFIX, Credentials, RoleSession, SessionKey

_LIFETIME_SECONDS = 12 * 3600


class FunctionSessions:
    """Issues a session for a function's role."""

    __slots__ = ("_clock", "_ids", "_key")

    def __init__(self, key: SessionKey, clock: Clock, ids: Ids) -> None:
        self._key = key
        self._clock = clock
        self._ids = ids

    def issue(self, account: str, role_arn: str, function_name: str) -> Credentials:
        """Fresh credentials, valid for twelve hours."""
        return self._key.issue(
            RoleSession(
                account,
                role_arn.rpartition("/")[2],
                function_name,
                int(self._clock.now()) + _LIFETIME_SECONDS,
                self._ids.access_key_id(SESSION_PREFIX),
            )
        )
