"""The credentials that each function's environments get: a session of its role.

Identity inside a function: ``arn:aws:sts::A:assumed-role/{role}/{function name}`` (lambda-execution section 4).
"""

from __future__ import annotations

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.identity.credentials import SESSION_PREFIX, Credentials, RoleSession, SessionKey
from gatelet.identity.directory import Directory

_LIFETIME_SECONDS = 12 * 3600


class FunctionSessions:
    """Issues a session for a function's role."""

    __slots__ = ("_clock", "_directory", "_ids", "_key")

    def __init__(self, key: SessionKey, directory: Directory, clock: Clock, ids: Ids) -> None:
        self._key = key
        self._directory = directory
        self._clock = clock
        self._ids = ids

    def issue(self, account: str, role_arn: str, function_name: str) -> Credentials:
        """Fresh credentials, valid for twelve hours.

        Those of a role that does not exist may do nothing, and go on doing nothing when such a role is made.
        """
        role = self._directory.role_of(role_arn)
        now = int(self._clock.now())
        return self._key.issue(
            RoleSession(
                account,
                role_arn.rpartition("/")[2],
                function_name,
                now + _LIFETIME_SECONDS,
                self._ids.access_key_id(SESSION_PREFIX),
                issued=now,
                role_id="" if role is None else role.unique_id,
            )
        )
