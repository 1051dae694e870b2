"""The HTML of the sign-in pages: plain, without scripts. Pure; everything that varies is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, NamedTuple

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1c2330}"
    "main{max-width:22rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:.5rem;"
    "box-shadow:0 1px 4px rgba(0,0,0,.15)}h1{font-size:1.25rem;margin:0 0 1rem}"
    "label{display:block;margin:.75rem 0 .25rem}input{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;"
    "border:1px solid #8a93a3;border-radius:.25rem}button{margin-top:1.25rem;width:100%;padding:.6rem;font:inherit;"
    "border:0;border-radius:.25rem;background:#1d4ed8;color:#fff}p.error{color:#a11;margin:0 0 .5rem}"
)


class Field(NamedTuple):
    """An input that must be filled in."""

    name: str
    label: str
    kind: str
    autocomplete: str
    value: str = ""


def page(title: str, content: str) -> str:
    """A whole document."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def message_page(title: str, text: str) -> str:
    """One sentence."""
    return page(title, f'<p role="alert">{escape(text)}</p>')


def sign_in_page(
    pool_name: str,
    action: str,
    sealed: str,
    error: str | None,
    username: str = "",
    *,
    notice: str | None = None,
    more: str = "",
) -> str:
    """Name and password. ``notice`` says what went well before; ``more`` is a link to another page."""
    fields = _field("username", "Username", "text", "username", username) + _field(
        "password", "Password", "password", "current-password"
    )
    return _form(f"Sign in to {pool_name}", action, sealed, error, fields, "Sign in", notice=notice, more=more)


def sign_up_page(
    pool_name: str, action: str, sealed: str, error: str | None, fields: Iterable[Field], *, more: str
) -> str:
    """A name, the attributes that the pool asks for, and a password."""
    written = "".join(_field(one.name, one.label, one.kind, one.autocomplete, one.value) for one in fields)
    return _form(f"Sign up for {pool_name}", action, sealed, error, written, "Sign up", more=more)


def confirmation_page(
    pool_name: str, action: str, sealed: str, error: str | None, *, notice: str | None, can_resend: bool
) -> str:
    """The code that was sent."""
    fields = _field("code", "Confirmation code", "text", "one-time-code")
    again = '<button type="submit" name="resend" value="1" formnovalidate>Send a new code</button>'
    title = f"Confirm your account for {pool_name}"
    return _form(title, action, sealed, error, fields, "Confirm", notice=notice, again=again if can_resend else "")


def link(url: str, text: str) -> str:
    """A link to another page."""
    return f'<p><a href="{escape(url)}">{escape(text)}</a></p>'


def new_password_page(pool_name: str, action: str, sealed: str, error: str | None) -> str:
    """A temporary password has to be changed."""
    fields = _field("new_password", "New password", "password", "new-password")
    return _form(f"Choose a password for {pool_name}", action, sealed, error, fields, "Change password")


def code_page(pool_name: str, action: str, sealed: str, error: str | None) -> str:
    """The code of the authenticator."""
    fields = _field("code", "Code of your authenticator app", "text", "one-time-code")
    return _form(f"Sign in to {pool_name}", action, sealed, error, fields, "Sign in")


def _form(
    title: str,
    action: str,
    sealed: str,
    error: str | None,
    fields: str,
    button: str,
    *,
    notice: str | None = None,
    again: str = "",
    more: str = "",
) -> str:
    told = "" if notice is None else f'<p role="status">{escape(notice)}</p>'
    alert = "" if error is None else f'<p class="error" role="alert">{escape(error)}</p>'
    return page(
        title,
        f'{told}{alert}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="form" value="{escape(sealed)}">{fields}'
        f'<button type="submit">{escape(button)}</button>{again}</form>{more}',
    )


def _field(name: str, label: str, kind: str, autocomplete: str, value: str = "") -> str:
    name = escape(name)
    return (
        f'<label for="{name}">{escape(label)}</label><input id="{name}" name="{name}" type="{kind}" '
        f'autocomplete="{autocomplete}" value="{escape(value)}" required>'
    )
