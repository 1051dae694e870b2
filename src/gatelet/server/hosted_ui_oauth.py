"""The OAuth endpoints of a domain: token, revoke, userInfo. Reference: identity section 4.4; RFC 6749, 7009."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from urllib.parse import unquote_plus

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.access_tokens import signed_in
from gatelet.control.cognito_idp.documents import Client, Pool, find_client
from gatelet.control.cognito_idp.issuing import refresh_owner
from gatelet.control.cognito_idp.oauth_grants import OAuthError, grant_tokens
from gatelet.control.cognito_idp.revoking import revoke
from gatelet.control.cognito_idp.secret_hash import check_secret
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.user_pools.sealed import InvalidSeal, unseal
from gatelet.identity.user_pools.tokens import Session
from gatelet.server.hosted_ui_forms import InvalidForm, form_of, json_answer


async def token(call: Call, pool: Pool, request: Request) -> Response:
    """``POST /oauth2/token``."""
    try:
        form = _form(request)
        client = await _client(call, pool, request, form)
        return json_answer(200, await grant_tokens(call, pool, client, form))
    except OAuthError as error:
        return _refusal(error)


async def revocation(call: Call, pool: Pool, request: Request) -> Response:
    """``POST /oauth2/revoke``: a token that is none is fine (RFC 7009 section 2.2)."""
    try:
        form = _form(request)
        client = await _client(call, pool, request, form)
        if not client.settings["EnableTokenRevocation"]:
            raise OAuthError("unsupported_operation")
        text = form.get("token") or ""
        value = unseal(call.ports.identity.vault, refresh_owner(client.id), text, call.ports.clock.now())
    except OAuthError as error:
        return _refusal(error)
    except InvalidSeal:
        return json_answer(200, {})
    await revoke(call, pool, client, Session(**value))
    return json_answer(200, {})


async def user_info(call: Call, pool: Pool, request: Request) -> Response:
    """``GET /oauth2/userInfo``: what the client may read of the user."""
    scheme, _, text = (request.header("authorization") or "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise OAuthError("invalid_token")
        found, user, claims = await signed_in(call, text.strip(), "openid")
        if found.id != pool.id:
            raise OAuthError("invalid_token")
        client = await find_client(call, str(claims["client_id"]))
    except (OAuthError, AwsError):
        challenge = ("WWW-Authenticate", 'Bearer error="invalid_token"')
        return json_answer(401, {"error": "invalid_token"}, challenge)
    readable = None if client is None else client.settings.get("ReadAttributes")
    held = {name: value for name, value in user.document["attributes"].items() if readable is None or name in readable}
    document = user.document
    # These flags are text here, as on AWS (Developer Guide, "The userInfo endpoint").
    return json_answer(200, {"sub": document["sub"], **held, "username": document["username"]})


async def _client(call: Call, pool: Pool, request: Request, form: Mapping[str, str]) -> Client:
    client_id, secret = form.get("client_id"), form.get("client_secret")
    scheme, _, text = (request.header("authorization") or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            named, _, secret = b64decode(text, validate=True).decode().partition(":")
        except (Base64Error, ValueError):
            raise OAuthError("invalid_client") from None
        named, secret = unquote_plus(named), unquote_plus(secret)
        if client_id not in {None, named}:
            raise OAuthError("invalid_request")
        client_id = named
    client = None if not client_id else await find_client(call, client_id)
    if client is None or client.pool_id != pool.id or not check_secret(call, client, secret or None):
        raise OAuthError("invalid_client")
    return client


def _form(request: Request) -> dict[str, str]:
    try:
        return form_of(request)
    except InvalidForm:
        raise OAuthError("invalid_request") from None


def _refusal(error: OAuthError) -> Response:
    body = {"error": error.code}
    if error.description:
        body["error_description"] = error.description
    return json_answer(400, body)
