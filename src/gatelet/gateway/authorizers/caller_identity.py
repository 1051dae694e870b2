"""Reads the caller's identity from a request. Reference: apigateway-authorization-limits section 4.1."""

from __future__ import annotations

from gatelet.gateway.authorizers.identity_sources import IdentitySource
from gatelet.gateway.context import find, text_of
from gatelet.gateway.events.proxy import parse_query
from gatelet.gateway.trace import Trace


def read_source(source: IdentitySource, trace: Trace) -> str | None:
    """What stands there, or None. Headers are found whatever their case."""
    match source.place:
        case "header":
            return trace.request.header(source.name.lower())
        case "querystring":
            values, _ = parse_query(trace.request.query)
            return None if values is None else values.get(source.name)
        case "stageVariables":
            return None if trace.snapshot is None else trace.snapshot.variables.get(source.name)
    return text_of(find(trace, source.name))
