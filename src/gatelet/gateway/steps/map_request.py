"""Makes what the integration gets of what the client sent: template, parameters, overrides.

Shared by every integration with mappings. Reference: apigateway-data-plane sections 9.5, 10 and 11.
"""

from __future__ import annotations

from typing import TypeAlias

from gatelet.gateway import context
from gatelet.gateway.errors import ApiConfigurationError, BadRequestBody, UnsupportedMediaType
from gatelet.gateway.events.proxy import is_binary
from gatelet.gateway.exchange import Exchange, OutgoingRequest, Pairs
from gatelet.gateway.header_values import clean, override, sendable, texts_of
from gatelet.gateway.jsonpath import Allowance, PathError
from gatelet.gateway.mapping.errors import InvalidJsonBody
from gatelet.gateway.mapping.parameters import Body, Mapped, Place, Rule, Target, Values, apply
from gatelet.gateway.mapping.plan import CATCH_ALL, BodyTemplate, RequestMapping
from gatelet.gateway.media_types import DEFAULT_TYPE, handle_request, media_type_of
from gatelet.gateway.off_loop import LARGE_BYTES, Effort, attempt
from gatelet.gateway.overrides import Overrides
from gatelet.gateway.steps.render import failed, render
from gatelet.gateway.vtl import TemplateError

_Values: TypeAlias = list[tuple[Target, Mapped]]


async def map_request(mapping: RequestMapping, exchange: Exchange) -> OutgoingRequest:
    """What the integration gets. Raises UnsupportedMediaType, BadRequestBody, ApiConfigurationError."""
    trace = exchange.trace
    content_type, earlier = trace.content_type, trace.overridden
    template = choose(mapping, content_type)
    types = exchange.snapshot.binary_media_types
    is_of_binary_type = bool(types) and is_binary(types, content_type)

    def work(effort: Effort) -> OutgoingRequest:
        body, binary = handle_request(exchange.body, binary=is_of_binary_type, handling=mapping.content_handling)
        outgoing = OutgoingRequest(body, content_type or DEFAULT_TYPE, [], [], {})
        if mapping.parameters:
            put_parameters(_mapped(mapping.parameters, exchange, effort), outgoing)
        if template is not None:
            if binary:
                raise ApiConfigurationError("Unable to transform request: the body is binary")
            outgoing.body = render(template, Body(body.decode()), exchange, earlier, effort)
            if trace.overridden is not None:
                apply_overrides(trace.overridden, outgoing)
        return outgoing

    try:
        outgoing = attempt(work) if len(exchange.body) <= LARGE_BYTES else None
        return await exchange.ports.off_loop.run(work, large=True) if outgoing is None else outgoing
    except (InvalidJsonBody, PathError) as error:
        raise BadRequestBody("Invalid JSON in request body") from error
    except TemplateError as error:
        raise failed("request", error) from error


def choose(mapping: RequestMapping, content_type: str | None) -> BodyTemplate | None:
    """The template for a content type; None: the body passes. Raises UnsupportedMediaType."""
    templates = mapping.templates
    template = templates.get(media_type_of(content_type)) or templates.get(CATCH_ALL)
    if template is not None:
        return None if template.passes else template
    if mapping.passthrough == "NEVER" or (templates and mapping.passthrough == "WHEN_NO_TEMPLATES"):
        raise UnsupportedMediaType
    return None


def put_parameters(values: _Values, outgoing: OutgoingRequest) -> None:
    """Put mapped parameters into the request. A header that cannot stand on a wire is left out."""
    for target, value in values:
        texts = [clean(text) for text in ((value,) if isinstance(value, str) else value)]
        match target.place:
            case Place.HEADER:
                outgoing.headers += [(target.name, text) for text in texts if sendable(target.name, text)]
            case Place.QUERY_STRING:
                outgoing.query += [(target.name, text) for text in texts]
            case Place.PATH:
                outgoing.path[target.name] = texts[-1]


def _mapped(rules: tuple[Rule, ...], exchange: Exchange, effort: Effort) -> _Values:
    """Raises InvalidJsonBody, PathError."""
    trace, parameters = exchange.trace, exchange.parameters
    values = Values(
        headers=parameters.headers,
        body=Body(exchange.body.decode("utf-8", "replace")),
        context=lambda name: context.find(trace, name.removeprefix("context.")),
        stage_variables=exchange.snapshot.variables,
        path=parameters.path,
        query=parameters.query,
        allowance=Allowance(effort.visits),
    )
    return apply(rules, values)


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
