"""One execution environment: loads the handler and gives it one event at a time.

The process gets a CONFIGURE frame first: what to load and within which limits. It ends with the channel.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import client, faults, frames, jail, life, limits, loading, marshal_json, output
from .context import LambdaContext
from .memory import PeakMemory
from .supervisor import supervisor
from .wire import Wire

_LARGE_BODY = 4 * 1024 * 1024


class Worker:
    """The loop around a handler."""

    _wire: Wire

    def __init__(self, settings: dict[str, Any], events: Any, streams: output.Streams) -> None:
        self._settings = settings
        self._memory = PeakMemory()
        self.streams = streams
        self._journal = streams.journal
        self._paths = faults.Paths(settings["code"], settings["runtime"])
        self._response_limit: int = settings["response_bytes"]
        self._to_json = marshal_json.writer(settings["escape_non_ascii"])
        self._error_json = json.JSONEncoder(ensure_ascii=settings["escape_non_ascii"]).encode
        self._handler: life.Handler
        self._events = events

    def connect(self, wire: Wire) -> None:
        """Speak with the gateway by this channel from now on."""
        self._wire = wire
        self._journal.send_to(wire)

    def run(self) -> None:
        """Import the handler, then run events; an error of the import is reported and ends the process."""
        handler, fault = life.load(self._settings, self.streams)
        if handler is None:
            self._wire.send(frames.encode_answer(frames.INIT_ERROR, self._memory.kib(), self._error(fault)))
            os._exit(1)
        self.serve(handler)

    def serve(self, handler: life.Handler) -> None:
        """The handler can be called: run events until the channel ends."""
        self._handler = handler
        LambdaContext.configure()
        self._wire.send(frames.encode_answer(frames.INIT_OK, self._memory.kib()))
        receive, send = self._wire.receive, self._wire.send
        out, err = self.streams.out, self.streams.err
        while True:
            kind, payload = receive()
            meta, head, body = frames.decode_event(payload)
            self._journal.request_id = meta.request_id
            os.environ["_X_AMZN_TRACE_ID"] = meta.trace_id
            try:
                answer = self._answer(kind, meta, head, body)
            except MemoryError:
                answer = frames.encode_answer(frames.EXHAUSTED, self._memory.kib())
            except Exception as error:  # noqa: BLE001 - the user's handler may raise anything
                answer = self._failure(error, meta.request_id)
            out.finish()
            err.finish()
            if output.raw_output_waits():
                send(frames.encode(frames.OUTPUT, b""))
            send(answer)

    def _answer(self, kind: int, meta: frames.Meta, head: bytes, body: bytes) -> bytes:
        if kind == frames.PROXY:
            return self._proxy(meta, head, body)
        if kind == frames.PROXY_STREAM:
            return self._invoke(meta, self._events.build(json.loads(head), body))
        try:
            value = json.loads(head)
        except ValueError as error:
            raise faults.Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None
        return self._invoke(meta, value)

    def _invoke(self, meta: frames.Meta, value: Any) -> bytes:
        result = self._to_json(self._handler(value, LambdaContext(meta)))
        if len(result) > self._response_limit:
            return self._too_large()
        return frames.encode_answer(frames.RESULT, self._memory.kib(), result)

    def _proxy(self, meta: frames.Meta, head: bytes, body: bytes) -> bytes:
        event = self._events.build(json.loads(head), body)
        result = self._handler(event, LambdaContext(meta))
        reply = self._events.reply(result)
        if reply is None:
            text = self._to_json(result)
            if len(text) > self._response_limit:
                return self._too_large()
            return frames.encode_answer(frames.MALFORMED, self._memory.kib(), text)
        status, base64, headers, content = reply
        # Only a response near the limit is written as JSON to be measured exactly.
        if len(headers) + len(content) > _LARGE_BODY and len(self._to_json(result)) > self._response_limit:
            return self._too_large()
        return frames.encode_reply(self._memory.kib(), status, base64, headers, content)

    def _failure(self, error: BaseException, request_id: str) -> bytes:
        fault = faults.of_exception(error, request_id, self._paths)
        self.streams.finish()
        self._journal.event(output.error_event(fault))
        return frames.encode_answer(frames.ERROR, self._memory.kib(), self._error(fault))

    def _too_large(self) -> bytes:
        limit = self._response_limit
        fault = {
            "errorMessage": f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
            "errorType": "Function.ResponseSizeTooLarge",
        }
        return frames.encode_answer(frames.ERROR, self._memory.kib(), self._error(fault))

    def _error(self, fault: dict[str, Any]) -> bytes:
        return self._error_json(fault).encode("utf-8", "replace")


@dataclass(frozen=True)
class Place:
    """Where a worker begins: in a zygote's base or not, and the namespaces that its environment has already."""

    based: bool = False
    namespaces: Sequence[int] = ()


def run(
    channel: int,
    parent: int,
    preloaded: loading.Preloaded = loading.NOTHING,
    events: Any = None,
    place: Place = Place(),
) -> None:
    """Be a worker on this channel until it ends. ``preloaded`` is what a zygote has imported."""
    wire = Wire(channel)
    settings = json.loads(wire.receive()[1])
    # Before the uid changes: another user might not reach the gateway's own files.
    events = events or loading.load_module_from(settings["event_module"], "gatelet_runtime.events")
    jail.enter(settings, based=place.based, namespaces=place.namespaces)
    limits.die_with_parent(parent)
    if settings.get("supervised"):
        supervisor.run(wire, settings, events, lambda port, log: client.run(settings, preloaded, port, log))
    life.prepare(settings, preloaded)
    worker = Worker(settings, events, output.install(output.Journal(wire)))
    worker.connect(wire)
    life.live(worker.run, worker.streams)


def main(arguments: list[str]) -> None:
    """``worker CHANNEL_FD PARENT_PID [NAMESPACE_FD...]``: a plain process, nothing preloaded."""
    channel, parent, *namespaces = map(int, arguments)
    run(channel, parent, place=Place(namespaces=namespaces))
