"""The record that a destination gets. Pure. Reference: lambda-execution section 10 ("Destination record")."""

from __future__ import annotations

from typing import Any

import orjson

from gatelet.aws import quotas
from gatelet.aws.clock import zulu_timestamp
from gatelet.functions.events.envelope import AcceptedEvent
from gatelet.functions.events.rules import Done
from gatelet.functions.invocation import InvocationResult


def destination_record(now: float, event: AcceptedEvent, done: Done, result: InvocationResult | None) -> bytes:
    """The JSON text. ``result`` is that of the last attempt, None if it did not run.

    A record over the limit of an event goes without its ``responsePayload``.
    """
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": zulu_timestamp(now),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.function_arn,
            "condition": done.condition.value,
            "approximateInvokeCount": done.attempts.invokes,
        },
        "requestPayload": orjson.Fragment(event.payload),
    }
    if result is None:
        return orjson.dumps(record)
    context: dict[str, Any] = {"statusCode": 200, "executedVersion": result.executed_version}
    if result.function_error is not None:
        context["functionError"] = result.function_error
    record["responseContext"] = context
    whole = orjson.dumps({**record, "responsePayload": _json(result.payload)})
    return whole if len(whole) <= quotas.ASYNC_PAYLOAD_BYTES else orjson.dumps(record)


def _json(payload: bytes) -> Any:
    """The function's bytes as they are where they are JSON; a handler may also have answered raw bytes."""
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.decode("utf-8", "replace")
    return orjson.Fragment(payload)
