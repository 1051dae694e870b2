"""Credentials that sign calls, and the sessions that functions get for their roles.

A session needs no storage: its secret and its token are derived from a key of this installation, so it
survives a restart and a forged one never verifies. What a role's session may do is decided by IAM
policies; until Gatelet evaluates them its calls are refused (server/authenticate.py).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

import orjson

SESSION_PREFIX = "ASIA"
DEVELOPMENT_SECRET = "test"  # noqa: S105 - the published secret of the development mode's keys


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, its secret and, for a session, its token."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


@dataclass(frozen=True, slots=True)
class RoleSession:
    """What a session token says: an assumed role, until a moment (epoch seconds)."""

    account: str
    role_name: str
    session_name: str
    expires: int
    access_key_id: str

    @property
    def arn(self) -> str:
        """``arn:aws:sts::A:assumed-role/{role}/{session}`` (lambda-execution section 4)."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/{self.session_name}"


class InvalidToken(Exception):
    """The token was not made by this installation."""


class SessionKey:
    """Issues and reads the sessions of roles with one secret key (32 bytes)."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, session: RoleSession) -> Credentials:
        """The credentials of a session."""
        payload = orjson.dumps(
            [session.account, session.role_name, session.session_name, session.expires, session.access_key_id]
        )
        token = base64.urlsafe_b64encode(self._mac(b"token", payload) + payload).decode()
        return Credentials(session.access_key_id, self._secret(payload), token)

    def read(self, token: str) -> tuple[RoleSession, Credentials]:
        """The session that a token belongs to, with its credentials. Raises InvalidToken."""
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except ValueError as error:
            raise InvalidToken from error
        mac, payload = raw[:32], raw[32:]
        if not hmac.compare_digest(mac, self._mac(b"token", payload)):
            raise InvalidToken
        session = RoleSession(*orjson.loads(payload))
        return session, Credentials(session.access_key_id, self._secret(payload), token)

    def _secret(self, payload: bytes) -> str:
        return base64.b64encode(self._mac(b"secret", payload)).decode()[:40]

    def _mac(self, purpose: bytes, payload: bytes) -> bytes:
        return hmac.new(self._key, purpose + b"\0" + payload, hashlib.sha256).digest()
