"""Finds the method that a request is for, or says that there is none.

Reference: apigateway-data-plane section 3; apigateway-authorization-limits section 3 (unknown routes).
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from gatelet.gateway.errors import Forbidden, GatewayError, IncompleteSignature, MissingAuthenticationToken
from gatelet.gateway.router import Route
from gatelet.gateway.snapshot import Snapshot
from gatelet.gateway.trace import Trace

_SIGNATURE_PARTS = ("Credential", "Signature", "SignedHeaders")


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
    header = trace.request.header("authorization")
    if header is None:
        return MissingAuthenticationToken()
    scheme, blank, rest = header.strip().partition(" ")
    parts = [part.strip() for part in (rest if blank else scheme).split(",")]
    if not all("=" in part for part in parts):
        digest = b64encode(sha256(header.encode("latin-1", "replace")).digest()).decode()
        return IncompleteSignature(
            "Invalid key=value pair (missing equal-sign) in Authorization header "
            f"(hashed with SHA-256 and encoded with Base64): '{digest}'."
        )
    names = {part.partition("=")[0] for part in parts}
    missing = [f"Authorization header requires '{part}' parameter." for part in _SIGNATURE_PARTS if part not in names]
    if not missing:
        return MissingAuthenticationToken()
    if trace.request.header("x-amz-date") is None and trace.request.header("date") is None:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    return IncompleteSignature(" ".join((*missing, f"Authorization={scheme}")))
