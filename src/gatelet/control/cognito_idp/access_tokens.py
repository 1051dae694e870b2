"""Who calls a public operation with an access token. Reference: identity section 4.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.cognito_idp.documents import Pool, find_client, find_pool
from gatelet.control.cognito_idp.errors import InvalidParameter, NotAuthorized, UserNotFound
from gatelet.control.cognito_idp.sessions import ChallengeSession, continue_session
from gatelet.control.cognito_idp.user_store import User, find_user
from gatelet.control.operation import Call
from gatelet.identity.user_pools.jws import InvalidToken, parse, verify
from gatelet.identity.user_pools.model import REVOCATIONS, issuer_of
from gatelet.identity.user_pools.tokens import USER_ADMIN, began


async def signed_in(call: Call, text: str, scope: str = USER_ADMIN) -> tuple[Pool, User, Mapping[str, Any]]:
    """The pool, the user and the token's claims. Raises NotAuthorized, UserNotFound."""
    pool, claims = await verified_access(call, text)
    if scope not in str(claims.get("scope", "")).split(" "):
        raise NotAuthorized("Access Token does not have required scopes")
    user = await find_user(call, pool, str(claims.get("username", "")))
    if user is None or user.document["sub"] != claims.get("sub"):
        raise UserNotFound
    if not user.document["enabled"]:
        raise NotAuthorized("User is disabled.")
    if await is_over(call, user, str(claims.get("origin_jti", ""))):
        raise NotAuthorized("Access Token has been revoked")
    return pool, user, claims


async def verified_access(call: Call, text: str) -> tuple[Pool, Mapping[str, Any]]:
    """An access token of one of our pools, whose client still exists. Raises NotAuthorized."""
    try:
        token = parse(text)
        pool = await find_pool(call, str(token.claims.get("iss", "")).rpartition("/")[2])
        if pool is None or token.claims.get("iss") != issuer_of(pool.id):
            raise NotAuthorized("Invalid Access Token")
        if token.algorithm != "RS256" or token.kid != pool.document["access_key"]["kid"]:
            raise NotAuthorized("Invalid Access Token")
        key = call.ports.identity.user_pools.key(pool.id, token.kid)
        if key is None:
            raise NotAuthorized("Invalid Access Token")
    except InvalidToken:
        raise NotAuthorized("Invalid Access Token") from None
    try:
        verify(token, key)
    except InvalidToken:
        raise NotAuthorized("Could not verify signature for Access Token") from None
    claims = token.claims
    if claims.get("token_use") != "access" or not isinstance(claims.get("exp"), int):
        raise NotAuthorized("Invalid Access Token")
    if claims["exp"] <= call.ports.clock.now():
        raise NotAuthorized("Access Token has expired")
    client = await find_client(call, str(claims.get("client_id", "")))
    if client is None or client.pool_id != pool.id:
        raise NotAuthorized("Invalid Access Token")
    return pool, claims


async def is_over(call: Call, user: User, origin_jti: str) -> bool:
    """Whether the session was ended: by a global sign-out, or alone."""
    if began(origin_jti) <= user.document.get("signed_out_at", -1.0):
        return True
    return await call.ports.records.get(REVOCATIONS.key(origin_jti)) is not None


async def sub_of_session(call: Call, request: Any) -> tuple[Pool, str, ChallengeSession | None]:
    """The pool and the name of a user who calls with an access token, or in the middle of an MFA_SETUP.

    Raises NotAuthorized, InvalidParameter.
    """
    if request.get("AccessToken"):
        pool, user, _ = await signed_in(call, request["AccessToken"])
        return pool, user.document["username"], None
    if not request.get("Session"):
        raise InvalidParameter("Either an access token or a session is required.")
    session = continue_session(call, request["Session"])
    pool_of_session = await find_pool(call, session.pool_id)
    if session.challenge != "MFA_SETUP" or pool_of_session is None:
        raise NotAuthorized("Invalid session for the user.")
    return pool_of_session, session.username, session
