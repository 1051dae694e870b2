"""What a refused invocation means for the client, whichever integration asked for it.

Reference: apigateway-data-plane sections 4, 7 and 9.3.
"""

from __future__ import annotations

import orjson

from gatelet.gateway.errors import (
    ApiConfigurationError,
    GatewayError,
    IntegrationFailure,
    IntegrationTimeout,
    PayloadNotJson,
    RequestTooLarge,
)
from gatelet.gateway.ports import (
    InvokeDenied,
    InvokePayloadNotJson,
    InvokePayloadTooLarge,
    InvokerError,
    InvokeThrottled,
    InvokeTimedOut,
)

TOO_LARGE = "Execution failed due to configuration error: Request payload is over the limit of the Lambda function"


def failure_of(refused: InvokerError) -> GatewayError:
    """The failure that an invocation without an answer is."""
    match refused:
        case InvokeTimedOut():
            return IntegrationTimeout()
        case InvokePayloadTooLarge():
            return RequestTooLarge(TOO_LARGE)
        case InvokePayloadNotJson():
            return PayloadNotJson(str(refused))
        case InvokeDenied():
            return ApiConfigurationError("Invalid permissions on Lambda function")
        case InvokeThrottled():
            return IntegrationFailure(f"Lambda execution failed with status 429: {refused}")
        case _:
            return IntegrationFailure(f"Execution failed due to configuration error: {refused}")


def error_message(payload: bytes) -> str | None:
    """``errorMessage`` of a function's answer, if it is an object that has one of text."""
    if b"errorMessage" not in payload:
        return None
    try:
        error = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return message if isinstance(message, str) else None
