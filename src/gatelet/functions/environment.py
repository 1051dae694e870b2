"""One execution environment: its life, and the one event that it runs (design section 4).

An environment keeps its directory (the function's ``/tmp``) and its log stream when its process is reset:
after a timeout, an exit or a failed initialisation, the next event starts a new process within its own time.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import Protocol

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.functions import failures, launch, report
from gatelet.functions.catalogue import FunctionVersion
from gatelet.functions.code import CodeMissing
from gatelet.functions.event import Event
from gatelet.functions.host import Host
from gatelet.functions.invocation import RuntimeUnavailable
from gatelet.functions.life_cycle import TRANSITIONS, State
from gatelet.functions.process import StartFailed, exit_words
from gatelet.functions.runtimes.python import frames
from gatelet.functions.worker import Worker
from gatelet.storage.ports import StreamKey

_WATCH_MEMORY_AFTER = 0.05
_log = logging.getLogger(__name__)
_SERVING = (State.BUSY, State.DRAINING)


class Owner(Protocol):
    """Who an environment works for (gatelet.functions.pool.Pool)."""

    def available(self, environment: Environment) -> None:
        """The environment is Idle or Resetting: it can run an event."""

    def initialised(self, seconds: float) -> None:
        """A cold start took so long."""

    def served(self, seconds: float) -> None:
        """An event took so long."""

    def gone(self, environment: Environment, error: Exception | None) -> None:
        """The environment is Dead; ``error`` tells why it could not start."""


class Environment:
    """Runs one event at a time. Times are seconds of the monotonic clock."""

    def __init__(self, owner: Owner, function: FunctionVersion, host: Host) -> None:
        self.state = State.STARTING
        self.event: Event | None = None
        self.idle_since = 0.0
        self._owner = owner
        self._function = function
        self._host = host
        self._clock = host.clock
        self._limit_kib = function.memory * quotas.KIB
        digits = host.ids.hex(32)
        stream = report.stream_name(host.clock.now(), function.version, digits)
        key = StreamKey(function.scope.account, function.scope.region, function.log_group, stream)
        self._log = report.EnvironmentLog(host.logs, key, function.version)
        self._directory = host.settings.work_directory / "environments" / digits
        self._worker: Worker | None = None
        self._deadline = math.inf
        self._began = 0.0
        self._init_error: bytes | None = None
        self._init_milliseconds: float | None = None
        self._memory = 0
        self._launching = self._start()

    # ------------------------------------------------------------------ what the pool asks for

    def run(self, event: Event) -> None:
        """Give an available environment an event; its time starts now."""
        now, moment = self._clock.monotonic(), self._clock.now()
        timeout = self._function.timeout
        event.started = now
        self.event = event
        self._deadline = now + timeout
        self._log.keep_tail(event.tail)
        if self.state is State.RESETTING:
            self._become(State.STARTING)
            self._launching = self._start()
        else:
            self._become(State.BUSY)
            self._log.begin(moment, event.request_id)
            self._send(event, moment + timeout)

    def drain(self) -> None:
        """End after the running event; at once if there is none."""
        if self.state is State.BUSY:
            self._become(State.DRAINING)
        elif self.event is None:
            self.end()

    def end(self, error: Exception | None = None) -> None:
        """Kill the process, forget the files. A running event fails as if its process had been killed."""
        if self.state is State.DEAD:
            return
        self._leave_process()
        event = self.event
        if event is not None:
            if error is not None:
                self._refuse(event, error)
            else:
                self._fail(failures.exited(event.request_id, "signal: killed"), "error", failures.EXITED)
        self._become(State.DEAD)
        self._host.loop.run_in_executor(None, launch.remove_directory, self._directory)
        self._owner.gone(self, error)

    def tick(self, now: float) -> None:
        """Enforce the time and memory limits."""
        if now >= self._deadline:
            self._time_out()
        elif self.state in _SERVING and self.event is not None and now - self.event.started > _WATCH_MEMORY_AFTER:
            self._watch_memory()

    # ------------------------------------------------------------------ what the worker tells

    def on_frame(self, kind: int, payload: bytes) -> None:
        """A frame of the worker; one that breaks the protocol costs the worker its life."""
        try:
            if kind == frames.LOG:
                self._log.line(*frames.decode_log(payload))
            elif self.state in _SERVING and self.event is not None:
                self._answered(self.event, kind, payload)
            elif self.state is State.INITIALIZING and kind == frames.INIT_OK:
                self._initialised(payload)
            elif self.state is State.INITIALIZING and kind == frames.INIT_ERROR:
                self._remember(frames.decode_answer(payload)[0])
                self._init_error = frames.decode_answer(payload)[1]
            else:
                raise frames.FrameError(f"kind {kind} in {self.state.name}")
        except frames.FrameError:
            if self._worker is not None:
                self._worker.kill()

    def on_output(self, text: str) -> None:
        """A raw line, written past the runtime."""
        self._log.line(int(self._clock.now() * 1000), text)

    def on_exit(self, code: int) -> None:
        """The process ended by itself."""
        self._worker = None
        event, words = self.event, exit_words(code)
        if self.state is State.INITIALIZING:
            self._initialisation_failed("error", words)
        elif event is not None:
            message = failures.exit_message(event.request_id, words)
            self._log.line(int(self._clock.now() * 1000), report.runtime_exited(message, failures.EXITED))
            self._fail(failures.exited(event.request_id, words), "error", failures.EXITED)
        self._reset()

    # ------------------------------------------------------------------ starting

    def _start(self) -> asyncio.Task[None]:
        self._began = self._clock.monotonic()
        self._init_error = None
        if self.event is None:
            self._deadline = self._began + quotas.INIT_SECONDS
        return self._host.loop.create_task(self._launch())

    async def _launch(self) -> None:
        host = self._host
        try:
            interpreter, python, configuration = await launch.configure(
                host, self._function, self._directory, self._log.stream
            )
            self._log_start(interpreter.version, interpreter.exact)
            self._become(State.INITIALIZING)
            worker = self._worker = Worker(host.loop, host.new_channel(), self)
            await worker.start(python, configuration)
        except (StartFailed, CodeMissing, AwsError, OSError) as error:
            _log.warning("an environment of %s did not start: %s", self._function.arn, error)
            self.end(error)
        except Exception as error:  # noqa: BLE001 - a background task: nobody else would hear of it
            _log.exception("an environment of %s did not start", self._function.arn)
            self.end(error)

    def _log_start(self, version: str, exact: bool) -> None:
        now, runtime = int(self._clock.now() * 1000), self._function.runtime
        self._log.line(now, report.init_start(version, self._function.scope.region, runtime))
        if not exact:
            self._log.line(now, f"[WARNING] {runtime} is not installed on this host: running on Python {version}\n")

    def _initialised(self, payload: bytes) -> None:
        self._remember(frames.decode_answer(payload)[0])
        seconds = self._clock.monotonic() - self._began
        self._owner.initialised(seconds)
        self._become(State.IDLE)
        event = self.event
        if event is None:
            self._init_milliseconds = seconds * 1000
            self._deadline = math.inf
            self._owner.available(self)
        else:
            self._become(State.BUSY)
            moment = self._clock.now()
            self._log.begin(moment, event.request_id)
            self._send(event, moment + self._deadline - self._clock.monotonic())

    def _initialisation_failed(self, status: str, words: str | None) -> None:
        milliseconds = (self._clock.monotonic() - self._began) * 1000
        now = int(self._clock.now() * 1000)
        error = self._init_error
        kind = "" if status == "timeout" else failures.error_type(error) if error is not None else failures.EXITED
        event = self.event
        phase = "init" if event is None else "invoke"
        self._log.line(now, report.init_report(milliseconds, phase, status, kind))
        if event is None:
            return
        self._log.begin(now / 1000, event.request_id)
        if status == "timeout":
            return
        if error is None:
            message = failures.exit_message(event.request_id, words)
            self._log.line(now, report.runtime_exited(message, failures.EXITED))
            error = failures.exited(event.request_id, words)
        self._fail(error, "error", kind)

    # ------------------------------------------------------------------ answers and failures

    def _send(self, event: Event, deadline: float) -> None:
        assert self._worker is not None
        self._worker.send(event.frame(int(deadline * 1000)))

    def _answered(self, event: Event, kind: int, payload: bytes) -> None:
        if kind == frames.EXHAUSTED:
            self._exhausted(event)
            return
        memory, result = event.answer(kind, payload)
        self._remember(memory)
        if memory > self._limit_kib:
            self._exhausted(event)
            return
        assert self._worker is not None
        self._worker.drain_output()
        seconds = self._clock.monotonic() - event.started
        tail = self._finish(event, seconds)
        self._owner.served(seconds)
        last = self.state is State.DRAINING
        self._become(State.IDLE)
        if last:
            self.end()
        else:
            self._owner.available(self)
        event.resolve(result, tail)

    def _time_out(self) -> None:
        event = self.event
        if event is not None and self._worker is not None and self.state in _SERVING:
            self._worker.drain()
            if self.event is not event:
                return  # the answer was there already
        self._leave_process()
        if self.state not in _SERVING:
            self._initialisation_failed("timeout", None)
        if event is not None:
            timeout = self._function.timeout
            moment = self._clock.now()
            self._log.line(int(moment * 1000), report.timed_out(moment, event.request_id, timeout))
            self._fail(failures.timed_out(event.request_id, timeout), "timeout", "")
        self._reset()

    def _watch_memory(self) -> None:
        if self._worker is None or self.event is None:
            return
        kib = launch.resident_bytes(self._worker.pid) // quotas.KIB if self._worker.pid else 0
        self._remember(kib)
        if kib > self._limit_kib:
            self._worker.drain()
            if self.event is not None:
                self._exhausted(self.event)

    def _exhausted(self, event: Event) -> None:
        self._leave_process()
        message = failures.exit_message(event.request_id, "signal: killed")
        self._log.line(int(self._clock.now() * 1000), report.runtime_exited(message, failures.OUT_OF_MEMORY))
        self._fail(failures.out_of_memory(event.request_id), "error", failures.OUT_OF_MEMORY)
        self._reset()

    def _fail(self, payload: bytes, status: str, error_type: str) -> None:
        event = self.event
        assert event is not None
        tail = self._finish(event, self._clock.monotonic() - event.started, status, error_type)
        event.resolve(event.failure(payload), tail)

    def _refuse(self, event: Event, error: Exception) -> None:
        self.event = None
        event.lease.release()
        event.refuse(RuntimeUnavailable(str(error)))

    def _finish(self, event: Event, seconds: float, status: str = "", error_type: str = "") -> bytes:
        """Log the end of the event, which then is no longer ours; the tail of its log."""
        self.event = None
        self._deadline = math.inf
        ending = report.Ending(
            duration=seconds * 1000,
            init_duration=self._init_milliseconds,
            memory_size=self._function.memory,
            memory_used=min(self._memory // quotas.KIB, self._function.memory),
            status=status,
            error_type=error_type,
        )
        self._init_milliseconds = None
        return self._log.finish(self._clock.now(), event.request_id, ending)

    # ------------------------------------------------------------------ the state

    def _remember(self, kib: int) -> None:
        self._memory = max(self._memory, kib)

    def _leave_process(self) -> None:
        self._launching.cancel()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.abandon()

    def _reset(self) -> None:
        """The process is gone; the rest stays for the next event."""
        last = self.state is State.DRAINING
        self._deadline = math.inf
        self._become(State.RESETTING)
        if last:
            self.end()
        else:
            self._owner.available(self)

    def _become(self, state: State) -> None:
        if state not in TRANSITIONS[self.state]:
            raise AssertionError(f"an environment cannot go from {self.state.name} to {state.name}")
        self.state = state
