"""Which headers a request to an endpoint carries: the gateway's own, the mapped ones, the client's. Pure.

Reference: apigateway-data-plane section 8.2 (recorded).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gatelet.gateway.events.proxy import SIGNATURE
from gatelet.gateway.header_values import Pairs

ILLEGAL_FOR_HTTP: Final = frozenset(
    ("content-length", "transfer-encoding", "x-amzn-apigateway-api-id", "x-amzn-trace-id")
)
"""In lower case: mapping to one of them fails the method (500)."""
ILLEGAL_FOR_AWS: Final = ILLEGAL_FOR_HTTP | {"authorization", "connection", "expect", "proxy-authenticate", "te"}

_INEFFECTIVE: Final = frozenset(
    ("connection", "expect", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "via")
)
"""Mapped without effect."""
_NOT_PASSED: Final = _INEFFECTIVE | {
    "content-encoding",
    "content-length",
    "content-md5",
    "host",
    "max-forwards",
    "proxy-authorization",
    "server",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "x-amzn-apigateway-api-id",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
}
"""The client's own that do not go on: hop by hop, undone already, or said anew by the gateway."""
_WITH_BODY: Final = frozenset(("POST", "PUT", "PATCH"))


def own_headers(api_id: str, trace_id: str) -> Pairs:
    """What the gateway says to every HTTP endpoint."""
    return [("X-Amzn-Apigateway-Api-Id", api_id), ("X-Amzn-Trace-Id", trace_id)]


def custom_headers(method: str, api_id: str, content_type: str, mapped: Pairs) -> Pairs:
    """Without a proxy: the defaults, each replaced by a mapped header of its name, and nothing of the client's."""
    headers = [("Accept", "application/json"), ("User-Agent", f"AmazonAPIGateway_{api_id}")]
    if method in _WITH_BODY:
        headers.append(("Content-Type", content_type))
    return replaced(headers, mapped)


def service_headers(api_id: str, trace_id: str, mapped: Pairs) -> Pairs:
    """For an AWS service: the defaults, each replaced by a mapped header of its name; its Content-Type is its own."""
    headers = [("Accept", "application/json"), ("User-Agent", f"AmazonAPIGateway_{api_id}")]
    mapped = [(name, value) for name, value in mapped if name.lower() != "referer"]
    return [*replaced(headers, mapped), ("X-Amzn-Trace-Id", trace_id)]


def passed_headers(headers: Iterable[tuple[str, str]], added: Pairs, mapped: Pairs) -> Pairs:
    """With a proxy: the client's headers and added ones, each replaced by a mapped header of its name."""
    headers = list(headers)
    hop_by_hop = {
        option.strip().lower()
        for name, value in headers
        if len(name) == 10 and name.lower() == "connection"
        for option in value.split(",")
    }
    passed = []
    for name, value in headers:
        key = name.lower()
        if key in _NOT_PASSED or key in hop_by_hop or (key == "authorization" and value.startswith(SIGNATURE)):
            continue
        passed.append((name, value))
    return replaced(passed + added, mapped)


def replaced(headers: Pairs, mapped: Pairs) -> Pairs:
    """The headers with the mapped ones in place of those of the same name; without what has no effect."""
    names = {name.lower() for name, _ in mapped}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return kept + [(name, value) for name, value in mapped if name.lower() not in _INEFFECTIVE]
