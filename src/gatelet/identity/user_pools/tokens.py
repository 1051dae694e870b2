"""What the tokens of a pool claim. Pure. Reference: identity section 4.3.

``origin_jti`` names a session: it begins with the milliseconds at which the session began, so that a global
sign-out ends exactly the sessions before it, without a list of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatelet.aws.ids import Ids

USER_ADMIN: Final = "aws.cognito.signin.user.admin"
_BOOLEANS: Final = ("email_verified", "phone_number_verified")


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in from which tokens are issued, again and again until its refresh token ends."""

    pool_id: str
    client_id: str
    username: str
    sub: str
    origin_jti: str
    auth_time: int
    scope: str = USER_ADMIN
    hosted: bool = False
    """Begun on the sign-in page: ``version`` 2."""
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What of the user goes into tokens: attributes that the client may read, groups by precedence."""

    attributes: Mapping[str, str]
    groups: Sequence[str] = ()
    roles: Sequence[str] = ()
    preferred_role: str | None = None


def session_id(now: float, ids: Ids) -> str:
    """An ``origin_jti`` for a session that begins now."""
    digits = f"{int(now * 1000):012x}{ids.hex(18)}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"


def began(origin_jti: str) -> float:
    """The moment at which the session began; before all others if the text is not ours."""
    try:
        return int(origin_jti[:8] + origin_jti[9:13], 16) / 1000
    except ValueError:
        return 0.0


def access_claims(session: Session, subject: Subject, issuer: str, now: int, seconds: int, ids: Ids) -> dict[str, Any]:
    """The access token's claims."""
    claims: dict[str, Any] = {"sub": session.sub}
    if subject.groups:
        claims["cognito:groups"] = list(subject.groups)
    claims["iss"] = issuer
    if session.hosted:
        claims["version"] = 2
    return claims | {
        "client_id": session.client_id,
        "origin_jti": session.origin_jti,
        "event_id": ids.uuid(),
        "token_use": "access",
        "scope": session.scope,
        "auth_time": session.auth_time,
        "exp": now + seconds,
        "iat": now,
        "jti": ids.uuid(),
        "username": session.username,
    }


def id_claims(session: Session, subject: Subject, issuer: str, now: int, seconds: int, ids: Ids) -> dict[str, Any]:
    """The id token's claims."""
    claims: dict[str, Any] = {"sub": session.sub}
    if subject.groups:
        claims["cognito:groups"] = list(subject.groups)
    if subject.preferred_role is not None:
        claims["cognito:preferred_role"] = subject.preferred_role
    if subject.roles:
        claims["cognito:roles"] = list(subject.roles)
    for name, value in subject.attributes.items():
        claims[name] = value == "true" if name in _BOOLEANS else value
    if "email" in claims:
        claims.setdefault("email_verified", False)
    if session.nonce is not None:
        claims["nonce"] = session.nonce
    return claims | {
        "sub": session.sub,
        "iss": issuer,
        "cognito:username": session.username,
        "origin_jti": session.origin_jti,
        "aud": session.client_id,
        "event_id": ids.uuid(),
        "token_use": "id",
        "auth_time": session.auth_time,
        "exp": now + seconds,
        "iat": now,
        "jti": ids.uuid(),
    }


def client_claims(client_id: str, scope: str, issuer: str, now: int, seconds: int, ids: Ids) -> dict[str, Any]:
    """The claims of a token that a client gets for itself (client_credentials; identity section 4.4)."""
    return {
        "sub": client_id,
        "token_use": "access",
        "scope": scope,
        "auth_time": now,
        "iss": issuer,
        "exp": now + seconds,
        "iat": now,
        "version": 2,
        "jti": ids.uuid(),
        "client_id": client_id,
    }
