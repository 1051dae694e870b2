"""The HTML of the sign-in pages: plain, without scripts. Pure; everything that varies is escaped."""

from __future__ import annotations

from html import escape
from typing import Final

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1c2330}"
    "main{max-width:22rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:.5rem;"
    "box-shadow:0 1px 4px rgba(0,0,0,.15)}h1{font-size:1.25rem;margin:0 0 1rem}"
    "label{display:block;margin:.75rem 0 .25rem}input{width:100%;box-sizing:border-box;padding:.5rem;font:inherit;"
    "border:1px solid #8a93a3;border-radius:.25rem}button{margin-top:1.25rem;width:100%;padding:.6rem;font:inherit;"
    "border:0;border-radius:.25rem;background:#1d4ed8;color:#fff}p.error{color:#a11;margin:0 0 .5rem}"
)


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


def sign_in_page(pool_name: str, action: str, sealed: str, error: str | None, username: str = "") -> str:
    """Name and password."""
    fields = _field("username", "Username", "text", "username", username) + _field(
        "password", "Password", "password", "current-password"
    )
    return _form(f"Sign in to {pool_name}", action, sealed, error, fields, "Sign in")


def new_password_page(pool_name: str, action: str, sealed: str, error: str | None) -> str:
    """A temporary password has to be changed."""
    fields = _field("new_password", "New password", "password", "new-password")
    return _form(f"Choose a password for {pool_name}", action, sealed, error, fields, "Change password")


def code_page(pool_name: str, action: str, sealed: str, error: str | None) -> str:
    """The code of the authenticator."""
    fields = _field("code", "Code of your authenticator app", "text", "one-time-code")
    return _form(f"Sign in to {pool_name}", action, sealed, error, fields, "Sign in")


def _form(title: str, action: str, sealed: str, error: str | None, fields: str, button: str) -> str:
    alert = "" if error is None else f'<p class="error" role="alert">{escape(error)}</p>'
    return page(
        title,
        f'{alert}<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="form" value="{escape(sealed)}">{fields}'
        f'<button type="submit">{escape(button)}</button></form>',
    )


def _field(name: str, label: str, kind: str, autocomplete: str, value: str = "") -> str:
    return (
        f'<label for="{name}">{escape(label)}</label><input id="{name}" name="{name}" type="{kind}" '
        f'autocomplete="{autocomplete}" value="{escape(value)}" required>'
    )
