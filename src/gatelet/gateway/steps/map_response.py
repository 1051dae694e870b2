"""Makes the response of what the integration answered: selection, template, headers, overrides.

Shared by every integration with mappings. Reference: apigateway-data-plane sections 8.3, 9.4, 10 and 11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from gatelet.gateway import context
from gatelet.gateway.errors import ApiConfigurationError
from gatelet.gateway.events.proxy import is_binary
from gatelet.gateway.exchange import Exchange, IntegrationReply, Pairs
from gatelet.gateway.header_rules import is_name, is_value, response_header_name
from gatelet.gateway.header_values import override
from gatelet.gateway.jsonpath import Allowance, PathError
from gatelet.gateway.mapping.errors import InvalidJsonBody
from gatelet.gateway.mapping.parameters import Body, Rule, Values
from gatelet.gateway.mapping.plan import BodyTemplate, ResponseMapping, ResponseMappings
from gatelet.gateway.media_types import DEFAULT_TYPE, handle_response, media_type_of
from gatelet.gateway.off_loop import LARGE_BYTES, Effort, attempt
from gatelet.gateway.steps.own_headers import own_headers
from gatelet.gateway.steps.render import failed, render
from gatelet.gateway.steps.select import select
from gatelet.gateway.vtl import TemplateError
from gatelet.http.response import Response

_TYPE_LENGTH = len("content-type")


@lru_cache(maxsize=1_024)
def _known_name(name: str) -> str | None:
    """The name under which a header reaches the client; None: it does not, or it is no name."""
    shown = response_header_name(name)
    return shown if shown is not None and is_name(shown.encode("ascii", "replace")) else None


async def map_response(responses: ResponseMappings, reply: IntegrationReply, exchange: Exchange) -> Response:
    """The response to the client. Raises ApiConfigurationError."""
    chosen = await select(responses, reply, exchange) if reply.matched else responses.default
    if chosen is None:
        raise ApiConfigurationError("No match for output mapping and no default output mapping configured")
    if not chosen.declared:
        raise ApiConfigurationError(f"Output mapping refers to an invalid method response: {chosen.status}")
    trace, types = exchange.trace, exchange.snapshot.binary_media_types
    of_binary_type = wanted = False
    if types and reply.body:
        of_binary_type, wanted = is_binary(types, reply.content_type), is_binary(types, trace.request.header("accept"))
    template, earlier = _choose(chosen, exchange), trace.overridden

    def work(effort: Effort) -> tuple[bytes, Pairs]:
        body, binary = handle_response(
            reply.body, binary=of_binary_type, wanted=wanted, handling=chosen.content_handling
        )
        if template is None and not chosen.parameters:
            return body, []
        text = Body(reply.body.decode("utf-8", "replace"))
        headers = _mapped(chosen.parameters, text, reply, exchange, effort) if chosen.parameters else []
        if template is not None:
            if binary:
                raise ApiConfigurationError("Unable to transform response: the body is binary")
            body = render(template, Body(body.decode()) if of_binary_type else text, exchange, earlier, effort)
        return body, headers

    try:
        made = attempt(work) if len(reply.body) <= LARGE_BYTES else None
        body, headers = await exchange.ports.off_loop.run(work, large=True) if made is None else made
    except (InvalidJsonBody, PathError) as error:
        raise ApiConfigurationError(f"Unable to map the response's parameters: {error}") from error
    except TemplateError as error:
        raise failed("response", error) from error
    overrides, status = trace.overridden, chosen.status
    if overrides is not None:
        headers = override(headers, overrides.response.place("header"), fold=True)
        status = _status(overrides.response.value("status")) or status
    return Response(status, body=body, raw_headers=_header_lines(headers, reply, exchange))


def _choose(chosen: ResponseMapping, exchange: Exchange) -> BodyTemplate | None:
    """The template of Accept's first media type, else the first there is; None: the body passes."""
    templates = chosen.templates
    if not templates:
        return None
    template = next(iter(templates.values()))
    if len(templates) > 1:
        template = templates.get(media_type_of(exchange.trace.request.header("accept"))) or template
    return None if template.passes else template


def _mapped(rules: tuple[Rule, ...], body: Body, reply: IntegrationReply, exchange: Exchange, effort: Effort) -> Pairs:
    """Raises InvalidJsonBody, PathError."""
    trace = exchange.trace
    values = Values(
        headers=ReplyHeaders(reply.headers) if reply.headers else {},
        body=body,
        context=lambda name: context.find(trace, name.removeprefix("context.")),
        stage_variables=exchange.snapshot.variables,
        path={},
        query={},
        allowance=Allowance(effort.visits),
    )
    pairs = []
    for rule in rules:
        value = rule.read(values)
        if value:
            pairs.append((rule.target.name, value if isinstance(value, str) else ",".join(value)))
    return pairs


class ReplyHeaders(Mapping[str, Sequence[str]]):
    """An integration's headers, found whatever the case of their names."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> Sequence[str]:
        key = name.lower()
        found = [value for own, value in self._pairs if own.lower() == key]
        if not found:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter({name.lower() for name, _ in self._pairs})

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._pairs})


def _status(value: object) -> int | None:
    """A status that a template has set, None for what cannot be the status of a response."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    # 1xx would be an interim answer (RFC 9110 section 15.2)
    return value if type(value) is int and 200 <= value <= 599 else None


def _header_lines(headers: Pairs, reply: IntegrationReply, exchange: Exchange) -> bytes:
    lines = own_headers(exchange.trace, exchange.trace_ids[1] if reply.traced else None)
    typed = False
    for name, value in headers:
        shown = _known_name(name)
        if shown is not None and (value.isprintable() or is_value(value.encode("latin-1", "replace"))):
            typed = typed or (len(shown) == _TYPE_LENGTH and shown.lower() == "content-type")
            lines += f"{shown}: {value}\r\n"
    if not typed:
        lines += f"Content-Type: {DEFAULT_TYPE}\r\n"
    return lines.encode("latin-1", "replace")
