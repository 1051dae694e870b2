"""The span of an invocation that is traced."""

from __future__ import annotations

from gatelet.functions.event import Event
from gatelet.functions.host import Host
from gatelet.metrics.spans import Span, read_amazon


def count(host: Host, event: Event, seconds: float, *, error: bool) -> None:
    """Count an invocation that ended now, and tell its span if its trace is sampled."""
    version = event.function.version
    host.meters.meter(event.arn, version).ended(seconds * 1000, error=error)
    if host.spans is None:
        return
    context = read_amazon(event.trace_id)
    if context is None or not context.sampled:
        return
    now = host.clock.now()
    attributes = {"faas.invocation_id": event.request_id, "faas.version": version, "cloud.resource_id": event.arn}
    span = Span(
        context.trace_id,
        host.ids.hex(16),
        context.parent_id,
        event.function.name,
        "server",
        now - seconds,
        now,
        attributes,
        "the function failed" if error else "",
    )
    host.spans.finished(span)
