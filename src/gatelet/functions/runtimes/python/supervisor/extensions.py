"""The Extensions API (lambda-execution section 3), and the external extensions of an environment.

External extensions are the programs in ``/opt/extensions``; they are started before the runtime. Internal ones are
parts of the runtime's own process that register, too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import children, http, telemetry
from .exchange import Exchange
from .server import Body, Connection, Sink

PREFIX = "/2020-01-01/extension"
_BODY_BYTES = 65_536
_MOST = 10
_EVENTS = ("INVOKE", "SHUTDOWN")
_IDENTIFIER_HEADER = "lambda-extension-identifier"
_ERROR_TYPE = "lambda-extension-function-error-type"


@dataclass
class Extension:
    """One that has been started, or has registered."""

    name: str
    pid: int = 0
    """0: internal."""
    identifier: str = ""
    """Empty until it registers."""
    events: frozenset[str] = frozenset()
    waiting: Connection | None = None
    pending: list[dict[str, Any]] = field(default_factory=list)
    """What it gets when it asks."""


class Conductor(Protocol):
    """Who decides what is allowed when (gatelet_runtime.supervisor.supervisor)."""

    @property
    def initialising(self) -> bool:
        """Before the first time that everybody was ready."""

    def extension_is_ready(self) -> None:
        """One waits for an event, or all have registered."""

    def extension_failed(self, kind: str, reason: str) -> None:
        """One says that it cannot go on, or has ended."""


class Extensions:
    """Of one environment."""

    def __init__(self, conductor: Conductor, description: dict[str, str], told: telemetry.Telemetry) -> None:
        """``description`` is what a registration answers; ``told`` takes subscriptions."""
        self._telemetry = told
        self._conductor = conductor
        self._description = description
        self._all: list[Extension] = []
        self._closed = False

    # ------------------------------------------------------------------ what the supervisor asks

    def start(self, directory: str, run: Callable[[str], int]) -> None:
        """Start every program there; ``run`` starts one and tells its pid."""
        names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []  # noqa: PTH112, PTH208 - no pathlib
        for name in names[:_MOST]:
            path = f"{directory}/{name}"
            if children.is_program(path):
                self._all.append(Extension(name, run(path)))

    @property
    def external(self) -> bool:
        """Whether there are programs."""
        return any(one.pid for one in self._all)

    @property
    def registered(self) -> bool:
        """Whether every program has registered."""
        return all(one.identifier for one in self._all)

    @property
    def ready(self) -> bool:
        """Whether everyone waits for an event."""
        return self.registered and all(one.waiting is not None for one in self._all)

    def close(self) -> None:
        """Nobody may register any more, or subscribe."""
        self._closed = True
        self._telemetry.close()

    def invoke(self, exchange: Exchange) -> None:
        """An event is given to the runtime."""
        meta = exchange.meta
        self._tell(
            "INVOKE",
            {
                "eventType": "INVOKE",
                "deadlineMs": exchange.deadline_ms,
                "requestId": meta.request_id,
                "invokedFunctionArn": meta.function_arn,
                "tracing": {"type": "X-Amzn-Trace-Id", "value": meta.trace_id},
            },
        )

    def shut_down(self, reason: str, deadline_ms: int) -> None:
        """The environment ends."""
        self._tell("SHUTDOWN", {"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline_ms})

    def ended(self, pid: int) -> Extension | None:
        """Which one this process was, if it was one; it is none any more."""
        for one in self._all:
            if one.pid == pid:
                self._all.remove(one)
                return one
        return None

    # ------------------------------------------------------------------ the calls

    def begin(self, connection: Connection, head: http.Head) -> Sink:
        """A request below PREFIX."""
        call = (head.method, head.path.removeprefix(PREFIX))
        if call == ("POST", "/register"):
            return Body(_BODY_BYTES, lambda body: self._register(connection, head, body or b""))
        one = self._of(head)
        if one is None:
            refusal = http.error(403, "Extension.UnknownExtensionIdentifier", "Unknown extension identifier")
            return Body(0, lambda _: connection.reply(refusal))
        if head.path in (telemetry.TELEMETRY, telemetry.LOGS):
            return Body(_BODY_BYTES, lambda body: self._subscribe(connection, head, one, body or b""))
        if call == ("GET", "/event/next"):
            return Body(0, lambda _: self._next(connection, one), lost=lambda: self._lost(connection, one))
        if call in (("POST", "/init/error"), ("POST", "/exit/error")):
            return Body(_BODY_BYTES, lambda _: self._error(connection, head))
        return Body(0, lambda _: connection.reply(http.error(404, "NotFound", f"There is no {head.path}.")))

    def _register(self, connection: Connection, head: http.Head, body: bytes) -> None:
        name = head.headers.get("lambda-extension-name", "")
        one = next((each for each in self._all if each.pid and each.name == name), None)
        try:
            events = json.loads(body or b"{}").get("events", [])
            wanted = frozenset(events)
        except (ValueError, AttributeError, TypeError):
            wanted = frozenset(("?",))
        if not name:
            refusal = _refused(400, "Extension.InvalidExtensionName", "Empty extension name")
        elif self._closed:
            refusal = _refused(403, "Extension.RegistrationClosed", "Extension registration closed already")
        elif one is None and len(self._all) >= _MOST:
            refusal = _refused(403, "Extension.TooManyExtensions", f"Extension limit ({_MOST}) reached")
        elif not wanted <= set(_EVENTS):
            refusal = _refused(400, "Extension.InvalidEventType", "Invalid event type")
        elif one is None and "SHUTDOWN" in wanted:
            refusal = _refused(400, "ShutdownEventNotSupportedForInternalExtension",
                               "SHUTDOWN event not supported for internal extension")  # fmt: skip
        elif one is not None and one.identifier:
            refusal = _refused(403, "Extension.InvalidExtensionState", "The extension has registered already")
        else:
            self._accept(connection, head, one or Extension(name), wanted)
            return
        connection.reply(refusal)

    def _accept(self, connection: Connection, head: http.Head, one: Extension, wanted: frozenset[str]) -> None:
        if not one.pid:
            self._all.append(one)
        one.identifier, one.events = _identifier(), wanted
        told = dict(self._description)
        if "accountId" not in head.headers.get("lambda-extension-accept-feature", ""):
            told.pop("accountId", None)
        connection.reply(http.as_json(200, told, {"Lambda-Extension-Identifier": one.identifier}))
        record = {"name": one.name, "state": "Registered", "events": sorted(wanted)}
        self._telemetry.tell("platform.extension", record)
        self._conductor.extension_is_ready()

    def _subscribe(self, connection: Connection, head: http.Head, one: Extension, body: bytes) -> None:
        if head.method != "PUT":
            refusal = _refused(405, "MethodNotAllowed", f"There is no {head.method} {head.path}.")
        elif self._closed:
            refusal = _refused(403, "Telemetry.SubscriptionClosed", "The initialisation is over.")
        else:
            try:
                self._telemetry.subscribe(one.name, body)
            except telemetry.InvalidSubscription as invalid:
                refusal = _refused(400, "ValidationError", str(invalid))
            else:
                refusal = http.answer(200, b'"OK"')
        connection.reply(refusal)

    def _next(self, connection: Connection, one: Extension) -> None:
        one.waiting = connection
        if one.pending:
            self._give(one)
        self._conductor.extension_is_ready()

    def _lost(self, connection: Connection, one: Extension) -> None:
        if one.waiting is connection:
            one.waiting = None

    def _error(self, connection: Connection, head: http.Head) -> None:
        phase = "Init" if head.path.endswith("/init/error") else "Exit"
        connection.reply(http.as_json(202, {"status": "OK"}))
        kind = head.headers.get(_ERROR_TYPE, "")
        self._conductor.extension_failed(f"Extension.{phase}Error", kind or f"Extension.{phase}Error")

    def _of(self, head: http.Head) -> Extension | None:
        given = head.headers.get(_IDENTIFIER_HEADER, "")
        return next((one for one in self._all if given and one.identifier == given), None)

    def _tell(self, event: str, message: dict[str, Any]) -> None:
        for one in self._all:
            if event in one.events:
                one.pending.append(message)
                if one.waiting is not None:
                    self._give(one)

    @staticmethod
    def _give(one: Extension) -> None:
        connection, one.waiting = one.waiting, None
        assert connection is not None
        headers = {"Lambda-Extension-Event-Identifier": _identifier()}
        connection.reply(http.as_json(200, one.pending.pop(0), headers))


def _identifier() -> str:
    """Nobody's to guess; in the form of a UUID."""
    text = os.urandom(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _refused(status: int, kind: str, message: str) -> bytes:
    return http.error(status, kind, message)
