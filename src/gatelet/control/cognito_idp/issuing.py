"""Tokens for a user who has signed in. Reference: identity section 4.3; Cognito Developer Guide, "Pre token generation
Lambda trigger" (versions 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from gatelet.control.cognito_idp.client_rules import seconds_of
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.token_trigger import generate
from gatelet.control.operation import Call
from gatelet.identity.user_pools.jws import sign
from gatelet.identity.user_pools.model import UserDocument, group_key
from gatelet.identity.user_pools.sealed import seal
from gatelet.identity.user_pools.tokens import USER_ADMIN, Session, Subject, access_claims, id_claims, session_id

_LAST: Final = 2**31


def begin(call: Call, client: Client, user: UserDocument, scope: str = USER_ADMIN, *, hosted: bool = False) -> Session:
    """A session that begins now."""
    now = call.ports.clock.now()
    return Session(
        pool_id=client.pool_id,
        client_id=client.id,
        username=user["username"],
        sub=user["sub"],
        origin_jti=session_id(now, call.ports.ids),
        auth_time=int(now),
        scope=scope,
        hosted=hosted,
    )


async def issue(
    call: Call,
    pool: Pool,
    client: Client,
    user: UserDocument,
    session: Session,
    *,
    source: str = "TokenGeneration_Authentication",
    metadata: Mapping[str, str] | None = None,
    refresh: bool = True,
) -> dict[str, Any]:
    """AuthenticationResult. Raises AwsError: the pre token generation trigger failed."""
    subject = await subject_of(call, pool, client, user)
    now, ids = int(call.ports.clock.now()), call.ports.ids
    seconds = seconds_of(client.settings, "Access")
    access = access_claims(session, subject, pool.issuer, now, seconds, ids)
    identity = id_claims(session, subject, pool.issuer, now, seconds_of(client.settings, "Id"), ids)
    await generate(call, pool, user, session, subject, (identity, access), source, metadata or {})
    document, signing = pool.document, call.ports.identity.user_pools.signing
    access_pair, id_pair = document["access_key"], document["id_key"]
    result: dict[str, Any] = {
        "AccessToken": sign(access, access_pair["kid"], signing.get(pool.id, access_pair)),
        "ExpiresIn": seconds,
        "TokenType": "Bearer",
    }
    if not session.hosted or "openid" in session.scope.split(" "):
        result["IdToken"] = sign(identity, id_pair["kid"], signing.get(pool.id, id_pair))
    if refresh:
        result["RefreshToken"] = refresh_token(call, client, session)
    return result


def refresh_token(call: Call, client: Client, session: Session) -> str:
    """The session as its client keeps it."""
    expires = session.auth_time + seconds_of(client.settings, "Refresh")
    return seal(call.ports.identity.vault, refresh_owner(client.id), asdict(session), expires)


def refresh_owner(client_id: str) -> str:
    """For whom a refresh token is sealed."""
    return f"cognito-idp/refresh/{client_id}"


async def subject_of(call: Call, pool: Pool, client: Client, user: UserDocument) -> Subject:
    """What of the user goes into the tokens: what the client may read, and the groups by precedence."""
    readable = client.settings.get("ReadAttributes")
    attributes = {
        name: value for name, value in user["attributes"].items() if value and (readable is None or name in readable)
    }
    groups = []
    for name in user["groups"]:
        record = await call.ports.records.get(group_key(pool.id, name))
        if record is not None:
            groups.append(record.value)
    groups.sort(key=lambda group: (_precedence(group), group["GroupName"]))
    roles = [group["RoleArn"] for group in groups if group.get("RoleArn")]
    first = [group for group in groups if _precedence(group) == _precedence(groups[0])]
    best = {group.get("RoleArn") for group in first}
    # Of several groups that come first, only the same role is preferred (API Reference, GroupType).
    preferred = best.pop() if len(best) == 1 else None
    return Subject(attributes, [group["GroupName"] for group in groups], roles, preferred)


def _precedence(group: Mapping[str, Any]) -> int:
    value = group.get("Precedence")
    return _LAST if value is None else int(value)
