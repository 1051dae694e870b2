"""The sign-in pages of a domain: authorize, login, logout. Reference: identity section 4.4; RFC 6749 section 4.1.

A form is sealed: it holds what the client asked for, and the value of a cookie that only the browser has that was
shown the form (no other site can post it). Nothing is redirected to but what the client has registered.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.challenges import Answer, respond
from gatelet.control.cognito_idp.documents import Client, Pool, find_client
from gatelet.control.cognito_idp.flows import SignIn, by_password
from gatelet.control.cognito_idp.oauth_codes import Grant, make_code
from gatelet.control.cognito_idp.oauth_grants import OAuthError, allows_flow, granted_scope
from gatelet.control.cognito_idp.secret_hash import secret_hash
from gatelet.control.cognito_idp.sign_in import after_sign_in
from gatelet.control.cognito_idp.user_store import find_user
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.identity.user_pools.model import UserDocument
from gatelet.identity.user_pools.sealed import InvalidSeal, seal, unseal
from gatelet.server import hosted_ui_pages as pages
from gatelet.server.hosted_ui_forms import (
    InvalidForm,
    cookie,
    cookie_of,
    form_of,
    html_answer,
    query_of,
    redirect,
    with_query,
)

_FORM_COOKIE: Final = "gatelet-sign-in"
_SESSION_COOKIE: Final = "gatelet-session"
_FORM_SECONDS: Final = 900
_SESSION_SECONDS: Final = 3_600
_FORM_OWNER: Final = "cognito-idp/sign-in-form"
_KEPT: Final = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks a user to sign in for. ``parameters`` are its own; they are checked."""

    client: Client
    parameters: Mapping[str, str]
    scope: str

    @property
    def redirect_uri(self) -> str:
        """Where the code goes."""
        return self.parameters["redirect_uri"]


class Refused(Exception):
    """The client cannot be told: the page says why."""


