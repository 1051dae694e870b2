"""The sign-up page of a domain, where the pool lets users sign up themselves: a form, then the code that was sent.

Reference: Cognito Developer Guide, "User pool managed login" (``/signup``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.cognito_idp.documents import Client, Pool
from gatelet.control.cognito_idp.errors import InvalidParameter
from gatelet.control.cognito_idp.secret_hash import secret_hash
from gatelet.control.cognito_idp.sign_up import confirm_sign_up, resend_confirmation_code, sign_up
from gatelet.control.operation import Call
from gatelet.http.request import Request
from gatelet.http.response import Response
from gatelet.server import hosted_ui_pages as pages
from gatelet.server.hosted_ui_asked import Asked, Form, asked_of, first_form, page, posted_form, sealed_form

_ATTRIBUTE: Final = "attribute."
_LONGEST: Final = {"username": 128, "password": 256, "code": 2_048}
"""Characters, by AWS's model of SignUp and ConfirmSignUp."""
_LONGEST_ATTRIBUTE: Final = 2_048
_KINDS: Final = {"email": ("email", "email"), "phone_number": ("tel", "tel"), "birthdate": ("date", "bday")}
_CONFIRMED: Final = "Your account is confirmed. Please sign in."
_SENT: Final = "We have sent a code to {}."


def sign_up_link(pool: Pool, base: str, asked: Asked) -> str:
    """A link to the page; empty where only administrators make users."""
    if not _allowed(pool):
        return ""
    return pages.link(f"{base}/signup?{asked.query}", "Create an account")


async def signup(call: Call, pool: Pool, request: Request, base: str) -> Response:
    """``/signup``: GET shows the form, POST takes it, and then the code."""
    if not _allowed(pool):
        return page(400, pages.message_page("Sign up", "SignUp is not permitted for this user pool"))
    action = f"{base}/signup"
    if request.method == "POST":
        form = await posted_form(call, pool, request, action)
        return form if isinstance(form, Response) else await _posted(call, pool, form, base)
    asked = await asked_of(call, pool, request)
    if isinstance(asked, Response):
        return asked
    sealed, header = first_form(call, request, base, action, asked)
    return page(200, _sign_up_page(pool, base, asked, sealed, None, {}), asked, header)


async def _posted(call: Call, pool: Pool, form: Form, base: str) -> Response:
    asked, state, action = form.asked, form.state, f"{base}/signup"
    try:
        for name, most in _LONGEST.items():
            if len(form.fields.get(name, "")) > most:
                raise InvalidParameter(f"The {name} is too long.")
        if not state:
            return await _sign_up(call, pool, form, base)
        if form.fields.get("resend"):
            answer = await resend_confirmation_code(call, _named(call, asked.client, state["user"]))
            return _ask_for_code(call, pool, form, base, state["user"], answer["CodeDeliveryDetails"])
        code = (form.fields.get("code") or "").strip()
        await confirm_sign_up(call, {**_named(call, asked.client, state["user"]), "ConfirmationCode": code})
        return _to_sign_in(call, pool, form, base, state["user"], _CONFIRMED)
    except AwsError as error:
        message = error.message or "That did not work."
        sealed = sealed_form(call, action, form.cookie, asked, state)
        if state:
            name = pool.settings["Name"]
            shown = pages.confirmation_page(name, action, sealed, message, notice=None, can_resend=True)
        else:
            shown = _sign_up_page(pool, base, asked, sealed, message, form.fields)
        return page(400 if error.status is None or error.status < 500 else error.status, shown, asked)


async def _sign_up(call: Call, pool: Pool, form: Form, base: str) -> Response:
    """Raises AwsError."""
    username = form.fields.get("username") or ""
    if not username or not username.isprintable() or " " in username:
        raise InvalidParameter("The username must have no blanks.")
    attributes = []
    for name in _asked_for(pool):
        value = form.fields.get(_ATTRIBUTE + name) or ""
        if len(value) > _LONGEST_ATTRIBUTE:
            raise InvalidParameter(f"{name} is too long.")
        attributes.append({"Name": name, "Value": value})
    given = {"Password": form.fields.get("password") or "", "UserAttributes": attributes}
    answer = await sign_up(call, {**_named(call, form.asked.client, username), **given})
    if answer["UserConfirmed"]:
        return _to_sign_in(call, pool, form, base, username, _CONFIRMED)
    details = answer["CodeDeliveryDetails"]
    if details is None:
        text = "Your account is made. An administrator has to confirm it before you can sign in."
        return _to_sign_in(call, pool, form, base, username, text)
    return _ask_for_code(call, pool, form, base, username, details)


def _ask_for_code(call: Call, pool: Pool, form: Form, base: str, username: str, details: Mapping[str, Any]) -> Response:
    action = f"{base}/signup"
    sealed = sealed_form(call, action, form.cookie, form.asked, {"user": username})
    notice = _SENT.format(details["Destination"])
    name = pool.settings["Name"]
    return page(200, pages.confirmation_page(name, action, sealed, None, notice=notice, can_resend=True), form.asked)


def _to_sign_in(call: Call, pool: Pool, form: Form, base: str, username: str, notice: str) -> Response:
    action = f"{base}/login"
    sealed = sealed_form(call, action, form.cookie, form.asked, {})
    return page(
        200, pages.sign_in_page(pool.settings["Name"], action, sealed, None, username, notice=notice), form.asked
    )


def _sign_up_page(pool: Pool, base: str, asked: Asked, sealed: str, error: str | None, given: Mapping[str, str]) -> str:
    fields = [pages.Field("username", _username_label(pool), "text", "username", given.get("username", ""))]
    for name in _asked_for(pool):
        kind, autocomplete = _KINDS.get(name, ("text", "on"))
        label = name.removeprefix("custom:").replace("_", " ").capitalize()
        fields.append(pages.Field(_ATTRIBUTE + name, label, kind, autocomplete, given.get(_ATTRIBUTE + name, "")))
    fields.append(pages.Field("password", "Password", "password", "new-password"))
    back = pages.link(f"{base}/login?{asked.query}", "Sign in instead")
    return pages.sign_up_page(pool.settings["Name"], f"{base}/signup", sealed, error, fields, more=back)


def _asked_for(pool: Pool) -> list[str]:
    """The attributes that a user must have, and those that the code is sent to; not what the name itself is."""
    named = pool.settings.get("UsernameAttributes") or ()
    required = [entry["Name"] for entry in pool.settings["SchemaAttributes"] if entry["Required"]]
    wanted = [*required, *(pool.settings.get("AutoVerifiedAttributes") or ())]
    given_by_name = {"sub", *(named if len(named) == 1 else ())}
    return [name for name in dict.fromkeys(wanted) if name not in given_by_name]


def _username_label(pool: Pool) -> str:
    named = pool.settings.get("UsernameAttributes") or ()
    return " or ".join(name.replace("_", " ") for name in named).capitalize() or "Username"


def _named(call: Call, client: Client, username: str) -> dict[str, str]:
    """The members that every operation about a user has."""
    named = {"ClientId": client.id, "Username": username}
    secret = client.secret(call)
    return named if secret is None else {**named, "SecretHash": secret_hash(secret, username, client.id)}


def _allowed(pool: Pool) -> bool:
    return not pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
