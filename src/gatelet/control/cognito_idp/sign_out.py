"""Sessions end: everywhere, or one by its refresh token. Reference: identity sections 4.2 and 4.5.

A session that is over gets no tokens; the tokens that it has are refused by these operations, and are valid for
API Gateway's authorizers until they expire, as on AWS.
"""

from __future__ import annotations

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.access_tokens import signed_in
from gatelet.control.cognito_idp.documents import public_client, read_pool
from gatelet.control.cognito_idp.errors import NotAuthorized
from gatelet.control.cognito_idp.flows import SignIn, renewed, session_of
from gatelet.control.cognito_idp.issuing import refresh_owner
from gatelet.control.cognito_idp.revoking import revoke
from gatelet.control.cognito_idp.secret_hash import check_secret
from gatelet.control.cognito_idp.user_store import edit_user
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.identity.user_pools.sealed import InvalidSeal, SealExpired, unseal
from gatelet.identity.user_pools.tokens import Session


@operation("cognito-idp", "GlobalSignOut")
async def global_sign_out(call: Call, request: Request) -> Response:
    """Every session of the user is over."""
    pool, found, _ = await signed_in(call, request["AccessToken"])
    async with edit_user(call, pool, found.document["username"]) as user:
        user.document["signed_out_at"] = call.ports.clock.now()
    return {}


@operation("cognito-idp", "AdminUserGlobalSignOut")
async def admin_user_global_sign_out(call: Call, request: Request) -> Response:
    """The same, for a user."""
    pool = await read_pool(call, request["UserPoolId"])
    async with edit_user(call, pool, request["Username"]) as user:
        user.document["signed_out_at"] = call.ports.clock.now()
    return {}


@operation("cognito-idp", "RevokeToken")
async def revoke_token(call: Call, request: Request) -> Response:
    """The session of a refresh token is over; one that is no token any more is fine."""
    pool, client = await public_client(call, request["ClientId"])
    if not check_secret(call, client, request.get("ClientSecret")):
        raise NotAuthorized("Client secret does not match.")
    if not client.settings["EnableTokenRevocation"]:
        raise AwsError("UnsupportedOperationException", "Revocation is not enabled for this client.", status=400)
    try:
        value = unseal(call.ports.identity.vault, refresh_owner(client.id), request["Token"], call.ports.clock.now())
    except SealExpired:
        return {}
    except InvalidSeal:
        raise AwsError("UnsupportedTokenTypeException", "Only refresh tokens can be revoked.", status=400) from None
    await revoke(call, pool, client, Session(**value))
    return {}


@operation("cognito-idp", "GetTokensFromRefreshToken")
async def get_tokens_from_refresh_token(call: Call, request: Request) -> Response:
    """REFRESH_TOKEN_AUTH as an operation of its own; the secret stands in the request as it is."""
    pool, client = await public_client(call, request["ClientId"])
    if not check_secret(call, client, request.get("ClientSecret")):
        raise NotAuthorized(f"Unable to verify secret for client {client.id}")
    sign_in = SignIn(call, pool, client, {}, request.get("ClientMetadata") or {})
    session, user = await session_of(call, pool, client, request["RefreshToken"])
    return await renewed(sign_in, session, user.document)
