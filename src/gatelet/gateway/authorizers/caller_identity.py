"""Reads the caller's identity from a request. Reference: apigateway-authorization-limits section 4.1."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gatelet.gateway.authorizers.identity_sources import IdentitySource
from gatelet.gateway.context import find, text_of
from gatelet.gateway.events.proxy import parse_query
from gatelet.gateway.trace import Trace

_NOTHING: Mapping[str, str] = MappingProxyType({})


def read_source(source: IdentitySource, trace: Trace) -> str | None:
    """The one value that stands there; None for none, or for several: a function would see another than was judged."""
    values = read_values(source, trace)
    return values[0] if len(values) == 1 else None


def read_values(source: IdentitySource, trace: Trace, context: Mapping[str, str] = _NOTHING) -> tuple[str, ...]:
    """Everything that stands there, since a function sees all of it. Headers are found whatever their case.

    ``context``: ``$context`` variables that go before the request's own.
    """
    match source.place:
        case "header":
            wanted, length = source.name.lower(), len(source.name)
            found = [value for name, value in trace.request.headers if len(name) == length and name.lower() == wanted]
            return tuple(found)
        case "querystring":
            _, values = parse_query(trace.request.query)
            return tuple((values or {}).get(source.name, ()))
        case "stageVariables":
            value = None if trace.snapshot is None else trace.snapshot.variables.get(source.name)
        case _:
            value = context.get(source.name) or text_of(find(trace, source.name))
    return () if value is None else (value,)
