"""Tells a request's life in the words of AWS's execution log; called only where somebody listens.

Reference: apigateway-data-plane sections 15 and 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatelet.aws.quotas import KIB
from gatelet.gateway.exchange import Exchange
from gatelet.gateway.story import Story
from gatelet.gateway.trace import Trace
from gatelet.http.response import Response

_LEGIBLE = 6
_MAP_CHARACTERS = 1_000
SHOWN_BYTES = 256 * KIB
"""Of a body."""
_SECRET = frozenset(
    ("authorization", "proxy-authorization", "x-amz-credential", "x-amz-security-token", "x-amz-signature", "x-api-key")
)
"""Names of headers and of query parameters, in lower case."""


def begin(story: Story, exchange: Exchange) -> None:
    """The request, as the method gets it."""
    trace = exchange.trace
    story.tell(f"Starting execution for request: {trace.request_id}")
    story.tell(f"HTTP Method: {trace.verb}, Resource Path: {trace.path}")
    if story.data:
        parameters = exchange.parameters
        story.tell(f"Method request path: {shown(parameters.path.items())}")
        story.tell(f"Method request query string: {shown(masked(_last(parameters.query), story.secret))}")
        story.tell(f"Method request headers: {shown(masked(_last(parameters.headers), story.secret))}")
        story.tell(f"Method request body before transformations: {text_of(exchange.body)}")


def endpoint_request(story: Story, uri: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """What is sent to the integration, and where."""
    if story.data:
        story.tell(f"Endpoint request URI: {uri}")
        story.tell(f"Endpoint request headers: {shown(masked(headers, story.secret))}")
        story.tell(f"Endpoint request body after transformations: {text_of(body)}")
    story.tell(f"Sending request to {uri}")


def endpoint_response(story: Story, trace: Trace, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """What the integration answered (``trace.integration`` is set)."""
    facts = trace.integration
    if facts is not None:
        if facts.request_id is not None and not trace.is_test:
            story.tell(f"AWS Integration Endpoint RequestId : {facts.request_id}")
        story.tell(f"Received response. Status: {facts.status}, Integration latency: {facts.milliseconds} ms")
    if story.data:
        story.tell(f"Endpoint response headers: {shown(headers)}")
        story.tell(f"Endpoint response body before transformations: {text_of(body)}")


def complete(story: Story, response: Response) -> None:
    """The response to the client."""
    if story.data:
        body = text_of(response.body) if isinstance(response.body, bytes) else ""
        story.tell(f"Method response body after transformations: {body}")
        story.tell(f"Method response headers: {shown(_own_left_out(response))}")
    story.tell("Successfully completed execution")
    story.tell(f"Method completed with status: {response.status}")


def text_of(body: bytes) -> str:
    """A body as a line shows it: its beginning, for a large one would hold the event loop (and be cut later)."""
    return body[:SHOWN_BYTES].decode("utf-8", "replace")


def shown(pairs: Iterable[tuple[str, str]]) -> str:
    """A map as Java prints it, cut where AWS cuts it."""
    text = "{" + ", ".join([f"{name}={value}" for name, value in pairs]) + "}"
    return text if len(text) <= _MAP_CHARACTERS else text[:_MAP_CHARACTERS] + " [TRUNCATED]"


def masked(pairs: Iterable[tuple[str, str]], also: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Headers or parameters, credentials starred out but for their last characters, as AWS does (data-plane 16)."""
    secret = _SECRET | also
    return [(name, starred(value) if name.lower() in secret else value) for name, value in pairs]


def starred(secret: str) -> str:
    """Starred out but for the last characters, and those of long ones only."""
    left = secret[-_LEGIBLE:] if len(secret) > 4 * _LEGIBLE else ""
    return "*" * (len(secret) - len(left)) + left


def _last(parameters: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, values[-1]) for name, values in parameters.items()]


def _own_left_out(response: Response) -> list[tuple[str, str]]:
    lines = response.raw_headers.decode("latin-1").split("\r\n")[:-1]
    pairs = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    return [*((n, v) for n, v in pairs if n.lower() not in {"x-amzn-requestid", "x-amz-apigw-id"}), *response.headers]
