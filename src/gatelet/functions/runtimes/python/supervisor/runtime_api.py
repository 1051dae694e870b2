"""The calls of the Runtime API (lambda-execution section 3): from requests to what the supervisor does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from . import http
from .exchange import Exchange, fault
from .server import Body, Connection, Sink

PREFIX = "/2018-06-01"
_OK = http.as_json(202, {"status": "OK"})
_ERROR_BYTES = 1024 * 1024
_TYPE = "lambda-runtime-function-error-type"
_MODE = "lambda-runtime-function-response-mode"


class Conductor(Protocol):
    """Who decides what is allowed when (gatelet_runtime.supervisor.supervisor)."""

    @property
    def exchange(self) -> Exchange | None:
        """The event that the runtime has, until it asks for the next."""

    @property
    def initialising(self) -> bool:
        """Before the first time that everybody was ready."""

    @property
    def response_bytes(self) -> int:
        """What a response may have."""

    def runtime_is_ready(self) -> None:
        """It waits for an event."""

    def respond(self, body: bytes | None) -> None:
        """The response of the event; None: it is too large."""

    def fail(self, body: bytes) -> None:
        """The event's error."""

    def init_failed(self, body: bytes) -> None:
        """The runtime could not be initialised."""

    def stream(self, connection: Connection, head: http.Head) -> Sink:
        """The runtime begins to stream its response."""


class RuntimeApi:
    """Of one runtime. The answer to ``next`` is given when there is an event."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._waiting: Connection | None = None

    @property
    def ready(self) -> bool:
        """Whether the runtime waits for an event."""
        return self._waiting is not None

    def begin(self, connection: Connection, head: http.Head) -> Sink:
        """A request below PREFIX."""
        parts = head.path.removeprefix(PREFIX).strip("/").split("/")
        call = (head.method, *parts)  # older Pythons have no ``match``
        if call == ("GET", "runtime", "invocation", "next"):
            return Body(0, lambda _: self._next(connection), lost=lambda: self._lost(connection))
        if len(parts) == 4 and call[:3] == ("POST", "runtime", "invocation") and parts[3] == "response":
            return self._response(connection, head, parts[2])
        if len(parts) == 4 and call[:3] == ("POST", "runtime", "invocation") and parts[3] == "error":
            return Body(_ERROR_BYTES, lambda body: self._error(connection, head, parts[2], body))
        if call == ("POST", "runtime", "init", "error"):
            return Body(_ERROR_BYTES, lambda body: self._init_error(connection, head, body))
        if call == ("GET", "ping"):
            return _refuse(connection, http.answer(200, b"pong", {"Content-Type": "text/plain"}))
        if parts in (["runtime", "restore", "next"], ["runtime", "restore", "error"]):
            return _refuse(connection, _not_now("This function has no snapshot to be restored from."))
        return _refuse(connection, http.error(404, "NotFound", f"There is no {head.method} {head.path}."))

    def give(self, exchange: Exchange) -> None:
        """The next event."""
        connection, self._waiting = self._waiting, None
        assert connection is not None
        meta = exchange.meta
        headers = {
            "Lambda-Runtime-Aws-Request-Id": meta.request_id,
            "Lambda-Runtime-Deadline-Ms": str(exchange.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": meta.function_arn,
            "Lambda-Runtime-Trace-Id": meta.trace_id,
        }
        if meta.client_context:
            headers["Lambda-Runtime-Client-Context"] = meta.client_context.decode("utf-8", "replace")
        connection.reply(http.answer(200, exchange.event, headers))

    def _next(self, connection: Connection) -> None:
        exchange = self._conductor.exchange
        if self._waiting is not None or (exchange is not None and not exchange.answered):
            connection.reply(_not_now("The runtime has not answered the event that it has."))
            return
        self._waiting = connection
        self._conductor.runtime_is_ready()

    def _lost(self, connection: Connection) -> None:
        if self._waiting is connection:
            self._waiting = None

    def _response(self, connection: Connection, head: http.Head, request_id: str) -> Sink:
        refusal = self._refusal(request_id)
        mode = head.headers.get(_MODE, "").lower()
        if refusal is None and mode not in ("", "buffered", "streaming"):
            refusal = http.error(400, "InvalidFunctionResponseMode", "Invalid function response mode")
        if refusal is not None:
            return _refuse(connection, refusal)
        if mode == "streaming":
            return self._conductor.stream(connection, head)
        return Body(self._conductor.response_bytes, lambda body: self._respond(connection, request_id, body))

    def _respond(self, connection: Connection, request_id: str, body: bytes | None) -> None:
        refusal = self._refusal(request_id)  # another request may have answered the event meanwhile
        if refusal is not None:
            connection.reply(refusal)
            return
        limit = self._conductor.response_bytes
        message = f"Exceeded maximum allowed payload size ({limit} bytes)."
        connection.reply(_OK if body is not None else http.error(413, "RequestEntityTooLarge", message))
        self._conductor.respond(body)

    def _error(self, connection: Connection, head: http.Head, request_id: str, body: bytes | None) -> None:
        refusal = self._refusal(request_id)
        connection.reply(refusal or _OK)
        if refusal is None:
            self._conductor.fail(_error_body(head, body))

    def _init_error(self, connection: Connection, head: http.Head, body: bytes | None) -> None:
        if not self._conductor.initialising:
            connection.reply(_not_now("The runtime is initialised already."))
            return
        connection.reply(_OK)
        self._conductor.init_failed(_error_body(head, body))

    def _refusal(self, request_id: str) -> bytes | None:
        exchange = self._conductor.exchange
        if exchange is None or exchange.meta.request_id != request_id:
            return http.error(400, "InvalidRequestID", "Invalid request ID")
        if exchange.answered:
            return _not_now("The event is answered already.")
        return None


def _error_body(head: http.Head, body: bytes | None) -> bytes:
    """The error as the runtime words it; one that says nothing gets its type from the header."""
    if body is None:
        return fault("Runtime.Unknown", "The error is too large.")
    return body or fault(head.headers.get(_TYPE, "Runtime.Unknown"), "")


def _not_now(message: str) -> bytes:
    return http.error(403, "InvalidStateTransition", message)


def _refuse(connection: Connection, data: bytes) -> Sink:
    answer: Callable[[bytes | None], None] = lambda _: connection.reply(data)  # noqa: E731 - its type is said
    return Body(0, answer)
