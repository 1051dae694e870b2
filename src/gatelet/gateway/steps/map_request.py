"""Makes what the integration gets of what the client sent: template, parameters, overrides.

Shared by every integration with mappings. Reference: apigateway-data-plane sections 9.5, 10 and 11.
"""

from __future__ import annotations

from gatelet.gateway import context
from gatelet.gateway.errors import ApiConfigurationError, BadRequestBody, UnsupportedMediaType
from gatelet.gateway.events.proxy import is_binary
from gatelet.gateway.exchange import Exchange, OutgoingRequest, Pairs
from gatelet.gateway.header_values import override, sendable, texts_of
from gatelet.gateway.jsonpath import PathError
from gatelet.gateway.mapping.errors import InvalidJsonBody
from gatelet.gateway.mapping.parameters import Body, Mapped, Place, Rule, Target, Values, apply
from gatelet.gateway.mapping.plan import CATCH_ALL, BodyTemplate, RequestMapping
from gatelet.gateway.media_types import DEFAULT_TYPE, handle_request, media_type_of
from gatelet.gateway.overrides import Overrides
from gatelet.gateway.steps.render import render


async def map_request(mapping: RequestMapping, exchange: Exchange) -> OutgoingRequest:
    """What the integration gets. Raises UnsupportedMediaType, BadRequestBody, ApiConfigurationError."""
    content_type = exchange.trace.content_type
    template = choose(mapping, content_type)
    types = exchange.snapshot.binary_media_types
    binary = bool(types) and is_binary(types, content_type)
    body, binary = handle_request(exchange.body, binary=binary, handling=mapping.content_handling)
    outgoing = OutgoingRequest(body, content_type or DEFAULT_TYPE)
    map_parameters(mapping.parameters, outgoing, exchange)
    if template is not None and not template.passes:
        if binary:
            raise ApiConfigurationError("Unable to transform request: the body is binary")
        text = await render(template, body.decode(), exchange, what="request")
        outgoing.body = text.encode("utf-8", "replace")
        if exchange.trace.overridden is not None:
            apply_overrides(exchange.trace.overridden, outgoing)
    return outgoing


def choose(mapping: RequestMapping, content_type: str | None) -> BodyTemplate | None:
    """The template for a content type; None: the body passes. Raises UnsupportedMediaType."""
    templates = mapping.templates
    template = templates.get(media_type_of(content_type)) or templates.get(CATCH_ALL)
    if template is not None:
        return template
    if mapping.passthrough == "NEVER" or (templates and mapping.passthrough == "WHEN_NO_TEMPLATES"):
        raise UnsupportedMediaType
    return None


def map_parameters(rules: tuple[Rule, ...], outgoing: OutgoingRequest, exchange: Exchange) -> None:
    """Put mapped parameters into the request. Raises BadRequestBody for a body that is not JSON.

    A header that cannot stand on a wire is left out.
    """
    if not rules:
        return
    for target, value in _mapped(rules, exchange):
        values = (value,) if isinstance(value, str) else value
        match target.place:
            case Place.HEADER:
                outgoing.headers += [(target.name, text) for text in values if sendable(target.name, text)]
            case Place.QUERY_STRING:
                outgoing.query += [(target.name, text) for text in values]
            case Place.PATH:
                outgoing.path[target.name] = values[-1]


def _mapped(rules: tuple[Rule, ...], exchange: Exchange) -> list[tuple[Target, Mapped]]:
    trace, parameters = exchange.trace, exchange.parameters
    values = Values(
        headers=parameters.headers,
        body=Body(exchange.body.decode("utf-8", "replace")),
        context=lambda name: context.find(trace, name.removeprefix("context.")),
        stage_variables=exchange.snapshot.variables,
        path=parameters.path,
        query=parameters.query,
    )
    try:
        return apply(rules, values)
    except (InvalidJsonBody, PathError) as error:
        raise BadRequestBody("Invalid JSON in request body") from error


def apply_overrides(overrides: Overrides, outgoing: OutgoingRequest) -> None:
    """Put what the template has set in place of what was mapped: an override wins."""
    request = overrides.request
    headers: Pairs = override(outgoing.headers, request.place("header"), fold=True)
    outgoing.headers = [(name, value) for name, value in headers if sendable(name, value)]
    outgoing.query = override(outgoing.query, request.place("querystring"), fold=False)
    for name, value in request.place("path").items():
        texts = texts_of(value)
        if texts:
            outgoing.path[name] = texts[-1]
