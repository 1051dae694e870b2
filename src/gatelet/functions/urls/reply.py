"""A function's answer as the response of its URL. Pure.

Reference: lambda-execution section 11 ("Response"). With a ``statusCode`` the answer is a response; without one it
is the body of a response.

Exception
└── InvalidReply    the answer cannot be made a response: 502 at the client
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json"


class InvalidReply(Exception):
    """Not a response."""


@dataclass(slots=True)
class UrlReply:
    """Nothing of it is trusted yet: names and values of headers are still the function's."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


def url_reply(payload: bytes) -> UrlReply:
    """The response that a function's bytes mean. Raises InvalidReply."""
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise InvalidReply from None
    if isinstance(answer, dict) and "statusCode" in answer:
        return _response(answer)
    body = answer.encode("utf-8", "replace") if isinstance(answer, str) else payload
    return UrlReply(200, body, [("Content-Type", JSON)])


def _response(answer: dict[str, Any]) -> UrlReply:
    headers = _headers(answer.get("headers"))
    cookies = answer.get("cookies") or []
    if not isinstance(cookies, list) or not all(isinstance(cookie, str) for cookie in cookies):
        raise InvalidReply
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", JSON))
    headers += [("Set-Cookie", cookie) for cookie in cookies]
    return UrlReply(_status(answer["statusCode"]), _body(answer), headers)


def _status(value: Any) -> int:
    """A number, or its digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 200 <= value <= 599:
        raise InvalidReply
    return value


def _headers(headers: Any) -> list[tuple[str, str]]:
    if headers is None:
        return []
    if not isinstance(headers, dict):
        raise InvalidReply
    return [(name, _text(value)) for name, value in headers.items() if value is not None]


def _text(value: Any) -> str:
    """Strings as they are; numbers and truth values as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    raise InvalidReply


def _body(answer: dict[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise InvalidReply
    if answer.get("isBase64Encoded") not in (True, "true"):
        return body.encode("utf-8", "replace")
    try:
        return b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidReply from None
