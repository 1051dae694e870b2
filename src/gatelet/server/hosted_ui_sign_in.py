"""The sign-in pages of a domain: authorize, login, logout. Reference: identity section 4.4; RFC 6749 section 4.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.challenges import Answer, respond
from gatelet.control.cognito_idp.documents import Client, Pool, find_client
from gatelet.control.cognito_idp.flows import SignIn, by_password
from gatelet.control.cognito_idp.oauth_codes import Grant, make_code
from gatelet.control.cognito_idp.secret_hash import secret_hash
from gatelet.control.cognito_idp.sign_in import after_sign_in
from gatelet.control.cognito_idp.user_store import find_user
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.sealed import InvalidSeal, seal, unseal
from gatelet.server import hosted_ui_pages as pages
from gatelet.server.hosted_ui_asked import KEPT, Asked, asked_of, first_form, page, posted_form, sealed_form
from gatelet.server.hosted_ui_forms import InvalidForm, cookie, cookie_of, query_of, redirect, with_query
from gatelet.server.hosted_ui_sign_up import sign_up_link

_SESSION_COOKIE: Final = "gatelet-session"
_SESSION_SECONDS: Final = 3_600
_SESSION_OWNER: Final = "cognito-idp/sign-in-session"


async def authorize(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``GET /oauth2/authorize``: to the form, or straight back for who has signed in."""
    asked = await asked_of(call, pool, request)
    if isinstance(asked, Response):
        return asked
    held = _session(call, pool, request, base)
    if held is not None:
        user = await find_user(call, pool, held["user"])
        signed_out = -1.0 if user is None else user.document.get("signed_out_at", -1.0)
        if user is not None and user.document["enabled"] and held["auth_time"] > signed_out:
            return _redirect_with_code(call, asked, user.document, int(held["auth_time"]))
    return redirect(f"{base}/login?{asked.query}")


async def login(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``/login``: GET shows the form, POST takes it."""
    if request.method == "POST":
        return await _posted(call, pool, request, base)
    asked = await asked_of(call, pool, request)
    if isinstance(asked, Response):
        return asked
    action = f"{base}/login"
    sealed, header = first_form(call, request, base, action, asked)
    shown = pages.sign_in_page(pool.settings["Name"], action, sealed, None, more=sign_up_link(pool, base, asked))
    return page(200, shown, asked, header)


async def logout(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``GET /logout``: the browser's session ends; back to a registered URL."""
    gone = cookie(request, _SESSION_COOKIE, "", base, 0)
    try:
        query = query_of(request)
    except InvalidForm:
        query = {}
    client = await find_client(call, query.get("client_id", ""))
    uri = query.get("logout_uri")
    if (
        client is not None
        and client.pool_id == pool.id
        and uri is not None
        and uri in (client.settings.get("LogoutURLs") or ())
    ):
        return redirect(uri, gone)
    if client is not None and client.pool_id == pool.id and query.get("redirect_uri") and uri is None:
        kept: dict[str, str] = {name: query[name] for name in KEPT if name in query}
        return redirect(f"{base}/login?{urlencode(kept)}", gone)
    return page(400, pages.message_page("Signed out", "You are signed out; logout_uri is not registered."), None, gone)


async def _posted(call: Call, pool: Pool, request: Request, base: str) -> Response:
    action = f"{base}/login"
    form = await posted_form(call, pool, request, action)
    if isinstance(form, Response):
        return form
    asked, challenge = form.asked, form.state
    more = sign_up_link(pool, base, asked)
    try:
        result = await _step(call, pool, asked, form.fields, challenge)
    except AwsError as error:
        message = error.message or "That did not work."
        sealed = sealed_form(call, action, form.cookie, asked, challenge)
        shown = _shown(pool, action, sealed, challenge.get("name"), message, form.fields.get("username", ""), more)
        return page(400 if error.status is None or error.status < 500 else error.status, shown, asked)
    if "ChallengeName" in result:
        name = result["ChallengeName"]
        user = result["ChallengeParameters"].get("USER_ID_FOR_SRP") or form.fields.get("username") or ""
        state = {"name": name, "session": result["Session"], "user": user}
        return page(200, _shown(pool, action, sealed_form(call, action, form.cookie, asked, state), name, None), asked)
    user_document: UserDocument = result["user"]
    now = call.ports.clock.now()
    session = {"user": user_document["username"], "auth_time": now}
    kept = seal(call.ports.identity.vault, _session_owner(pool, base), session, now + _SESSION_SECONDS)
    answer = _redirect_with_code(call, asked, user_document, int(now))
    answer.headers.append(cookie(request, _SESSION_COOKIE, kept, base, _SESSION_SECONDS))
    return answer


async def _step(
    call: Call, pool: Pool, asked: Asked, form: Mapping[str, str], challenge: Mapping[str, str]
) -> dict[str, Any]:
    """The first step, or the answer to a challenge. Raises AwsError."""
    client = asked.client
    if not challenge:
        parameters = {"USERNAME": form.get("username") or "", "PASSWORD": form.get("password") or ""}
        secret = client.secret(call)
        if secret is not None:
            parameters["SECRET_HASH"] = secret_hash(secret, parameters["USERNAME"], client.id)
        return await by_password(SignIn(call, pool, client, parameters, {}, _finished))
    responses = {"USERNAME": challenge["user"]}
    for name, field in (("NEW_PASSWORD", "new_password"), ("SOFTWARE_TOKEN_MFA_CODE", "code")):
        if form.get(field):
            responses[name] = form[field].strip() if field == "code" else form[field]
    answer = Answer(call, pool, client, responses, challenge["session"], {}, _finished)
    return await respond(challenge["name"], answer)


async def _finished(
    call: Call, pool: Pool, client: Client, user: UserDocument, metadata: Mapping[str, str]
) -> dict[str, Any]:
    await after_sign_in(call, pool, client, user, metadata)
    return {"user": user}


def _shown(
    pool: Pool, action: str, sealed: str, challenge: str | None, error: str | None, username: str = "", more: str = ""
) -> str:
    name = pool.settings["Name"]
    match challenge:
        case None:
            return pages.sign_in_page(name, action, sealed, error, username, more=more)
        case "NEW_PASSWORD_REQUIRED":
            return pages.new_password_page(name, action, sealed, error)
        case "SOFTWARE_TOKEN_MFA":
            return pages.code_page(name, action, sealed, error)
    return pages.message_page("Sign in", f"Gatelet's sign-in page does not support the challenge {challenge} yet.")


def _redirect_with_code(call: Call, asked: Asked, user: UserDocument, auth_time: int) -> Response:
    grant = Grant(
        client_id=asked.client.id,
        redirect_uri=asked.redirect_uri,
        username=user["username"],
        sub=user["sub"],
        scope=asked.scope,
        auth_time=auth_time,
        challenge=asked.parameters.get("code_challenge"),
        nonce=asked.parameters.get("nonce"),
    )
    told = {"code": make_code(call, grant), "state": asked.parameters.get("state")}
    return redirect(with_query(asked.redirect_uri, told))


def _session_owner(pool: Pool, base: str) -> str:
    return f"{_SESSION_OWNER}{base}/{pool.id}"


def _session(call: Call, pool: Pool, request: Request, base: str) -> dict[str, Any] | None:
    text = cookie_of(request, _SESSION_COOKIE)
    try:
        return unseal(call.ports.identity.vault, _session_owner(pool, base), text or "", call.ports.clock.now())
    except InvalidSeal:
        return None
