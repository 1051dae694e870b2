"""The grants of the token endpoint. Reference: identity section 4.4; RFC 6749.

Exception
└── OAuthError    400 (401 for a client's credentials): ``{"error": code}``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.client_rules import seconds_of
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.flows import session_of
from gatelet.control.cognito_idp.issuing import begin, issue
from gatelet.control.cognito_idp.oauth_codes import InvalidGrant, redeem
from gatelet.control.cognito_idp.resource_servers import scopes_of
from gatelet.control.cognito_idp.user_store import find_user
from gatelet.control.operation import Call
from gatelet.identity.user_pools.jws import sign
from gatelet.identity.user_pools.tokens import client_claims

STANDARD_SCOPES = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")


class OAuthError(Exception):
    """An error of RFC 6749 section 5.2."""

    def __init__(self, code: str, description: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.description = description


async def grant_tokens(call: Call, pool: Pool, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    """The token response. Raises OAuthError."""
    kind = form.get("grant_type")
    if not kind:
        raise OAuthError("invalid_request")
    if kind == "refresh_token":
        return await _refreshed(call, pool, client, form)
    flow = {"authorization_code": "code", "client_credentials": "client_credentials"}.get(kind)
    if flow is None:
        raise OAuthError("unsupported_grant_type")
    if not allows_flow(client, flow):
        raise OAuthError("unauthorized_client")
    if flow == "client_credentials":
        return await _for_client(call, pool, client, form.get("scope"))
    return await _for_code(call, pool, client, form)


def allows_flow(client: Client, flow: str) -> bool:
    """Whether the client may use an OAuth flow."""
    settings = client.settings
    return bool(settings["AllowedOAuthFlowsUserPoolClient"]) and flow in (settings.get("AllowedOAuthFlows") or ())


async def granted_scope(call: Call, pool: Pool, client: Client, asked: str | None, *, custom: bool) -> str:
    """The scopes that are granted: those asked for, or all that the client may have. Raises OAuthError.

    ``custom``: only those of resource servers (a client that speaks for itself has no profile).
    """
    own = await scopes_of(call, pool.id)
    allowed = [scope for scope in client.settings.get("AllowedOAuthScopes") or () if scope in own]
    if not custom:
        held = client.settings.get("AllowedOAuthScopes") or ()
        allowed += [scope for scope in held if scope in STANDARD_SCOPES]
    wanted = list(dict.fromkeys((asked or "").split())) or allowed
    if not wanted or not set(wanted) <= set(allowed):
        raise OAuthError("invalid_scope")
    return " ".join(wanted)


async def _for_client(call: Call, pool: Pool, client: Client, asked: str | None) -> dict[str, Any]:
    if client.secret(call) is None:
        raise OAuthError("unauthorized_client")
    scope = await granted_scope(call, pool, client, asked, custom=True)
    seconds = seconds_of(client.settings, "Access")
    claims = client_claims(client.id, scope, pool.issuer, int(call.ports.clock.now()), seconds, call.ports.ids)
    pair = pool.document["access_key"]
    key = call.ports.identity.user_pools.signing.get(pool.id, pair)
    return {"access_token": sign(claims, pair["kid"], key), "expires_in": seconds, "token_type": "Bearer"}


async def _for_code(call: Call, pool: Pool, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    try:
        code, uri = form.get("code") or "", form.get("redirect_uri") or ""
        grant = await redeem(call, client, code, uri, form.get("code_verifier"))
    except InvalidGrant:
        raise OAuthError("invalid_grant") from None
    user = await find_user(call, pool, grant.username)
    if user is None or user.document["sub"] != grant.sub or not user.document["enabled"]:
        raise OAuthError("invalid_grant")
    session = begin(call, client, user.document, grant.scope, hosted=True)
    session = replace(session, nonce=grant.nonce, auth_time=grant.auth_time)
    try:
        result = await issue(call, pool, client, user.document, session, source="TokenGeneration_HostedAuth")
    except AwsError as error:
        raise OAuthError("invalid_grant", error.message) from error
    return _answer(result)


async def _refreshed(call: Call, pool: Pool, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    try:
        session, user = await session_of(call, pool, client, form.get("refresh_token") or "")
        session = replace(session, nonce=None)
        source = "TokenGeneration_RefreshTokens"
        result = await issue(call, pool, client, user.document, session, source=source, refresh=False)
    except AwsError:
        raise OAuthError("invalid_grant") from None
    return _answer(result)


def _answer(result: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        "id_token": "IdToken",
        "access_token": "AccessToken",
        "refresh_token": "RefreshToken",
        "expires_in": "ExpiresIn",
        "token_type": "TokenType",
    }
    return {name: result[member] for name, member in names.items() if member in result}
