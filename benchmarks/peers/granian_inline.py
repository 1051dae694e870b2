"""The yardstick: the example's handler inline in granian (RSGI), with the full proxy event built for each request.

Nothing isolates the handler here: no process of its own, no timeout, no log, no policy. It is about the least work
that a Python server can do for this request. Run with: granian --interface rsgi benchmarks.peers.granian_inline:app
"""

from __future__ import annotations

import importlib.util
import os
import random
import time
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote_plus

_STAGE = "/prod"
_ROUTES = {("GET", "/users"): ("/users", "abc123")}
_HANDLER = Path(__file__).parents[2] / "examples" / "users" / "lambda_function.py"
_random_bits = random.Random(os.urandom(16)).getrandbits


class Scope(Protocol):
    """The part of an RSGI scope that is read here."""

    method: str
    path: str
    query_string: str
    client: str
    headers: Any


class HTTPProtocol(Protocol):
    """The part of RSGI's HTTP protocol that is used here."""

    async def __call__(self) -> bytes: ...
    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...
    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None: ...


def _load_handler() -> Any:
    spec = importlib.util.spec_from_file_location("lambda_function", _HANDLER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lambda_handler


class _Clock:
    """The request time, formatted once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = ""

    def now(self) -> tuple[str, int]:
        """CLF time and epoch milliseconds."""
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
        return self._text, int(now * 1000)


_handler = _load_handler()
_clock = _Clock()


def _request_id() -> str:
    digits = f"{_random_bits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _parse_query(query: str) -> tuple[dict[str, str] | None, dict[str, list[str]] | None]:
    if not query:
        return None, None
    single: dict[str, str] = {}
    multi: dict[str, list[str]] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if "%" in part or "+" in part:
            name, value = unquote_plus(name), unquote_plus(value)
        single[name] = value
        multi.setdefault(name, []).append(value)
    return single, multi


def build_event(scope: Scope, path: str, body: bytes, request_id: str) -> dict[str, Any]:
    """The complete event of a REST API's Lambda proxy integration."""
    request_time, epoch_ms = _clock.now()
    headers: dict[str, str] = {}
    multi_headers: dict[str, list[str]] = {}
    for name, value in scope.headers.items():
        headers[name] = value
        multi_headers.setdefault(name, []).append(value)
    query, multi_query = _parse_query(scope.query_string)
    resource, resource_id = _ROUTES[scope.method, path]
    return {
        "resource": resource,
        "path": path,
        "httpMethod": scope.method,
        "headers": headers,
        "multiValueHeaders": multi_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": multi_query,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": resource_id,
            "resourcePath": resource,
            "httpMethod": scope.method,
            "extendedRequestId": f"{request_id[:13]}=",
            "requestTime": request_time,
            "path": _STAGE + path,
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "domainPrefix": "a1b2c3d4e5",
            "requestTimeEpoch": epoch_ms,
            "requestId": request_id,
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "cognitoIdentityId": None,
                "caller": None,
                "sourceIp": scope.client.rpartition(":")[0],
                "principalOrgId": None,
                "accessKey": None,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": None,
                "userAgent": headers.get("user-agent"),
                "user": None,
            },
            "domainName": "a1b2c3d4e5.execute-api.us-east-1.localhost",
            "deploymentId": "x1y2z3",
            "apiId": "a1b2c3d4e5",
        },
        "body": body.decode() if body else None,
        "isBase64Encoded": False,
    }


async def app(scope: Scope, protocol: HTTPProtocol) -> None:
    """One request: route, event, handler, response."""
    body = b"" if scope.method == "GET" else await protocol()
    path = scope.path.removeprefix(_STAGE)
    if (scope.method, path) not in _ROUTES:
        protocol.response_str(403, [("content-type", "application/json")], '{"message":"Missing Authentication Token"}')
        return
    request_id = _request_id()
    answer = _handler(build_event(scope, path, body, request_id), None)
    headers = [(name, str(value)) for name, value in answer.get("headers", {}).items()]
    headers.append(("x-amzn-requestid", request_id))
    protocol.response_bytes(answer["statusCode"], headers, answer["body"].encode())
