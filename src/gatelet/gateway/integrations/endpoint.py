"""Asks an HTTP endpoint for an integration, and says in AWS's words what went wrong.

Reference: apigateway-data-plane sections 4, 8.3, 9.2 and 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from gatelet.gateway.errors import (
    ApiConfigurationError,
    GatewayError,
    IntegrationFailure,
    IntegrationTimeout,
    NetworkError,
)
from gatelet.gateway.exchange import Exchange, Pairs
from gatelet.gateway.steps import narrate
from gatelet.gateway.steps.decode import WINDOWS, NotInflatable, TooMuch, unfold
from gatelet.gateway.trace import IntegrationFacts
from gatelet.http.client.errors import (
    AnswerTooLarge,
    ClientError,
    ClientTimeout,
    InvalidOutgoing,
    InvalidTarget,
)
from gatelet.http.client.message import Answer, ClientRequest

Place = TypeVar("Place")

TOO_LARGE = (
    "Execution failed due to configuration error: The integration's response is over the limit of 10485760 bytes"
)


async def ask(request: ClientRequest, timeout: float, exchange: Exchange, *, stream: bool = False) -> Answer:
    """The endpoint's answer. Raises ApiConfigurationError, IntegrationFailure, IntegrationTimeout, NetworkError.

    ``stream``: only its header is there yet, and its body must be closed; never while somebody listens to the story.
    """
    http, story, clock = exchange.ports.http, exchange.trace.story, exchange.ports.clock
    if http is None:
        raise NetworkError("this gateway asks no endpoints")
    if story is not None:
        uri = f"{request.origin.scheme}://{request.origin.authority}{request.target}"
        narrate.endpoint_request(story, uri, request.headers, request.body)
    began = clock.monotonic()
    try:
        answer = await (http.stream(request, timeout) if stream and story is None else http.send(request, timeout))
    except ClientError as error:
        raise failure_of(error) from error
    exchange.trace.integration = IntegrationFacts(answer.status, round((clock.monotonic() - began) * 1000))
    if story is not None:
        body = answer.body if isinstance(answer.body, bytes) else b""
        narrate.endpoint_response(story, exchange.trace, answer.headers, body)
    return answer


def failure_of(error: ClientError) -> GatewayError:
    """The failure that an exchange without an answer is."""
    match error:
        case InvalidTarget():
            return ApiConfigurationError(f"Invalid endpoint address: {error}")
        case InvalidOutgoing():
            return ApiConfigurationError(f"Invalid endpoint request: {error}")
        case ClientTimeout():
            return IntegrationTimeout()
        case AnswerTooLarge():
            return IntegrationFailure(TOO_LARGE)
        case _:
            return NetworkError(str(error))


def check_headers(headers: Pairs, illegal: frozenset[str]) -> None:
    """Raises ApiConfigurationError for a header that a template must not set (data-plane 8.2)."""
    for name, _ in headers:
        if name.lower() in illegal:
            raise ApiConfigurationError(f"{name} header already present")


def placed(fill: Callable[[Mapping[str, str]], Place], values: Mapping[str, str]) -> Place:
    """Where a request goes: a URI's ``fill``. Raises ApiConfigurationError."""
    try:
        return fill(values)
    except InvalidTarget as invalid:
        raise ApiConfigurationError(f"Invalid endpoint address: {invalid}") from invalid


async def decoded(answer: Answer) -> tuple[Pairs, bytes]:
    """Headers and body without the body's Content-Encoding; one that is not known stays. Raises IntegrationFailure."""
    body = answer.body
    assert isinstance(body, bytes)
    coding = header_of(answer.headers, "content-encoding").strip().lower()
    if coding not in WINDOWS:
        return answer.headers, body
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-encoding"]
    if not body:  # an answer to HEAD
        return headers, body
    try:
        return headers, await unfold(body, coding)
    except TooMuch:
        raise IntegrationFailure(TOO_LARGE) from None
    except NotInflatable:
        raise NetworkError(f"the answer is not {coding}, as its Content-Encoding says") from None


def header_of(headers: Pairs, name: str) -> str:
    """The last value of a header, empty without one (``name`` in lower case)."""
    return next((value for key, value in reversed(headers) if key.lower() == name), "")
