"""Says in the execution log why a request failed.

Reference: apigateway-data-plane sections 7 and 16 (the log adds the request id).
"""

from __future__ import annotations

from gatelet.gateway.errors import GatewayError
from gatelet.gateway.ports import ExecutionLog
from gatelet.gateway.trace import Trace


def log_failure(log: ExecutionLog, trace: Trace, error: GatewayError, status: int) -> None:
    """Write the reason of a failure and the status that the client got; failures at the door have none."""
    snapshot = trace.snapshot
    if snapshot is None or not error.reason:
        return
    scope = snapshot.scope
    lines = [error.reason, f"Method completed with status: {status}"]
    if trace.story is not None:
        for line in lines:
            trace.story.tell(line)
    else:
        log.write(scope.account, scope.region, snapshot.api_id, snapshot.log_stage, trace.request_id, lines)
