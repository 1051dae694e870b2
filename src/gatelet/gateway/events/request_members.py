"""What a request adds to its event's head."""

from __future__ import annotations

from gatelet.gateway.router import Route
from gatelet.gateway.trace import Trace


def request_members(trace: Trace, route: Route, trace_id: str | None) -> tuple[object, ...]:
    """The request's half of the head, in the order that gatelet.gateway.events.proxy documents."""
    request, client, domain = trace.request, trace.client, trace.domain_name
    return (
        trace.verb,
        trace.path,
        trace.context_path,
        route.path_parameters,
        request.query,
        request.headers,
        trace_id,
        client.chain,
        client.port,
        client.scheme,
        domain,
        domain.partition(".")[0],
        trace.request_time,
        trace.epoch_milliseconds,
        trace.request_id,
        trace.extended_id,
        client.source_ip,
        trace.authorizer,
        trace.identity,
    )
