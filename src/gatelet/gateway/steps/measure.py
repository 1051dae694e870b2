"""Counts an answered request. Reference: API Gateway Developer Guide, "Amazon API Gateway dimensions and metrics"."""

from __future__ import annotations

from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace
from gatelet.metrics.requests import MethodLabels, RequestMeters


def measure(snapshot: Snapshot, trace: Trace, meters: RequestMeters, status: int, milliseconds: float) -> None:
    """Count the request: with its method, or with its stage where it met none."""
    route, facts = trace.route, trace.integration
    if route is None:
        which = (f"{snapshot.api_id}/{snapshot.stage}", snapshot.api_name, False)
    else:
        which = (route.method.source_arn, snapshot.api_name, route.method.metered)
    meter = meters.get(which) or meters.open(which, _labels(snapshot, route))
    meter.record(status, milliseconds, None if facts is None else facts.milliseconds, trace.cached)


def _labels(snapshot: Snapshot, route: Route | None) -> MethodLabels:
    scope = snapshot.scope
    labels = MethodLabels(scope.account, scope.region, snapshot.api_id, snapshot.api_name, snapshot.stage)
    if route is None:
        return labels
    return labels._replace(resource=route.resource.path, method=route.method.verb, detailed=route.method.metered)