async def authorize(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``GET /oauth2/authorize``: to the form, or straight back for who has signed in."""
    try:
        asked = await _asked(call, pool, query_of(request))
    except (Refused, InvalidForm) as refused:
        return _page(400, pages.message_page("This request cannot be served", str(refused) or "Invalid request"))
    except _ToClient as error:
        return redirect(error.location)
    held = _session(call, pool, request, base)
    if held is not None:
        user = await find_user(call, pool, held["user"])
        signed_out = -1.0 if user is None else user.document.get("signed_out_at", -1.0)
        if user is not None and user.document["enabled"] and held["auth_time"] > signed_out:
            return _redirect_with_code(call, asked, user.document, int(held["auth_time"]))
    return redirect(f"{base}/login?{urlencode(dict(asked.parameters))}")


async def login(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``/login``: GET shows the form, POST takes it."""
    if request.method == "POST":
        return await _posted(call, pool, request, base)
    try:
        asked = await _asked(call, pool, query_of(request))
    except (Refused, InvalidForm) as refused:
        return _page(400, pages.message_page("This request cannot be served", str(refused) or "Invalid request"))
    except _ToClient as error:
        return redirect(error.location)
    value = cookie_of(request, _FORM_COOKIE) or call.ports.ids.secret_text(32)
    sealed = _sealed(call, base, value, asked, {})
    shown = pages.sign_in_page(pool.settings["Name"], f"{base}/login", sealed, None)
    return _page(200, shown, asked, cookie(request, _FORM_COOKIE, value, base, _FORM_SECONDS))


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
        kept: dict[str, str] = {name: query[name] for name in _KEPT if name in query}
        return redirect(f"{base}/login?{urlencode(kept)}", gone)
    return _page(400, pages.message_page("Signed out", "You are signed out; logout_uri is not registered."), None, gone)


class _ToClient(Exception):
    """An error that the client is told by a redirection."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location


async def _asked(call: Call, pool: Pool, query: Mapping[str, str]) -> Asked:
    """Raises Refused, _ToClient."""
    client = await find_client(call, query.get("client_id", ""))
    if client is None or client.pool_id != pool.id:
        raise Refused("The client does not exist.")
    parameters = {name: query[name] for name in _KEPT if query.get(name)}
    registered = client.settings.get("CallbackURLs") or ()
    if "redirect_uri" not in parameters and client.settings.get("DefaultRedirectURI"):
        parameters["redirect_uri"] = client.settings["DefaultRedirectURI"]
    if parameters.get("redirect_uri") not in registered:
        raise Refused("redirect_mismatch: the redirect_uri is not registered.")
    error = None
    if parameters.get("response_type") != "code":
        error = "unsupported_response_type" if "response_type" in parameters else "invalid_request"
    elif not allows_flow(client, "code"):
        error = "unauthorized_client"
    elif "code_challenge" in parameters and parameters.get("code_challenge_method") != "S256":
        error = "invalid_request"
    scope = ""
    if error is None:
        try:
            scope = await granted_scope(call, pool, client, parameters.get("scope"), custom=False)
        except OAuthError as failed:
            error = failed.code
    if error is not None:
        told = {"error": error, "state": parameters.get("state")}
        raise _ToClient(with_query(parameters["redirect_uri"], told))
    return Asked(client, parameters, scope)


async def _posted(call: Call, pool: Pool, request: Request, base: str) -> Response:
    try:
        form = form_of(request)
        value = unseal(call.ports.identity.vault, _owner(base), form.get("form") or "", call.ports.clock.now())
        held = cookie_of(request, _FORM_COOKIE) or ""
        if not hmac.compare_digest(held.encode("utf-8", "replace"), value["cookie"].encode()):
            raise Refused("The form is not of this browser. Please begin again.")
        asked = await _asked(call, pool, value["parameters"])
    except (InvalidForm, InvalidSeal):
        return _page(400, pages.message_page("Sign in", "The form is too old. Please begin again."))
    except Refused as refused:
        return _page(400, pages.message_page("Sign in", str(refused)))
    except _ToClient as error:
        return redirect(error.location)
    challenge: dict[str, str] = value["challenge"]
    try:
        result = await _step(call, pool, asked, form, challenge)
    except AwsError as error:
        message = error.message or "That did not work."
        sealed = _sealed(call, base, held, asked, challenge)
        shown = _shown(pool, base, sealed, challenge.get("name"), message, form.get("username", ""))
        return _page(400 if error.status is None or error.status < 500 else error.status, shown, asked)
    if "ChallengeName" in result:
        name = result["ChallengeName"]
        user = result["ChallengeParameters"].get("USER_ID_FOR_SRP") or form.get("username") or ""
        sealed = _sealed(call, base, held, asked, {"name": name, "session": result["Session"], "user": user})
        return _page(200, _shown(pool, base, sealed, name, None), asked)
    user_document: UserDocument = result["user"]
    now = call.ports.clock.now()
    session = {"user": user_document["username"], "auth_time": now}
    expires = now + _SESSION_SECONDS
    kept = seal(call.ports.identity.vault, f"{_owner(base)}/session/{pool.id}", session, expires)
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


def _shown(pool: Pool, base: str, sealed: str, challenge: str | None, error: str | None, username: str = "") -> str:
    name, action = pool.settings["Name"], f"{base}/login"
    match challenge:
        case None:
            return pages.sign_in_page(name, action, sealed, error, username)
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


def _owner(base: str) -> str:
    return f"{_FORM_OWNER}{base}"


def _sealed(call: Call, base: str, value: str, asked: Asked, challenge: Mapping[str, str]) -> str:
    content = {"cookie": value, "parameters": dict(asked.parameters), "challenge": dict(challenge)}
    return seal(call.ports.identity.vault, _owner(base), content, call.ports.clock.now() + _FORM_SECONDS)


def _session(call: Call, pool: Pool, request: Request, base: str) -> dict[str, Any] | None:
    text = cookie_of(request, _SESSION_COOKIE)
    try:
        owner = f"{_owner(base)}/session/{pool.id}"
        return unseal(call.ports.identity.vault, owner, text or "", call.ports.clock.now())
    except InvalidSeal:
        return None


def _page(status: int, html: str, asked: Asked | None = None, *headers: tuple[str, str]) -> Response:
    targets = "'self'"
    if asked is not None:  # browsers hold the redirection after a form to this, too
        parts = urlsplit(asked.redirect_uri)
        targets += f" {parts.scheme}://{parts.netloc}" if parts.netloc else f" {parts.scheme}:"
    return html_answer(status, html, pages.STYLE, targets, *headers)
