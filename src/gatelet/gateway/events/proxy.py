"""The AWS_PROXY contract, both ways: ``build`` makes the event, ``reply`` checks the answer.

This file is shipped into function workers and loaded there by its path: standard library only, no import of
ours, and nothing that Python 3.9 lacks. The gateway uses the same file.

The head of a request is the JSON text of two arrays, ``[fixed, request]``. ``fixed`` is prepared once per method
(gatelet.gateway.events.head writes both; ``build`` is the only reader):

    fixed    0 version (VERSION)  1 resource path  2 resource id  3 account  4 stage  5 deployment id or null
             6 API id  7 stage variables or null  8 binary media types or null  9 protocol
    request  0 method  1 path without the stage  2 path with the stage  3 path parameters or null  4 raw query
             5 headers as [name, value] pairs  6 X-Amzn-Trace-Id, or null: add no headers  7 X-Forwarded-For
             8 X-Forwarded-Port  9 X-Forwarded-Proto  10 domain name  11 domain prefix  12 request time
             13 request time in epoch milliseconds  14 request id  15 extended request id  16 source address
             17 authorizer context or null  18 further members of identity or null

Reference: apigateway-data-plane sections 6 and 7.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import unquote_to_bytes

VERSION = 1
"""The layout of the head. Gateway and worker run the same file; a difference is a fault and is refused."""

MEMBERS = frozenset(("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"))
"""What a handler may return; anything beside them makes the answer malformed."""

CASING = {"authorization": "Authorization", "user-agent": "User-Agent", "host": "Host"}
"""Names that reach the function in one spelling; every other keeps the client's."""

DROPPED = frozenset(
    (
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "max-forwards",
        "proxy-authenticate",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "www-authenticate",
    )
)
"""Names that never reach the function."""

ADDED = frozenset(("x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"))
"""Names whose values the gateway sets; the client's own are replaced."""

SIGNATURE = "AWS4-HMAC-SHA256"
"""An Authorization header that begins so is a SigV4 signature and never reaches the function."""

_SPELLING = {**CASING, **dict.fromkeys(DROPPED)}
SPELLING_AND_ADDED = {**_SPELLING, **dict.fromkeys(ADDED)}
"""How names are spelled by their lower-case forms, None for those that are not taken from the client."""


def build(head: list[Any], body: bytes) -> dict[str, Any]:
    """The event of a request, every member in AWS's order. Raises ValueError for a head of another layout."""
    fixed, request = head
    if fixed[0] != VERSION:
        raise ValueError("the request's head has another layout")
    method, path, _, path_parameters, query, pairs, trace_id = request[:7]
    if trace_id is None:
        headers, multi_headers = read_headers(pairs, _SPELLING)
    else:
        headers, multi_headers = read_headers(pairs, SPELLING_AND_ADDED)
        headers["X-Amzn-Trace-Id"] = trace_id
        headers["X-Forwarded-For"] = forwarded_for = request[7]
        headers["X-Forwarded-Port"] = port = request[8]
        headers["X-Forwarded-Proto"] = scheme = request[9]
        multi_headers["X-Amzn-Trace-Id"] = [trace_id]
        multi_headers["X-Forwarded-For"] = [forwarded_for]
        multi_headers["X-Forwarded-Port"] = [port]
        multi_headers["X-Forwarded-Proto"] = [scheme]
    parameters, multi_parameters = parse_query(query) if query else (None, None)
    text, base64 = _body(body, fixed[8], headers) if body else (None, False)
    return {
        "resource": fixed[1],
        "path": path,
        "httpMethod": method,
        "headers": headers or None,
        "multiValueHeaders": multi_headers or None,
        "queryStringParameters": parameters,
        "multiValueQueryStringParameters": multi_parameters,
        "pathParameters": path_parameters,
        "stageVariables": fixed[7],
        "requestContext": _context(fixed, request, headers.get("User-Agent")),
        "body": text,
        "isBase64Encoded": base64,
    }


def _context(fixed: list[Any], request: list[Any], user_agent: str | None) -> dict[str, Any]:
    _, resource, resource_id, account_id, stage, deployment_id, api_id, _, _, protocol = fixed
    domain_name, domain_prefix, time, epoch, request_id, extended_id, source_ip, authorizer, more = request[10:]
    identity = {
        "cognitoIdentityPoolId": None,
        "accountId": None,
        "cognitoIdentityId": None,
        "caller": None,
        "sourceIp": source_ip,
        "principalOrgId": None,
        "accessKey": None,
        "cognitoAuthenticationType": None,
        "cognitoAuthenticationProvider": None,
        "userArn": None,
        "userAgent": user_agent,
        "user": None,
    }
    if more is not None:
        identity.update(more)
    context = {
        "resourceId": resource_id,
        "resourcePath": resource,
        "httpMethod": request[0],
        "extendedRequestId": extended_id,
        "requestTime": time,
        "path": request[2],
        "accountId": account_id,
        "protocol": protocol,
        "stage": stage,
        "domainPrefix": domain_prefix,
        "requestTimeEpoch": epoch,
        "requestId": request_id,
        "identity": identity,
        "domainName": domain_name,
    }
    if deployment_id is not None:
        context["deploymentId"] = deployment_id
    context["apiId"] = api_id
    if authorizer is not None:
        context["authorizer"] = authorizer
    return context


def _body(body: bytes, binary_types: list[str] | None, headers: dict[str, str]) -> tuple[str, bool]:
    if binary_types is not None and is_binary(binary_types, _content_type(headers)):
        return b64encode(body).decode("ascii"), True
    return body.decode("utf-8", "replace"), False


