"""The life of an environment whose runtime speaks the Runtime API.

``INIT`` until the runtime and every extension have asked for their first event, then ``READY``; an event makes it
``BUSY`` until all of them ask again. A frame is taken from the gateway only when everybody is ready, so what waits
at a busy environment can be taken back.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import Any

from .. import frames, output
from ..wire import Wire
from . import children, extensions, http, telemetry
from .exchange import Exchange, Translator, fault
from .extensions import Extensions
from .logs import VARIABLE, LinePipe, LogPipe
from .loop import Loop, Timer
from .narrator import Narrator
from .runtime_api import RuntimeApi
from .server import Connection, Server, Sink
from .streaming import Collected, Stream
from .telemetry import Telemetry

_GRACE_SECONDS = 0.02
"""How long a response waits for the runtime to be ready again: most are within a millisecond, and then the caller
that has its answer finds the environment free."""
_SHUTDOWN_SECONDS = 2.0
"""What extensions have after SHUTDOWN (lambda-execution section 7)."""
_EXIT_SECONDS = 0.5
"""How long a runtime may take to end after it has said that it could not be initialised."""


Runtime = Callable[[int, int], None]
"""Is the runtime, for good: the port of the Runtime API, and the pipe for log events."""


class _Phase(Enum):
    INIT = auto()
    READY = auto()
    BUSY = auto()


class Supervisor:
    """Of one environment; ``run`` does not return."""

    def __init__(self, wire: Wire, settings: dict[str, Any], events: Any, own: Runtime) -> None:
        self._wire = wire
        self._own = own
        self._settings = settings
        self._translator = Translator(events, settings["response_bytes"])
        self._loop = Loop()
        self._api = RuntimeApi(self)
        self._telemetry = Telemetry()
        self._narrator = Narrator(self._telemetry, settings["description"], settings["environment"])
        self._extensions = Extensions(self, settings["description"], self._telemetry)
        self._server = Server(self._loop, self._begin)
        self._phase = _Phase.INIT
        self._exchange: Exchange | None = None
        self._unsent: bytes | None = None
        self._grace: Timer | None = None
        self._runtime = 0
        self._streaming = False
        self._end: Callable[[], None] | None = None
        self._begin_runtime: Callable[[], int]
        self._has_extensions = False
        self._lines: dict[str, LinePipe] = {}
        self._failed = False
        self._since = self._loop.now()
        self._pipes = {"function": LogPipe(lambda moment, text: self._log("function", moment, text))}

    # ------------------------------------------------------------------ what the API asks (Conductor)

    @property
    def exchange(self) -> Exchange | None:
        """See Conductor."""
        return self._exchange

    @property
    def initialising(self) -> bool:
        """See Conductor."""
        return self._phase is _Phase.INIT

    @property
    def response_bytes(self) -> int:
        """See Conductor."""
        return self._translator.response_bytes

    def extension_is_ready(self) -> None:
        """See extensions.Conductor."""
        if self._runtime == 0 and self._extensions.registered:
            self._runtime = self._begin_runtime()
        self._settle()

    def extension_failed(self, kind: str, reason: str) -> None:
        """See extensions.Conductor: the environment ends with it."""
        if self._end is not None:
            return
        request_id = self._exchange.meta.request_id if self._exchange is not None else ""
        error = fault(kind, f"RequestId: {request_id} Error: {reason}")
        if self._phase is _Phase.INIT:
            self._send(frames.encode_answer(frames.INIT_ERROR, self._memory(), error))
        elif self._exchange is not None and not self._exchange.answered:
            self._send(self._translator.failure(self._memory(), error))
        children.end_like(1 << 8)

    def runtime_is_ready(self) -> None:
        """See Conductor."""
        self._settle()

    def respond(self, body: bytes | None) -> None:
        """See Conductor."""
        exchange, memory = self._exchange, self._memory()
        assert exchange is not None
        too_large = body is None
        self._answer(
            self._translator.too_large(memory) if too_large else self._translator.answer(exchange, memory, body or b"")
        )

    def fail(self, body: bytes) -> None:
        """See Conductor."""
        self._answer(self._translator.failure(self._memory(), body))

    def init_failed(self, body: bytes) -> None:
        """See Conductor."""
        self._send(frames.encode_answer(frames.INIT_ERROR, self._memory(), body))
        self._loop.later(_EXIT_SECONDS, lambda: children.end_like(1 << 8))

    def stream(self, connection: Connection, head: http.Head) -> Sink:
        """See Conductor."""
        exchange = self._exchange
        assert exchange is not None
        exchange.answered = True  # nothing else may answer it now; it is not over before ``_answer``
        if exchange.streamed:
            self._streaming = True
            self._drain_logs()
            return Stream(connection, head, self._wire.send, self._streamed)
        self._streaming = True
        collected = Collected(connection, head, self.response_bytes, lambda error: self._collected(collected, error))
        return collected

    def _streamed(self, error: bytes | None) -> None:
        self._streaming = False
        memory = self._memory()
        self._answer(
            frames.encode_answer(frames.RESULT, memory) if error is None else self._translator.failure(memory, error)
        )

    def _collected(self, collected: Collected, error: bytes | None) -> None:
        self._streaming = False
        if error is not None:
            self.fail(error)
        else:
            self.respond(None if collected.body is None else bytes(collected.body))

    # ------------------------------------------------------------------ the life

    def run(self) -> None:
        """Start the runtime and serve it until it ends, and this process with it."""
        self._loop.on_children(self._reap)
        command = self._command()
        if command is None:
            places = f"[{self._settings['code']}/bootstrap {self._settings['layers'] or '/opt'}/bootstrap]"
            message = f"RequestId:  Error: Couldn't find valid bootstrap(s): {places}"
            self._send(frames.encode_answer(frames.INIT_ERROR, 0, fault("Runtime.InvalidEntrypoint", message)))
            children.end_like(1 << 8)
            return
        self._settings["environment"]["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{self._server.port}"
        children.await_group(self._settings["group"])
        directory = f"{self._settings['layers'] or '/opt'}/extensions"
        self._has_extensions = os.path.isdir(directory)  # noqa: PTH112 - pathlib costs milliseconds here
        self._begin_runtime = self._program(command) if command else self._fork()
        for pipe in self._pipes.values():
            self._loop.on_read(pipe.read_end, pipe.drain)
        if self._wire.stream != self._wire.events:
            self._loop.on_read(self._wire.stream, self._stream_readable)
        self._narrator.init_started()
        self._extensions.start(directory, self._start_extension)
        self.extension_is_ready()
        self._loop.run()

    def _program(self, command: list[str]) -> Callable[[], int]:
        """How to start the program that is the runtime: its pid."""
        framed = self._pipes["function"].write_end
        own = {**self._settings["environment"], VARIABLE: str(framed)}
        directory, output = self._settings["code"], self._output("function")
        return lambda: children.start(command, own, directory, [framed], output)

    def _fork(self) -> Callable[[], int]:
        """How to start the runtime that this process is itself; extensions that hear of telemetry bring threads."""
        framed, port = self._pipes["function"].write_end, self._server.port
        fork = children.Fork(lambda: self._own(port, framed), framed, self._output("function"))

        def start() -> int:
            fork.begin()
            return fork.pid

        return start

    def _start_extension(self, path: str) -> int:
        """With the variables of the function, its credentials and the platform; none that begins with ``_``."""
        variables = {name: value for name, value in self._settings["environment"].items() if name[:1] != "_"}
        return children.start([path], variables, self._settings["code"], output=self._output("extension"))

    def _output(self, kind: str) -> int | None:
        """Where what it prints goes: straight to the gateway, if no extension may want to hear it."""
        if not self._has_extensions:
            return None
        name = f"{kind} output"
        if name not in self._lines:
            pipe = self._lines[name] = LinePipe(lambda moment, text: self._log(kind, moment, text))
            self._loop.on_read(pipe.read_end, pipe.drain)
        return self._lines[name].write_end

    def _log(self, kind: str, moment: int, text: bytes) -> None:
        self._wire.send(frames.encode_log(moment, text))
        if self._has_extensions:
            self._telemetry.tell(kind, text.decode("utf-8", "replace"))

    def _drain_logs(self) -> None:
        pipes: list[LogPipe | LinePipe] = [*self._pipes.values(), *self._lines.values()]
        for pipe in pipes:
            pipe.drain()

    def _stream_readable(self) -> None:
        """An event that is too large for a packet is on its way; or the gateway has said good-bye."""
        if self._wire.ended():
            self._loop.on_read(self._wire.stream, None)
            self._shut_down("TIMEOUT" if self._phase is _Phase.BUSY else "SPINDOWN", lambda: os._exit(0))

    def _shut_down(self, reason: str, end: Callable[[], None]) -> None:
        """Section 7 (Shutdown): the runtime is asked to end, the extensions get their event and a moment."""
        if self._end is not None:
            return
        if not self._extensions.external:
            end()
        self._end = end
        self._loop.on_read(self._wire.events, None)
        if self._runtime and reason != "FAILURE":
            with suppress(ProcessLookupError):
                os.kill(self._runtime, signal.SIGTERM)
        deadline_ms = int((time.time() + _SHUTDOWN_SECONDS) * 1000)  # noqa: TID251 - the worker's clock
        self._telemetry.flush()
        self._extensions.shut_down(reason, deadline_ms)
        self._loop.later(_SHUTDOWN_SECONDS, end)

    def _command(self) -> list[str] | None:
        """What is to be executed; empty: the runtime that this process is itself; None: there is nothing."""
        command: list[str] | None = self._settings["command"]
        if command is None:
            return []
        if command:
            return command
        places = [self._settings["code"], self._settings["layers"] or "/opt"]
        return next(([f"{place}/bootstrap"] for place in places if children.is_program(f"{place}/bootstrap")), None)

    def _begin(self, connection: Connection, head: http.Head) -> Sink:
        if head.path.startswith(f"{extensions.PREFIX}/") or head.path in (telemetry.TELEMETRY, telemetry.LOGS):
            return self._extensions.begin(connection, head)
        return self._api.begin(connection, head)

    def _settle(self) -> None:
        """Go on if everybody is ready."""
        if not self._api.ready or not self._extensions.ready or self._end is not None:
            return
        self._extensions.close()
        if self._phase is _Phase.INIT:
            self._narrator.initialised(self._loop.now() - self._since)
            self._send(frames.encode_answer(frames.INIT_OK, self._memory()))
        elif self._exchange is None or not self._exchange.answered or self._streaming:
            return
        elif self._unsent is not None:
            self._send(self._unsent)
        else:
            self._send(frames.encode_answer(frames.DONE, self._memory()))
        if self._grace is not None:
            self._grace.cancel()
        if self._exchange is not None:
            seconds = self._loop.now() - self._since
            self._narrator.reported(self._exchange, seconds, self._memory(), failed=self._failed)
        self._exchange = self._unsent = self._grace = None
        self._phase = _Phase.READY
        self._loop.on_read(self._wire.events, self._take)

    def _take(self) -> None:
        frame = self._wire.poll()
        if frame is None:
            return  # the gateway has taken it back
        self._loop.on_read(self._wire.events, None)
        now_ms = int(time.time() * 1000)  # noqa: TID251 - the worker's clock
        self._exchange = self._translator.exchange(*frame, now_ms)
        self._phase, self._failed, self._since = _Phase.BUSY, False, self._loop.now()
        self._narrator.started(self._exchange)
        self._api.give(self._exchange)
        self._extensions.invoke(self._exchange)

    def _answer(self, frame: bytes) -> None:
        """Everything is said about the event; the frame goes when everybody is ready, or after a moment."""
        assert self._exchange is not None
        self._exchange.answered = True
        self._unsent = frame
        self._failed = frames.kind_of(frame) == frames.ERROR
        self._narrator.answered(self._exchange, self._loop.now() - self._since, failed=self._failed)
        self._grace = self._loop.later(_GRACE_SECONDS, self._send_early)
        self._settle()

    def _send_early(self) -> None:
        frame, self._unsent = self._unsent, None
        if frame is not None:
            self._send(frames.early(frame))

    def _send(self, frame: bytes) -> None:
        """Behind everything that was logged before."""
        self._drain_logs()
        if output.raw_output_waits():
            self._wire.send(frames.encode(frames.OUTPUT, b""))
        self._wire.send(frame)

    def _memory(self) -> int:
        return children.peak_kib(self._runtime) if self._runtime else 0

    def _reap(self) -> None:
        for pid, status in children.ended():
            extension = self._extensions.ended(pid)
            if self._end is not None:
                if not self._extensions.external:
                    self._end()
            elif extension is not None:
                words = os.waitstatus_to_exitcode(status)
                self.extension_failed("Extension.Crash", f"exit status {words}" if words >= 0 else f"signal {-words}")
            elif pid == self._runtime:
                self._drain_logs()
                self._send_early()
                self._shut_down("FAILURE", partial(children.end_like, status))


def run(wire: Wire, settings: dict[str, Any], events: Any, own: Runtime) -> None:
    """Be the supervisor of an environment, for good; ``own`` is what a fork does as the Python runtime."""
    try:
        Supervisor(wire, settings, events, own).run()
    except BaseException:  # noqa: BLE001 - a fault of ours ends the process, said in its log
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
