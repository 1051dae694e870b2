"""``X-Gatelet-Debug: PORT`` on Invoke: run the event under a debugger. Ours, and of the development mode alone.

An invocation waits for a client of debugpy on that port; a DryRun answers where the function's code is, as the
debugger sees it (``X-Gatelet-Task-Root``).
"""

from __future__ import annotations

from typing import Final

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError, NotSupported
from gatelet.control.operation import Call

HEADER: Final = "x-gatelet-debug"
TASK_ROOT: Final = "X-Gatelet-Task-Root"


def refuse_debugging(call: Call, operation: str) -> None:
    """Where nothing waits for a debugger. Raises NotSupported."""
    if HEADER in call.headers:
        raise NotSupported(f"X-Gatelet-Debug on {operation}")


def debug_port(call: Call, kind: str) -> int:
    """The port to wait on, 0 without the header. Raises AwsError."""
    asked = call.headers.get(HEADER)
    if asked is None:
        return 0
    if not call.ports.identity.signers.development:
        raise AwsError("AccessDeniedException", "Functions are debugged in the development mode alone.", status=403)
    port = int(asked) if len(asked) <= 5 and asked.isascii() and asked.isdigit() else 0
    if not quotas.DEBUG_PORT_MIN <= port <= quotas.DEBUG_PORT_MAX or kind == "Event":
        raise AwsError(
            "InvalidParameterValueException",
            f"X-Gatelet-Debug is a port from {quotas.DEBUG_PORT_MIN} to {quotas.DEBUG_PORT_MAX}, "
            "for invocations that are waited for.",
            status=400,
        )
    return port
