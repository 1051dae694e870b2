"""The variables of a request: one table for templates, mappings, gateway responses and logs.

``find`` gives a variable by its name without ``context.``; its value is what AWS's is: text, a number, or None
where the request has no such thing. ``parameter`` finds ``method.request.*``.
Reference: apigateway-data-plane sections 4, 11 and 17; apigateway-mapping-templates section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import orjson

from gatelet.gateway.events.head import PROTOCOL
from gatelet.gateway.events.proxy import DROPPED, parse_query
from gatelet.gateway.response_types import DEFAULT_4XX, DEFAULT_5XX
from gatelet.gateway.trace import Trace

Read: TypeAlias = Callable[[Trace], object]


def find(trace: Trace, name: str) -> object:
    """The value of ``$context.{name}`` (``identity.sourceIp``), or None."""
    read = VARIABLES.get(name)
    if read is not None:
        return read(trace)
    group, _, member = name.partition(".")
    if group == "authorizer":
        return _authorizer(trace, member)
    if group == "identity":
        return None if trace.identity is None else trace.identity.get(member)
    return None


def lookup(trace: Trace, name: str) -> str | None:
    """The text of ``context.*``, ``stageVariables.*`` or ``method.request.*``, as gateway responses show it."""
    group, _, rest = name.partition(".")
    if group == "context":
        return text_of(find(trace, rest))
    if group == "stageVariables":
        return None if trace.snapshot is None else trace.snapshot.variables.get(rest)
    return parameter(trace, name)


def text_of(value: object) -> str | None:
    """How a variable prints."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def parameter(trace: Trace, name: str) -> str | None:
    """The value of ``method.request.{path|querystring|header}.x``, or None."""
    _, _, place, wanted = name.split(".", 3)
    if place == "path":
        route = trace.route
        return None if route is None or route.path_parameters is None else route.path_parameters.get(wanted)
    if place == "querystring":
        values, _ = parse_query(trace.request.query)
        return None if values is None else values.get(wanted)
    if wanted.lower() in DROPPED:
        return None
    found = [value for key, value in trace.request.headers if key == wanted]
    return found[-1] if found else None


def members(trace: Trace, group: str) -> tuple[str, ...]:
    """The names that ``$context.keySet()`` (``group`` is empty) or ``$context.identity.keySet()`` gives.

    In AWS's order as recorded; identity's further members and the authorizer come last (?).
    """
    if group == "identity":
        return (*IDENTITY, *(name for name in trace.identity or () if name not in IDENTITY))
    if group == "authorizer":
        return tuple(trace.authorizer or ())
    canary = ("isCanaryRequest",) if trace.is_canary is not None else ()
    authorizer = ("authorizer",) if trace.authorizer is not None else ()
    return (*_KEYS, *canary, *authorizer)


def _authorizer(trace: Trace, name: str) -> object:
    """A member of the authorizer's context: ``principalId``, ``claims.sub``, a property of its own."""
    context = trace.authorizer
    if context is None:
        return None
    if name in context:
        value = context[name]
        return None if isinstance(value, Mapping) else value
    group, _, member = name.partition(".")
    claims = context.get(group)
    return claims.get(member) if isinstance(claims, Mapping) else None


def _identity(name: str) -> Read:
    return lambda trace: None if trace.identity is None else trace.identity.get(name)


def _user_agent(trace: Trace) -> object:
    """The client's; in a test the caller's own."""
    own = None if trace.identity is None else trace.identity.get("userAgent")
    return own or trace.request.header("user-agent")


def _resource_id(trace: Trace) -> str | None:
    return None if trace.route is None else trace.route.resource.id


def _resource_path(trace: Trace) -> str | None:
    return None if trace.route is None else trace.route.resource.path


def _account_id(trace: Trace) -> str | None:
    return None if trace.snapshot is None else trace.snapshot.scope.account


def _deployment_id(trace: Trace) -> str | None:
    return None if trace.snapshot is None else trace.snapshot.deployment_id


def _message(trace: Trace) -> str | None:
    return None if trace.failure is None else trace.failure.message


