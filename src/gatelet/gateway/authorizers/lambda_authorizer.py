"""Asks a Lambda authorizer: the function, or the answer that is kept. Whatever goes wrong refuses the request.

Reference: apigateway-authorization-limits section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import orjson

from gatelet.gateway.authorizers.authorization import LambdaAuthorizer
from gatelet.gateway.authorizers.cache import CacheKey
from gatelet.gateway.authorizers.caller_identity import read_values
from gatelet.gateway.authorizers.events import request_event, token_event
from gatelet.gateway.authorizers.output import AuthorizerOutput, InvalidOutput, read_output
from gatelet.gateway.authorizers.whole_match import matches_whole
from gatelet.gateway.errors import AuthorizerConfigurationError, Unauthorized
from gatelet.gateway.ports import InvokeReply, InvokerError, Ports
from gatelet.gateway.router import Route
from gatelet.gateway.steps import narrate_access
from gatelet.gateway.trace import Trace

_TIMEOUT_SECONDS = 29.0
"""The integration's own timeout does not count here; AWS names none for REST APIs (section 4.1 (?))."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_UNAUTHORIZED = "Unauthorized"
"""The only message of a function that becomes 401."""


async def ask(
    authorizer: LambdaAuthorizer,
    route: Route,
    trace: Trace,
    ports: Ports,
    method_arn: str,
    context: Mapping[str, str] = _NOTHING,
) -> AuthorizerOutput:
    """The function's answer. Sets ``trace.authorizer`` and ``trace.usage_key``.

    ``context``: what a test says of ``$context`` variables, in the place of the request's own.

    Raises Unauthorized, AuthorizerConfigurationError.
    """
    if trace.story is not None:
        trace.story.secret = frozenset([source.name.lower() for source in authorizer.sources])
    try:
        identity = _identity(authorizer, trace, context)
    except Unauthorized:
        if trace.story is not None:
            narrate_access.unauthorized(trace.story, trace)
        raise
    address, cache = trace.address, ports.authorizer_cache
    key = CacheKey(address.api_id, address.stage, authorizer.id, authorizer.setup, tuple(identity))
    cached = cache.get(key, trace.received) if authorizer.ttl > 0 else None
    if cached is not None:
        _remember(trace, cached, 0)
        trace.output_kept = True
        return cached
    if trace.story is not None:
        narrate_access.authorizer_asked(trace.story, trace, authorizer.id, ",".join(first for first, *_ in identity))
    began, flushes = ports.clock.monotonic(), cache.flushes
    output = await _call(authorizer, identity, route, trace, ports, method_arn, context)
    if trace.story is not None:
        narrate_access.authorizer_answered(trace.story, output.principal_id)
    if authorizer.ttl > 0:
        cache.put(key, output, ports.clock.now() + authorizer.ttl, flushes)
    _remember(trace, output, round((ports.clock.monotonic() - began) * 1000))
    return output


def _identity(authorizer: LambdaAuthorizer, trace: Trace, context: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The values of each identity source.

    Raises Unauthorized: one is missing or empty, or the token does not match, or is not the only one.
    """
    identity = [read_values(source, trace, context) for source in authorizer.sources]
    for values in identity:
        if not values or "" in values:
            raise Unauthorized
    if authorizer.token:
        ((token, *others),) = identity
        if others or (authorizer.validation is not None and not matches_whole(authorizer.validation, token)):
            raise Unauthorized
    return identity


async def _call(
    authorizer: LambdaAuthorizer,
    identity: list[tuple[str, ...]],
    route: Route,
    trace: Trace,
    ports: Ports,
    method_arn: str,
    context: Mapping[str, str],
) -> AuthorizerOutput:
    trace_ids = trace.trace_ids(ports)
    if authorizer.token:
        event = token_event(identity[0][0], method_arn)
    else:
        event = request_event(trace, route, method_arn, trace_ids[0], context)
    assert trace.snapshot is not None
    try:
        reply = await ports.invoker.invoke(
            authorizer.target,
            orjson.dumps(event),
            asynchronous=False,
            client_context=None,
            source_arn=authorizer.source_arn,
            source_account=trace.snapshot.scope.account,
            trace_id=trace_ids[1],
            timeout=_TIMEOUT_SECONDS,
            role=authorizer.role,
        )
    except InvokerError as error:
        raise AuthorizerConfigurationError(f"The authorizer's function was not run: {error}") from error
    trace.authorizer_request_id = reply.request_id
    if reply.function_error is not None:
        raise _failed(reply)
    try:
        return read_output(reply.payload)
    except InvalidOutput as invalid:
        raise AuthorizerConfigurationError(str(invalid)) from invalid


def _failed(reply: InvokeReply) -> Unauthorized | AuthorizerConfigurationError:
    """What the client gets when the function raised."""
    try:
        error = orjson.loads(reply.payload)
    except orjson.JSONDecodeError:
        error = None
    message = error.get("errorMessage") if isinstance(error, dict) else None
    if message == _UNAUTHORIZED:
        return Unauthorized()
    return AuthorizerConfigurationError(f"The authorizer's function failed: {message}")


def _remember(trace: Trace, output: AuthorizerOutput, milliseconds: int) -> None:
    trace.authorizer = {
        "principalId": output.principal_id,
        **output.context,
        "integrationLatency": milliseconds,
    }
    trace.output = output
    trace.usage_key = output.usage_key