def read_headers(pairs: list[Any], spelling: dict[str, str | None]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The last value of every name, and all values of every name; names that differ in case stay apart."""
    single: dict[str, str] = {}
    multi: dict[str, list[str]] = {}
    for name, value in pairs:
        key = spelling.get(name.lower(), name)
        if key is None or (key == "Authorization" and value.startswith(SIGNATURE)):
            continue
        if key in single:
            multi[key].append(value)
        else:
            multi[key] = [value]
        single[key] = value
    return single, multi


def parse_query(query: str) -> tuple[dict[str, str] | None, dict[str, list[str]] | None]:
    """The last value and all values of every name, form-decoded; ``;`` separates as ``&`` does."""
    single: dict[str, str] = {}
    multi: dict[str, list[str]] = {}
    if ";" in query:
        query = query.replace(";", "&")
    plain = "%" not in query and "+" not in query and query.isascii()
    for part in query.split("&"):
        if not part:
            continue
        name, _, value = part.partition("=")
        if not plain:
            name, value = _form_decode(name), _form_decode(value)
        if name in single:
            multi[name].append(value)
        else:
            multi[name] = [value]
        single[name] = value
    return single or None, multi or None


def _form_decode(text: str) -> str:
    """``+`` is a blank, then percent-decoding; bytes that are not UTF-8 become U+FFFD."""
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1", "replace")).decode("utf-8", "replace")


def _content_type(headers: dict[str, str]) -> str | None:
    for name, value in headers.items():
        if len(name) == 12 and name.lower() == "content-type":
            return value
    return None


def is_binary(types: list[str] | tuple[str, ...], content_type: str | None) -> bool:
    """Whether one of the API's binary media types matches: the same type, ``type/*`` or ``*/*``.

    Parameters after ``;`` are ignored; ``*/subtype`` never matches. Nothing at all matches ``*/*`` only.
    """
    if "*/*" in types:
        return True
    if not content_type:
        return False
    media_type = content_type.partition(";")[0].strip().lower()
    whole = media_type.partition("/")[0] + "/*"
    return any(entry.lower() in (media_type, whole) for entry in types)


def reply(result: object) -> tuple[int, bool, bytes, bytes] | None:
    """The answer of a handler as (status, base64, header block, body), or None: malformed.

    The header block is ``Name: value\\r\\n`` lines in Latin-1. What json would write as a plain value
    (an enumeration, a subclass, a number as key) counts as that value. None is also the answer for what
    JSON cannot hold at all: the caller finds that out when it serialises the result.
    """
    checked = _check(result)
    if checked is None and isinstance(result, dict):
        try:
            plain = json.loads(json.dumps(result))
        except (TypeError, ValueError, RecursionError):
            return None
        return _check(plain)
    return checked


def _check(result: object) -> tuple[int, bool, bytes, bytes] | None:
    if type(result) is not dict or not result.keys() <= MEMBERS:
        return None
    get = result.get
    status = get("statusCode", 200)
    if type(status) is not int:
        status = _status(status)
    base64 = get("isBase64Encoded", False)
    if type(base64) is not bool:
        base64 = _FLAGS.get(base64) if base64 is None or type(base64) is str else None
    if status is None or not 100 <= status <= 599 or base64 is None:
        return None
    body = get("body")
    if body is None:
        body = ""
    elif type(body) is not str:
        return None
    block = _header_block(get("headers"), get("multiValueHeaders"))
    if block is None:
        return None
    try:
        data = body.encode()
    except UnicodeEncodeError:
        data = body.encode("utf-8", "replace")
    return status, base64, block, data


_FLAGS = {None: False, "true": True, "false": False}


def _status(value: object) -> int | None:
    """A status that is not a plain number: absent (null), digits in a string, or a whole float."""
    if value is None:
        return 200
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 8:
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return None


def _header_block(headers: object, multi: object) -> bytes | None:
    pairs = _pairs(headers, multi)
    if pairs is None:
        return None
    lines = []
    for name, value in pairs:
        text = value if type(value) is str else _text(value)
        if text is None:
            if value is None:
                continue
            return None
        if type(name) is not str or not name or ":" in name:
            return None
        lines.append(f"{name}: {text}\r\n")
    block = "".join(lines)
    count = len(lines)
    if block.count("\n") != count or block.count("\r") != count:
        return None
    try:
        return block.encode("latin-1")
    except UnicodeEncodeError:
        return block.encode("latin-1", "replace")


def _pairs(headers: object, multi: object) -> Any:
    """Names with their values in order, or None: not two maps."""
    if headers is None:
        headers = {}
    if type(headers) is not dict:
        return None
    if multi is None:
        return headers.items()
    if type(multi) is not dict:
        return None
    return _merge(headers, multi)


def _merge(headers: dict[Any, Any], multi: dict[Any, Any]) -> list[tuple[Any, Any]] | None:
    """Of each name first its many values, then its single one, spelled as in the multi map."""
    single: dict[str, list[Any]] = {}
    for name, value in headers.items():
        if type(name) is not str:
            return None
        single.setdefault(name.lower(), []).append((name, value))
    merged = []
    for name, values in multi.items():
        if type(name) is not str or type(values) is not list:
            return None
        merged += [(name, value) for value in values]
        merged += [(name, value) for _, value in single.pop(name.lower(), ()) if value not in values]
    for pairs in single.values():
        merged += pairs
    return merged


def _text(value: object) -> str | None:
    """A header value that is not a string, as JSON writes it; None if it cannot be one."""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is float and value - value == 0.0:
        return repr(value)
    return None
