"""Error payloads that Lambda itself makes (lambda-execution section 2); the handler's own come from the worker."""

from __future__ import annotations

import json

from gatelet.aws import quotas

TIMED_OUT = "Sandbox.Timedout"
EXITED = "Runtime.ExitError"
OUT_OF_MEMORY = "Runtime.OutOfMemory"
RESPONSE_TOO_LARGE = "Function.ResponseSizeTooLarge"


def timed_out(request_id: str, timeout: float) -> bytes:
    """The function's timeout passed."""
    return _payload(TIMED_OUT, f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds")


def exit_message(request_id: str, words: str | None) -> str:
    """``words`` as gatelet.functions.process.exit_words gives them."""
    reason = "Runtime exited without providing a reason" if words is None else f"Runtime exited with error: {words}"
    return f"RequestId: {request_id} Error: {reason}"


def exited(request_id: str, words: str | None) -> bytes:
    """The process ended during the invocation."""
    return _payload(EXITED, exit_message(request_id, words))


def out_of_memory(request_id: str) -> bytes:
    """The function took more memory than it has."""
    return _payload(OUT_OF_MEMORY, exit_message(request_id, "signal: killed"))


def response_too_large() -> bytes:
    """The handler's answer is over the limit; its environment survives."""
    limit = quotas.INVOKE_RESPONSE_BYTES
    message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
    return json.dumps({"errorMessage": message, "errorType": RESPONSE_TOO_LARGE}, separators=(",", ":")).encode()


def streamed_too_much() -> bytes:
    """The handler's streamed answer is over the limit."""
    message = f"Response payload size exceeded maximum allowed payload size ({quotas.STREAMED_RESPONSE_BYTES} bytes)."
    return json.dumps({"errorMessage": message, "errorType": RESPONSE_TOO_LARGE}, separators=(",", ":")).encode()


def named(payload: bytes, request_id: str) -> bytes:
    """An error of an initialisation, in which the id of the request that it failed was not known."""
    return payload.replace(b'"RequestId:  Error: ', f'"RequestId: {request_id} Error: '.encode(), 1)


def error_type(payload: bytes) -> str:
    """The type that an error JSON of a worker names; ``Runtime.Unknown`` when it is not one of the runtime's."""
    try:
        found = json.loads(payload)["errorType"]
    except (ValueError, KeyError, TypeError):
        return "Runtime.Unknown"
    known = isinstance(found, str) and found.startswith(("Runtime.", "Function.", "Extension."))
    return found if known else "Runtime.Unknown"


def _payload(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}, separators=(",", ":")).encode()