def _message_string(trace: Trace) -> str | None:
    return None if trace.failure is None else orjson.dumps(trace.failure.message).decode()


def _validation_error(trace: Trace) -> str | None:
    return None if trace.failure is None else trace.failure.validation_error


def _response_type(trace: Trace) -> str | None:
    failure = trace.failure
    if failure is None:
        return None
    return failure.response_type or (DEFAULT_4XX if failure.status < 500 else DEFAULT_5XX)


def _integration(member: str) -> Read:
    """A member of what is known of the integration's answer (trace.IntegrationFacts); nothing before it answered."""
    return lambda trace: None if trace.integration is None else getattr(trace.integration, member)


IDENTITY = (
    "cognitoIdentityPoolId",
    "accountId",
    "cognitoIdentityId",
    "caller",
    "sourceIp",
    "principalOrgId",
    "accessKey",
    "cognitoAuthenticationType",
    "cognitoAuthenticationProvider",
    "userArn",
    "userAgent",
    "user",
)
"""The members of ``$context.identity``, in the recorded order."""

_KEYS = (
    "resourceId",
    "resourcePath",
    "httpMethod",
    "extendedRequestId",
    "requestTime",
    "path",
    "accountId",
    "protocol",
    "requestOverride",
    "stage",
    "domainPrefix",
    "requestTimeEpoch",
    "requestId",
    "identity",
    "domainName",
    "deploymentId",
    "responseOverride",
    "apiId",
)
"""``$context.keySet()``, in the recorded order."""

VARIABLES: Mapping[str, Read] = {
    "accountId": _account_id,
    "apiId": lambda trace: trace.address.api_id,
    "awsEndpointRequestId": _integration("request_id"),
    "deploymentId": _deployment_id,
    "domainName": lambda trace: trace.domain_name,
    "domainPrefix": lambda trace: trace.domain_name.partition(".")[0],
    "error.message": _message,
    "error.messageString": _message_string,
    "error.responseType": _response_type,
    "error.validationErrorString": _validation_error,
    "extendedRequestId": lambda trace: trace.extended_id,
    "httpMethod": lambda trace: trace.verb,
    "authorizer.principalId": lambda trace: None if trace.authorizer is None else _authorizer(trace, "principalId"),
    **{f"identity.{name}": _identity(name) for name in (*IDENTITY, "apiKey", "apiKeyId")},
    "identity.sourceIp": lambda trace: trace.client.source_ip,
    "identity.userAgent": _user_agent,
    "integration.error": _integration("error"),
    "integration.integrationStatus": _integration("function_status"),
    "integration.latency": _integration("milliseconds"),
    "integration.requestId": _integration("request_id"),
    "integration.status": _integration("status"),
    "integrationErrorMessage": _integration("error"),
    "integrationLatency": _integration("milliseconds"),
    "integrationStatus": _integration("function_status"),
    "isCanaryRequest": lambda trace: trace.is_canary,
    "path": lambda trace: trace.context_path,
    "protocol": lambda _: PROTOCOL,
    "responseLatency": lambda trace: trace.latency,
    "responseLength": lambda trace: trace.response_length,
    "requestId": lambda trace: trace.request_id,
    "requestTime": lambda trace: trace.request_time,
    "requestTimeEpoch": lambda trace: trace.epoch_milliseconds,
    "resourceId": _resource_id,
    "resourcePath": _resource_path,
    "stage": lambda trace: trace.address.stage,
    "status": lambda trace: trace.status,
}
"""Every variable that can have a value; those of access logs alone are in gatelet.gateway.phases."""

GROUPS = ("authorizer", "authorizer.claims", "error", "identity", "integration")
"""The variables that hold others."""

NOTHING: Mapping[str, Read] = MappingProxyType({})


def _table(group: str) -> Mapping[str, Read]:
    """The variables of one group by their own names; of the empty group those without a dot."""
    names = {name: (name.rpartition(".")[0], name.rpartition(".")[2]) for name in VARIABLES}
    return {own: VARIABLES[name] for name, (of, own) in names.items() if of == group}


TABLES: Mapping[str, Mapping[str, Read]] = {group: _table(group) for group in ("", *GROUPS)}
