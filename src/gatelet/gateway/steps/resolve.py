"""Finds the method that a request is for, or says that there is none.

Reference: apigateway-data-plane section 3; apigateway-authorization-limits section 3 (unknown routes).
"""

from __future__ import annotations

from gatelet.gateway.errors import Forbidden, GatewayError, IncompleteSignature, MissingAuthenticationToken
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace
from gatelet.wire.authorization import credential_of
from gatelet.wire.errors import Unauthenticated


def admit(snapshot: Snapshot | None) -> Snapshot:
    """The stage, if there is one and its default endpoint (every form of an invoke URL) is open. Raises Forbidden."""
    if snapshot is None or snapshot.endpoint_disabled:
        raise Forbidden
    return snapshot


def resolve(snapshot: Snapshot, trace: Trace) -> Route:
    """The route of the request. Raises MissingAuthenticationToken, IncompleteSignature."""
    route = snapshot.router.match(trace.verb, trace.address.path)
    if route is None:
        raise _unknown_route(trace)
    return route


def _unknown_route(trace: Trace) -> GatewayError:
    """AWS reads the Authorization header of a request for nothing as if it were a signature."""
    if trace.request.header("authorization") is None:
        return MissingAuthenticationToken()
    try:
        credential_of(trace.request, hashed=True)
    except Unauthenticated as malformed:
        return IncompleteSignature(malformed.message or "")
    return MissingAuthenticationToken()
