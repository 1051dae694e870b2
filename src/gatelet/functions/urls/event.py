"""The event of a request to a function URL: payload format 2.0. Pure.

Reference: lambda-execution section 11.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from gatelet.aws.clock import request_time
from gatelet.identity.principals import Principal

_DROPPED = frozenset(
    ("connection", "expect", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)
_ADDED = frozenset(("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"))
_TEXT = frozenset(("application/json", "application/javascript", "application/xml"))
"""Types beside ``text/*`` whose bodies come as text; all others come as base64, forms included."""


@dataclass(frozen=True, slots=True)
class UrlRequest:
    """What the event is made of. ``headers`` are as they came; the forwarded ones stand beside them."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    url_id: str
    domain: str
    source_ip: str
    forwarded_for: str
    forwarded_port: str
    forwarded_proto: str
    trace_id: str
    request_id: str
    moment: float
    owner: str = ""
    """The function's account."""
    caller: Principal | None = None
    """Who signed the request; None: anybody (AuthType NONE)."""


def url_event(request: UrlRequest) -> dict[str, Any]:
    """The event, members in AWS's order; what a request has not is not there."""
    headers, cookies = _headers(request)
    parameters = _parameters(request.query)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        **({"cookies": cookies} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": parameters} if parameters else {}),
        "requestContext": {
            "accountId": "anonymous" if request.caller is None else request.owner,
            "apiId": request.url_id,
            **({} if request.caller is None else {"authorizer": {"iam": _iam(request.caller)}}),
            "domainName": request.domain,
            "domainPrefix": request.domain.partition(".")[0],
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent"),
            },
            "requestId": request.request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": request_time(request.moment),
            "timeEpoch": int(request.moment * 1000),
        },
    }
    if event["requestContext"]["http"]["userAgent"] is None:
        del event["requestContext"]["http"]["userAgent"]
    base64 = bool(request.body) and not _is_text(headers.get("content-type"))
    if request.body:
        event["body"] = b64encode(request.body).decode() if base64 else request.body.decode("utf-8", "replace")
    event["isBase64Encoded"] = base64
    return event


def _iam(caller: Principal) -> dict[str, str | None]:
    return {
        "accessKey": caller.access_key_id,
        "accountId": caller.account,
        "callerId": caller.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": caller.arn,
        "userId": caller.user_id,
    }


def _headers(request: UrlRequest) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, repeated ones joined with a comma; cookies apart."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        key = name.lower()
        if key == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        elif key not in _DROPPED and key not in _ADDED:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    headers["x-amzn-trace-id"] = request.trace_id
    headers["x-forwarded-for"] = request.forwarded_for
    headers["x-forwarded-port"] = request.forwarded_port
    headers["x-forwarded-proto"] = request.forwarded_proto
    return headers, cookies


def _parameters(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            name, value = _decoded(name), _decoded(value)
            parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text and text.isascii():
        return text
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1", "replace")).decode("utf-8", "replace")


def _is_text(content_type: str | None) -> bool:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT
