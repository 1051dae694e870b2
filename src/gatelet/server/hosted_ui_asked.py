"""What a client asks a user to do on a domain's pages, and the forms that hold it. RFC 6749 section 4.1.

A form is sealed: it holds what the client asked for, and the value of a cookie that only the browser has that was
shown the form (no other site can post it). Nothing is redirected to but what the client has registered.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from gatelet.control.cognito_idp.documents import Client, Pool, find_client
from gatelet.control.cognito_idp.oauth_grants import OAuthError, allows_flow, granted_scope
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.http.response import Response
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

FORM_SECONDS: Final = 900
_FORM_COOKIE: Final = "gatelet-sign-in"
_FORM_OWNER: Final = "cognito-idp/sign-in-form"
KEPT: Final = (
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

    @property
    def query(self) -> str:
        """What the client asked, for another page's URL."""
        return urlencode(dict(self.parameters))


class Refused(Exception):
    """The client cannot be told: the page says why."""


class ToClient(Exception):
    """An error that the client is told by a redirection."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser has posted: its fields, and what the form held."""

    asked: Asked
    fields: Mapping[str, str]
    state: Mapping[str, str]
    """What came before: empty at the first step."""
    cookie: str


async def asked_of(call: Call, pool: Pool, request: Request) -> Asked | Response:
    """What the query asks for, or the answer to a request that cannot be served."""
    try:
        return await _asked(call, pool, query_of(request))
    except (Refused, InvalidForm) as refused:
        return page(400, pages.message_page("This request cannot be served", str(refused) or "Invalid request"))
    except ToClient as error:
        return redirect(error.location)


async def posted_form(call: Call, pool: Pool, request: Request, action: str) -> Form | Response:
    """The form that was shown for ``action`` to this browser, or the answer to any other."""
    try:
        fields = form_of(request)
        value = unseal(call.ports.identity.vault, _owner(action), fields.get("form") or "", call.ports.clock.now())
        held = cookie_of(request, _FORM_COOKIE) or ""
        if not hmac.compare_digest(held.encode("utf-8", "replace"), value["cookie"].encode()):
            raise Refused("The form is not of this browser. Please begin again.")
        return Form(await _asked(call, pool, value["parameters"]), fields, value["state"], held)
    except (InvalidForm, InvalidSeal):
        return page(400, pages.message_page("Sign in", "The form is too old. Please begin again."))
    except Refused as refused:
        return page(400, pages.message_page("Sign in", str(refused)))
    except ToClient as error:
        return redirect(error.location)


def first_form(call: Call, request: Request, base: str, action: str, asked: Asked) -> tuple[str, tuple[str, str]]:
    """A sealed form for a browser, and the header that sets its cookie."""
    value = cookie_of(request, _FORM_COOKIE) or call.ports.ids.secret_text(32)
    return sealed_form(call, action, value, asked, {}), cookie(request, _FORM_COOKIE, value, base, FORM_SECONDS)


def sealed_form(call: Call, action: str, value: str, asked: Asked, state: Mapping[str, str]) -> str:
    """What the form that is posted to ``action`` holds; ``value`` is the browser's cookie."""
    content = {"cookie": value, "parameters": dict(asked.parameters), "state": dict(state)}
    return seal(call.ports.identity.vault, _owner(action), content, call.ports.clock.now() + FORM_SECONDS)


def page(status: int, html: str, asked: Asked | None = None, *headers: tuple[str, str]) -> Response:
    """A page whose form leads here, and on to the client."""
    targets = "'self'"
    if asked is not None:  # browsers hold the redirection after a form to this, too
        parts = urlsplit(asked.redirect_uri)
        targets += f" {parts.scheme}://{parts.netloc}" if parts.netloc else f" {parts.scheme}:"
    return html_answer(status, html, pages.STYLE, targets, *headers)


async def _asked(call: Call, pool: Pool, query: Mapping[str, str]) -> Asked:
    """Raises Refused, ToClient."""
    client = await find_client(call, query.get("client_id", ""))
    if client is None or client.pool_id != pool.id:
        raise Refused("The client does not exist.")
    parameters = {name: query[name] for name in KEPT if query.get(name)}
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
        raise ToClient(with_query(parameters["redirect_uri"], told))
    return Asked(client, parameters, scope)


def _owner(action: str) -> str:
    return f"{_FORM_OWNER}{action}"
