"""Credentials that sign calls, and temporary ones: sessions of roles and of users.

A session needs no storage: its secret and its token are derived from a key of this installation, so it
survives a restart and a forged one never verifies. What a session may do is decided when it calls, by the
policies that its role or user has then (``authorization``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

SESSION_PREFIX = "ASIA"
DEVELOPMENT_SECRET = "test"  # noqa: S105 - the published secret of the development mode's keys
_MAC_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, its secret and, for a session, its token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RoleSession:
    """What the token of an assumed role says. Times are epoch seconds.

    ``role_id`` is the AROA... id of the role as it was then, empty for a role that does not exist (which the
    development mode accepts, with no permissions).
    """

    account: str
    role_name: str
    session_name: str
    expires: int
    access_key_id: str
    issued: int = 0
    role_id: str = ""
    policies: tuple[str, ...] = ()
    """Session policies: documents, and ARNs of managed policies."""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    source_identity: str | None = None

    @property
    def arn(self) -> str:
        """``arn:aws:sts::A:assumed-role/{role}/{session}`` (lambda-execution section 4)."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/{self.session_name}"


@dataclass(frozen=True, slots=True)
class UserSession:
    """What the token of GetSessionToken says: a user (or, with an empty name, the root user) for a while."""

    account: str
    user_name: str
    user_id: str
    expires: int
    access_key_id: str
    issued: int = 0


Session = RoleSession | UserSession


class InvalidToken(Exception):
    """The token was not made by this installation."""


class SessionKey:
    """Issues and reads sessions with one secret key (32 bytes)."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, session: Session) -> Credentials:
        """The credentials of a session."""
        payload = orjson.dumps(_written(session))
        token = base64.urlsafe_b64encode(self._mac(b"token", payload) + payload).decode()
        return Credentials(session.access_key_id, self._secret(payload), token)

    def read(self, token: str) -> tuple[Session, Credentials]:
        """The session that a token belongs to, with its credentials. Raises InvalidToken."""
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except ValueError as error:
            raise InvalidToken from error
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(b"token", payload)):
            raise InvalidToken
        session = _read(orjson.loads(payload))
        return session, Credentials(session.access_key_id, self._secret(payload), token)

    def _secret(self, payload: bytes) -> str:
        return base64.b64encode(self._mac(b"secret", payload)).decode()[:40]

    def _mac(self, purpose: bytes, payload: bytes) -> bytes:
        return hmac.new(self._key, purpose + b"\0" + payload, hashlib.sha256).digest()


def _written(session: Session) -> list[Any]:
    if isinstance(session, UserSession):
        return [
            *("user", session.account, session.user_name, session.user_id, session.expires),
            *(session.access_key_id, session.issued),
        ]
    return [
        *("role", session.account, session.role_name, session.session_name, session.expires),
        *(session.access_key_id, session.issued, session.role_id, session.policies, dict(session.tags)),
        *(session.transitive, session.source_identity),
    ]


def _read(written: Any) -> Session:
    if not isinstance(written, list) or not written:
        raise InvalidToken
    kind, *members = written
    if kind == "user":
        return UserSession(*members)
    if kind != "role":
        raise InvalidToken  # a token of an older Gatelet: functions get new ones when they start
    account, role, name, expires, key_id, issued, role_id, policies, tags, transitive, source = members
    return RoleSession(
        *(account, role, name, expires, key_id, issued, role_id),
        policies=tuple(policies),
        tags=tags,
        transitive=tuple(transitive),
        source_identity=source,
    )
