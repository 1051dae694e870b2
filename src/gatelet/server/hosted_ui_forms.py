"""Reading forms, queries and cookies, and the answers of OAuth endpoints. Pure."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import orjson

from gatelet.http.request import Request
from gatelet.http.response import Response

FORM: Final = "application/x-www-form-urlencoded"
_FORM_BYTES: Final = 65_536
_FIELDS: Final = 50


class InvalidForm(Exception):
    """Not a form, too large, or a field that stands there twice."""


def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form. Raises InvalidForm."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != FORM or len(request.body) > _FORM_BYTES:
        raise InvalidForm
    return _fields(request.body.decode("latin-1"))


def query_of(request: Request) -> dict[str, str]:
    """The parameters of the query. Raises InvalidForm."""
    return _fields(request.query)


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise InvalidForm from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidForm
    return fields


def cookie_of(request: Request, name: str) -> str | None:
    """A cookie's value."""
    for part in (request.header("cookie") or "").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return None


def cookie(request: Request, name: str, value: str, path: str, seconds: int) -> tuple[str, str]:
    """A header that sets a cookie that no script reads and no other site's form sends."""
    secure = "; Secure" if request.scheme == "https" else ""
    return "Set-Cookie", f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def redirect(location: str, *headers: tuple[str, str]) -> Response:
    """302; nothing of it is kept."""
    return Response(302, [("Location", location), ("Cache-Control", "no-store"), *headers])


def with_query(url: str, parameters: Mapping[str, str | None]) -> str:
    """The URL with further parameters."""
    parts = urlsplit(url)
    added = urlencode({name: value for name, value in parameters.items() if value is not None}, quote_via=quote)
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def json_answer(status: int, value: Mapping[str, Any], *headers: tuple[str, str]) -> Response:
    """JSON that pages of other sites may read (AWS's OAuth endpoints allow every origin), and nobody keeps."""
    common = [
        ("Content-Type", "application/json;charset=UTF-8"),
        ("Cache-Control", "no-store"),
        ("Pragma", "no-cache"),
        ("Access-Control-Allow-Origin", "*"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    return Response(status, [*common, *headers], orjson.dumps(value))


def html_answer(status: int, html: str, style: str, targets: str, *headers: tuple[str, str]) -> Response:
    """A page without scripts that no other site can frame. ``targets``: where its form may lead."""
    body = html.encode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_sha256(style)}'; form-action {targets}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    common = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
    ]
    return Response(status, [*common, *headers], body)


def _sha256(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
