"""The header lines that the gateway adds to every answer of an integration.

Reference: apigateway-data-plane section 8.1.
"""

from __future__ import annotations

from gatelet.gateway.trace import Trace


def own_headers(trace: Trace, trace_id: str | None) -> str:
    """The lines; ``trace_id`` is None where AWS shows none (MOCK, HTTP_PROXY)."""
    lines = f"x-amzn-RequestId: {trace.request_id}\r\nx-amz-apigw-id: {trace.extended_id}\r\n"
    return lines if trace_id is None else f"{lines}X-Amzn-Trace-Id: {trace_id}\r\n"
