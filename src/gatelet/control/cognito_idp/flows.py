"""The first step of each way to sign in: by password, SRP, refresh token, custom challenges.

Reference: identity sections 4.2 and 4.5.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelet.control.cognito_idp.access_tokens import is_over
from gatelet.control.cognito_idp.client_rules import allows
from gatelet.control.cognito_idp.custom_auth import begin_custom, begin_with_password
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.errors import InvalidParameter, NotAuthorized, UserNotFound
from gatelet.control.cognito_idp.issuing import issue, refresh_owner
from gatelet.control.cognito_idp.migration import migrate
from gatelet.control.cognito_idp.proving import in_thread, is_password, srp_owner
from gatelet.control.cognito_idp.secret_hash import check_refresh_secret, check_secret_hash
from gatelet.control.cognito_idp.sign_in import Finish, before_sign_in, proceed
from gatelet.control.cognito_idp.tries import one_try
from gatelet.control.cognito_idp.user_store import User, find_user
from gatelet.control.operation import Call
from gatelet.identity.user_pools import srp
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.sealed import InvalidSeal, SealExpired, seal_base64, unseal
from gatelet.identity.user_pools.tokens import Session

SRP_SECONDS: Final = 180


@dataclass(frozen=True, slots=True)
class SignIn:
    """One call of InitiateAuth or AdminInitiateAuth."""

    call: Call
    pool: Pool
    client: Client
    parameters: Mapping[str, str]
    metadata: Mapping[str, str]
    finish: Finish | None = None

    def required(self, name: str) -> str:
        """Raises InvalidParameter."""
        value = self.parameters.get(name)
        if not value:
            raise InvalidParameter(f"Missing required parameter {name}")
        return value


async def by_password(sign_in: SignIn) -> dict[str, Any]:
    """USERNAME and PASSWORD as they are."""
    call, pool, client = sign_in.call, sign_in.pool, sign_in.client
    username, password = sign_in.required("USERNAME"), sign_in.required("PASSWORD")
    check_secret_hash(call, client, username, sign_in.parameters.get("SECRET_HASH"))
    user = await find_user(call, pool, username) or await migrate(call, pool, client, username, password)
    name = pool.fold(username) if user is None else user.id
    await before_sign_in(call, pool, client, None if user is None else user.document, username, sign_in.metadata)
    async with one_try(call, pool, name, known=user is not None):
        if not await is_password(call, None if user is None else user.document, password):
            raise _unknown(client) if user is None else NotAuthorized()
    assert user is not None
    return await proceed(call, pool, client, user.document, metadata=sign_in.metadata, finish=sign_in.finish)


async def by_srp(sign_in: SignIn) -> dict[str, Any]:
    """USERNAME and SRP_A: the challenge PASSWORD_VERIFIER."""
    call, pool, client = sign_in.call, sign_in.pool, sign_in.client
    username = sign_in.required("USERNAME")
    check_secret_hash(call, client, username, sign_in.parameters.get("SECRET_HASH"))
    user = await find_user(call, pool, username)
    await before_sign_in(call, pool, client, None if user is None else user.document, username, sign_in.metadata)
    if user is None and not client.hides_existence:
        raise UserNotFound
    parameters = await srp_challenge(sign_in, user, username)
    return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}


async def srp_challenge(sign_in: SignIn, user: User | None, username: str, *, custom: bool = False) -> dict[str, str]:
    """SALT, SRP_B and the block that brings the server's secret back. Raises InvalidParameter.

    ``custom``: the password is the first of several challenges, and signs nobody in alone.
    """
    call, pool = sign_in.call, sign_in.pool
    try:
        public = srp.parse_public(sign_in.required("SRP_A"))
    except srp.InvalidPublicValue:
        raise InvalidParameter("Invalid SRP_A") from None
    ids, vault = call.ports.ids, call.ports.identity.vault
    private = ids.secret_bits(srp.PRIVATE_BITS)
    held = None if user is None else user.document["password"]
    if user is not None and held is not None:
        salt = held["srp_salt"]
        verifier = int(vault.open_once(held["verifier"], srp_owner(user.document["sub"])), 16)
        name = user.document["username"]
    else:  # as good as a user's: the same salt at every try
        salt = vault.derive(f"cognito-idp/no-user/{pool.id}/{pool.fold(username)}").hex()[:32]
        verifier, name = ids.secret_bits(2048), username
    answer = await in_thread(call, srp.server_public, verifier, private)
    block = {"a": f"{public:x}", "b": f"{private:x}", "user": name, "client": sign_in.client.id, "custom": custom}
    expires = call.ports.clock.now() + SRP_SECONDS
    return {
        "SALT": salt,
        "SECRET_BLOCK": seal_base64(vault, srp_block_owner(pool.id), block, expires),
        "SRP_B": f"{answer:x}",
        "USERNAME": name,
        "USER_ID_FOR_SRP": name,
    }


def srp_block_owner(pool_id: str) -> str:
    """For whom SECRET_BLOCK is sealed."""
    return f"cognito-idp/srp-block/{pool_id}"


async def by_refresh_token(sign_in: SignIn) -> dict[str, Any]:
    """New tokens of a session that lives; the refresh token stays."""
    call, pool, client = sign_in.call, sign_in.pool, sign_in.client
    session, user = await session_of(call, pool, client, sign_in.required("REFRESH_TOKEN"))
    names = (user.document["username"], user.document["sub"], sign_in.parameters.get("USERNAME", ""))
    check_refresh_secret(call, client, tuple(filter(None, names)), sign_in.parameters.get("SECRET_HASH"))
    return await renewed(sign_in, session, user.document)


async def renewed(sign_in: SignIn, session: Session, user: UserDocument) -> dict[str, Any]:
    """New tokens of a session, without another refresh token."""
    result = await issue(
        sign_in.call,
        sign_in.pool,
        sign_in.client,
        user,
        session,
        source="TokenGeneration_RefreshTokens",
        metadata=sign_in.metadata,
        refresh=False,
    )
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


async def session_of(call: Call, pool: Pool, client: Client, text: str) -> tuple[Session, User]:
    """The session that a refresh token keeps, if it still lives. Raises NotAuthorized."""
    try:
        value = unseal(call.ports.identity.vault, refresh_owner(client.id), text, call.ports.clock.now())
    except SealExpired:
        raise NotAuthorized("Refresh Token has expired") from None
    except InvalidSeal:
        raise NotAuthorized("Invalid Refresh Token") from None
    session = Session(**value)
    user = await find_user(call, pool, session.username)
    if user is None or user.document["sub"] != session.sub or session.pool_id != pool.id:
        raise NotAuthorized("Invalid Refresh Token")
    if not user.document["enabled"]:
        raise NotAuthorized("User is disabled.")
    if await is_over(call, user, session.origin_jti):
        raise NotAuthorized("Refresh Token has been revoked")
    return session, user


async def by_custom_challenges(sign_in: SignIn) -> dict[str, Any]:
    """The triggers say what is asked; with CHALLENGE_NAME SRP_A the password comes first."""
    call, pool, client = sign_in.call, sign_in.pool, sign_in.client
    username = sign_in.required("USERNAME")
    check_secret_hash(call, client, username, sign_in.parameters.get("SECRET_HASH"))
    user = await find_user(call, pool, username)
    if user is None:
        raise _unknown(client)
    await before_sign_in(call, pool, client, user.document, username, sign_in.metadata)
    if sign_in.parameters.get("CHALLENGE_NAME") == "SRP_A":
        parameters = await srp_challenge(sign_in, user, username, custom=True)
        return await begin_with_password(call, pool, client, user.document, parameters, sign_in.metadata)
    return await begin_custom(call, pool, client, user.document, sign_in.metadata)


Flow = Callable[[SignIn], Coroutine[Any, Any, dict[str, Any]]]
_PUBLIC: Final[Mapping[str, tuple[str, Flow]]] = {
    "USER_PASSWORD_AUTH": ("ALLOW_USER_PASSWORD_AUTH", by_password),
    "USER_SRP_AUTH": ("ALLOW_USER_SRP_AUTH", by_srp),
    "CUSTOM_AUTH": ("ALLOW_CUSTOM_AUTH", by_custom_challenges),
    "REFRESH_TOKEN_AUTH": ("ALLOW_REFRESH_TOKEN_AUTH", by_refresh_token),
    "REFRESH_TOKEN": ("ALLOW_REFRESH_TOKEN_AUTH", by_refresh_token),
}
_ADMIN: Final[Mapping[str, tuple[str, Flow]]] = {
    "ADMIN_USER_PASSWORD_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", by_password),
    "ADMIN_NO_SRP_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", by_password),
}


def flow_of(client: Client, name: str, *, admin: bool) -> Flow:
    """The flow, if the client may use it. Raises InvalidParameter."""
    flows = {**_PUBLIC, **_ADMIN} if admin else _PUBLIC
    if name == "USER_AUTH":  # Gatelet refuses clients that want ALLOW_USER_AUTH: this is AWS's answer to all others
        raise InvalidParameter("USER_AUTH flow not enabled for this client")
    if name not in flows:
        raise InvalidParameter("Initiate Auth method not supported.")
    allowed, flow = flows[name]
    if not allows(client.settings, allowed):
        raise InvalidParameter(
            "Auth flow not enabled for this client" if admin else f"{name} flow not enabled for this client"
        )
    return flow


def _unknown(client: Client) -> NotAuthorized | UserNotFound:
    return NotAuthorized() if client.hides_existence else UserNotFound()


def proves(key: bytes, pool: Pool, name: str, block: str, timestamp: str, given: str) -> bool:
    """Whether PASSWORD_CLAIM_SIGNATURE is made with the session's key."""
    try:
        expected = srp.signature(key, pool.short_name, name, block, timestamp)
    except srp.InvalidPublicValue:
        return False
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
