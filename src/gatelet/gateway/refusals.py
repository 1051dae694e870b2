"""What a stage may have configured that Gatelet does not enforce or execute yet, and what AWS itself cannot run.

Each function gives the reason why a method must not be served, or None. A setting is never accepted and skipped.
Reference: apigateway-data-plane sections 7 and 8.2; apigateway-control-plane section 6.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.gateway.outgoing_headers import ILLEGAL_FOR_AWS, ILLEGAL_FOR_HTTP

_HEADER_TARGET = "integration.request.header."


def _unsupported(what: str) -> str:
    return f"Gatelet does not support {what} yet"


def refuse_api(api: Mapping[str, Any]) -> str | None:
    """Settings of the whole API."""
    if "PRIVATE" in (api.get("endpointConfiguration") or {}).get("types", ()):
        return _unsupported("private endpoints")
    return None


def refuse_stage(stage: Mapping[str, Any]) -> str | None:
    """Settings of the whole stage."""
    for member, what in (
        ("clientCertificateId", "client certificates"),
        ("webAclArn", "web ACLs"),
    ):
        if stage.get(member):
            return _unsupported(what)
    return None


STREAMING_PATH = "/response-streaming-invocations"
"""How the URI of a function ends whose response is streamed (data-plane section 14)."""


def refuse_integration(integration: Mapping[str, Any]) -> str | None:
    """Settings of an integration, AWS's own run-time refusals included."""
    kind = integration["type"]
    if kind == "MOCK":
        return None
    if kind in {"HTTP", "HTTP_PROXY"}:
        return _refuse_endpoint(integration)
    if kind not in {"AWS", "AWS_PROXY"}:
        return _unsupported(f"integrations of type {kind}")
    return _refuse_function_integration(integration)


def _refuse_function_integration(integration: Mapping[str, Any]) -> str | None:
    uri = integration["uri"]
    invokes = integration["type"] == "AWS_PROXY" or (":lambda:path/" in uri and uri.endswith("/invocations"))
    if invokes and integration.get("httpMethod") != "POST":
        return f"Lambda is invoked by POST only, not by {integration.get('httpMethod')}"
    members = ("connectionId", "tlsConfig", "integrationTarget")
    for member in members:
        if integration.get(member):
            return _unsupported(f"{member} on an integration")
    streamed = integration.get("responseTransferMode", "BUFFERED") != "BUFFERED"
    if streamed and integration["type"] != "AWS_PROXY":
        return _unsupported("responseTransferMode STREAM on an integration of type AWS")
    if streamed != uri.endswith(STREAMING_PATH):
        return f"responseTransferMode STREAM and the path {STREAMING_PATH} belong together"
    return refuse_headers(integration, ILLEGAL_FOR_AWS)


def _refuse_endpoint(integration: Mapping[str, Any]) -> str | None:
    if integration.get("connectionType", "INTERNET") != "INTERNET":
        return _unsupported(f"the connection type {integration['connectionType']}")
    for member in ("connectionId", "integrationTarget"):
        if integration.get(member):
            return _unsupported(f"{member} on an integration")
    if integration.get("responseTransferMode", "BUFFERED") != "BUFFERED" and integration["type"] != "HTTP_PROXY":
        return _unsupported("responseTransferMode STREAM on an integration of type HTTP")
    return refuse_headers(integration, ILLEGAL_FOR_HTTP)


def refuse_headers(integration: Mapping[str, Any], illegal: frozenset[str]) -> str | None:
    """Headers (in lower case) that no request parameter may be mapped to (data-plane 8.2)."""
    for target in integration.get("requestParameters") or {}:
        header = target.removeprefix(_HEADER_TARGET)
        if header != target and header.lower() in illegal:
            return f"{header} header already present"
    return None
