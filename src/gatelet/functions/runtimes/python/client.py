"""The Python runtime where extensions run beside it: a client of the Runtime API (lambda-execution section 3).

A worker alone speaks with the gateway itself. One with extensions has a supervisor (docs/adr/0017-*.md), and this is
the supervisor's child: its fork, so what a zygote has loaded is loaded.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import traceback
from typing import Any

from . import faults, frames, life, loading, marshal_json, output, snapshots
from .context import LambdaContext
from .supervisor import logs

_PREFIX = "/2018-06-01/runtime"
_RECEIVE_BYTES = 65_536
_HOST = "127.0.0.1"

Fields = dict[str, str]


class RuntimeApi:
    """Its calls, on one connection.

    On a plain socket: what functions patch (http.client, for one) is their own, and none of ours.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((_HOST, port))
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = b""
        os.register_at_fork(after_in_child=self._socket.close)

    def next(self) -> tuple[frames.Meta, bytes]:
        """The next event. Raises ConnectionError."""
        status, fields, body = self._ask("GET", "/invocation/next")
        if status != 200:
            raise ConnectionError(f"the Runtime API answered {status}: {body.decode('utf-8', 'replace')}")
        now = int(time.time() * 1000)  # noqa: TID251 - the worker's clock
        meta = frames.Meta(
            int(fields["lambda-runtime-deadline-ms"]) - now,
            fields["lambda-runtime-aws-request-id"],
            fields["lambda-runtime-invoked-function-arn"],
            fields["lambda-runtime-trace-id"],
            fields.get("lambda-runtime-client-context", "").encode(),
        )
        return meta, body

    def respond(self, request_id: str, body: bytes) -> None:
        """The response of an event."""
        self._ask("POST", f"/invocation/{request_id}/response", body)

    def fail(self, request_id: str, kind: str, body: bytes) -> None:
        """The error of an event."""
        self._ask("POST", f"/invocation/{request_id}/error", body, kind)

    def init_failed(self, kind: str, body: bytes) -> None:
        """The error of the initialisation."""
        self._ask("POST", "/init/error", body, kind)

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, Fields, bytes]:
        lines = [f"{method} {_PREFIX}{path} HTTP/1.1", f"Host: {_HOST}", f"Content-Length: {len(body)}"]
        if kind:
            lines.append(f"Lambda-Runtime-Function-Error-Type: {kind}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("ascii", "replace") + body)
        while b"\r\n\r\n" not in self._kept:
            self._receive()
        head, _, self._kept = self._kept.partition(b"\r\n\r\n")
        first, *rest = head.decode("utf-8", "replace").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        length = int(fields["content-length"])
        while len(self._kept) < length:
            self._receive()
        answer, self._kept = self._kept[:length], self._kept[length:]
        return int(first.split(" ")[1]), fields, answer

    def _receive(self) -> None:
        data = self._socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionError("the Runtime API is gone")
        self._kept += data


class _LogSender:
    """Writes log events to the supervisor's pipe (gatelet_runtime.output.Sender)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._process = os.getpid()
        os.register_at_fork(after_in_child=lambda: os.close(descriptor))

    @property
    def owned(self) -> bool:
        """See Sender."""
        return self._process == os.getpid()

    def send(self, frame: bytes) -> None:
        """See Sender."""
        moment, text = frames.decode_log(frames.decode_packet(frame)[1])
        left = memoryview(logs.encode(moment, text.encode("utf-8", "replace")))
        with self._lock:
            while left:
                left = left[os.write(self._descriptor, left) :]


class Client:
    """The loop around a handler."""

    def __init__(self, settings: dict[str, Any], api: RuntimeApi, streams: output.Streams) -> None:
        self._settings = settings
        self._api = api
        self._streams = streams
        self._paths = faults.Paths(settings["code"], settings["runtime"])
        self._to_json = marshal_json.writer(settings["escape_non_ascii"])
        self._error_json = json.JSONEncoder(ensure_ascii=settings["escape_non_ascii"]).encode

    def run(self) -> None:
        """Import the handler, then run events; an error of the import is reported and ends the process."""
        handler, fault = life.load(self._settings, self._streams)
        if handler is None:
            self._api.init_failed(fault["errorType"], self._error(fault))
            os._exit(1)
        if self._settings["snap_start"]:
            self._run_hooks()
        LambdaContext.configure()
        while True:
            meta, event = self._api.next()
            self._streams.journal.request_id = meta.request_id
            os.environ["_X_AMZN_TRACE_ID"] = meta.trace_id
            try:
                result = self._to_json(handler(_value(event), LambdaContext(meta)))
            except MemoryError:
                os.kill(os.getpid(), signal.SIGKILL)  # as the kernel ends what takes too much
            except Exception as error:  # noqa: BLE001 - the user's handler may raise anything
                self._fail(meta.request_id, error)
            else:
                self._streams.finish()
                self._api.respond(meta.request_id, result)

    def _run_hooks(self) -> None:
        """Beside extensions there is no snapshot, but what was registered for one runs, in its order."""
        status = snapshots.BEFORE_FAILED
        try:
            snapshots.run_before()
            status = snapshots.AFTER_FAILED
            snapshots.run_after()
        except Exception:  # noqa: BLE001 - a hook may raise anything
            traceback.print_exc()
            life.leave(self._streams, status)

    def _fail(self, request_id: str, error: Exception) -> None:
        fault = faults.of_exception(error, request_id, self._paths)
        self._streams.finish()
        self._streams.journal.event(output.error_event(fault))
        self._api.fail(request_id, fault["errorType"], self._error(fault))

    def _error(self, fault: dict[str, Any]) -> bytes:
        return self._error_json(fault).encode("utf-8", "replace")


def _value(event: bytes) -> Any:
    try:
        return json.loads(event)
    except ValueError as error:
        raise faults.Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None


def run(settings: dict[str, Any], preloaded: loading.Preloaded, port: int, log: int) -> None:
    """Be the runtime of a supervisor that listens on this port and reads log events from this pipe, for good."""
    life.prepare(settings, preloaded)
    api = RuntimeApi(port)
    streams = output.install(output.Journal(_LogSender(log)))
    life.live(Client(settings, api, streams).run, streams)
