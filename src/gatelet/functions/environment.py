"""One execution environment: its life, and the one event that it runs (design section 4).

An environment keeps its directory (the function's ``/tmp``) and its log stream when its process is reset:
after a timeout, an exit or a failed initialisation, the next event starts a new process within its own time.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from typing import Protocol

from gatelet.aws import quotas
from gatelet.aws.errors import AwsError
from gatelet.functions import failures, launch
from gatelet.functions.code import CodeMissing
from gatelet.functions.environment_log import EnvironmentLog
from gatelet.functions.event import Event
from gatelet.functions.function_span import count
from gatelet.functions.grounds import Grounds
from gatelet.functions.host import Host
from gatelet.functions.invocation import RuntimeUnavailable
from gatelet.functions.life_cycle import SERVING, TRANSITIONS, State
from gatelet.functions.process import StartFailed, exit_words
from gatelet.functions.runtimes.python import frames
from gatelet.functions.version import FunctionVersion
from gatelet.functions.worker import Worker

_WATCH_MEMORY_AFTER = 0.05
_KILLED = "signal: killed"
_log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who an environment works for (gatelet.functions.pool.Pool)."""

    def available(self, environment: Environment) -> None:
        """The environment is Idle or Resetting: it can run an event."""

    def initialised(self, seconds: float) -> None:
        """A cold start took so long."""

    def served(self, seconds: float) -> None:
        """An event took so long."""

    def room(self, environment: Environment) -> None:
        """An event was answered and another goes on: there is room for one more behind it."""

    def returned(self, events: list[Event]) -> None:
        """Events that the environment accepted and did not begin, in order."""

    def gone(self, environment: Environment, error: Exception | None) -> None:
        """The environment is Dead; ``error`` tells why it could not start."""


class Environment:
    """Runs one event at a time. Times are seconds of the monotonic clock."""

    __slots__ = ("_clock", "_deadline", "_from_template", "_function", "_grounds", "_host", "_init_error", "_launching",
        "_limit_kib", "_load_began", "_log", "_owner", "_process_began", "_worker", "began", "behind", "event",
        "holds_up", "idle_since", "state")  # fmt: skip

    def __init__(self, owner: Owner, function: FunctionVersion, host: Host) -> None:
        self.state = State.STARTING
        self.event: Event | None = None
        self.behind: deque[Event] = deque()
        self.began = self._process_began = host.clock.monotonic()
        self.idle_since = math.inf
        self.holds_up = False  # True: the running event takes longer than those behind it may wait
        self._owner = owner
        self._function = function
        self._host = host
        self._clock = host.clock
        self._limit_kib = function.memory * quotas.KIB
        digits = host.ids.hex(32)
        self._log = EnvironmentLog(function, host.logs, host.clock, digits)
        place = host.settings.work_directory / "environments" / function.serving[:32] / digits
        self._grounds = Grounds(function, place, digits, host.settings.processes)
        self._from_template = False
        self._load_began = self.began
        self._worker: Worker | None = None
        self._deadline = math.inf
        self._init_error: bytes | None = None
        self._launching = self._start()

    # ------------------------------------------------------------------ what the pool asks for

    def run(self, event: Event, *, at_once: bool = False) -> None:
        """Give an available environment an event; its time starts now. ``at_once``: no other will join it."""
        self._take(event)
        if self.state is State.IDLE:
            self._send(event, at_once=at_once)
        else:
            self._become(State.STARTING)
            self._launching = self._start()

    def expect(self, event: Event) -> None:
        """Give an environment that begins its only event, which fails with the initialisation if that fails."""
        self._take(event)

    def has_room(self, depth: int) -> bool:
        """Whether an event may be put behind the running one, ``depth`` events being enough for one environment."""
        if self.holds_up or self.state is not State.BUSY or self.event is None:
            return False
        return self.event.is_small and len(self.behind) + 1 < depth

    def put_behind(self, event: Event) -> None:
        """Send an event that the worker takes when it is done; its time starts then."""
        assert self._worker is not None
        self.behind.append(event)
        self._worker.send(event.frame(int(self._function.timeout * 1000)))

    def take_back(self) -> list[Event]:
        """Events behind the running one that the worker has not taken: they are the caller's again, in order."""
        if not self.behind or self._worker is None:
            return []
        untaken = self._worker.take_back()
        if untaken > len(self.behind) and self.event is not None:
            self._worker.send(self.event.frame(self._milliseconds_left()))  # it had not taken even that
        return self._last_behind(untaken)

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
        self._return_behind(self.take_back())
        self._leave_process()
        event = self.event
        if event is not None and error is not None:
            self.event = None
            event.lease.release()
            event.refuse(RuntimeUnavailable(str(error)))
        elif event is not None:
            self._fail(event, failures.exited(event.request_id, _KILLED), "error", failures.EXITED)
        self._become(State.DEAD)
        self._grounds.forget(self._host.loop)
        self._owner.gone(self, error)

    def tick(self, now: float) -> None:
        """Enforce the time and memory limits."""
        event = self.event
        if now >= self._deadline:
            self._time_out()
        elif event is not None and now - event.started > _WATCH_MEMORY_AFTER and self.state in SERVING:
            self._watch_memory(event)

    # ------------------------------------------------------------------ what the worker tells

    def on_frame(self, kind: int, payload: bytes) -> None:
        """A frame of the worker; one that breaks the protocol costs the worker its life."""
        try:
            if kind == frames.LOG:
                self._log.line(*frames.decode_log(payload))
            elif kind == frames.OUTPUT and self._worker is not None:
                self._worker.drain_output()
            elif self.event is not None and self.state in SERVING:
                self._answered(self.event, kind, payload)
            elif self.state is State.INITIALIZING and kind in (frames.INIT_OK, frames.INIT_ERROR):
                memory, error = frames.decode_answer(payload)
                self._log.remember_memory(memory)
                if kind == frames.INIT_OK:
                    self._initialised()
                else:
                    self._init_error = error
            else:
                raise frames.FrameError(f"kind {kind} in {self.state.name}")
        except frames.FrameError:
            if self._worker is not None:
                self._worker.kill()

    def on_output(self, lines: list[str]) -> None:
        """Raw lines, written past the runtime."""
        self._log.lines(int(self._clock.now() * 1000), lines)

    def on_exit(self, code: int, untaken: int) -> None:
        """The process ended by itself; it had not taken so many of the events that it was sent."""
        self._worker = None
        event, words = self.event, exit_words(code)
        out_of_memory = words == _KILLED and self._grounds.ran_out_of_memory()
        self._grounds.clear(self._host.loop)
        returned = self._last_behind(untaken)
        if event is not None and self.state in SERVING and untaken > len(returned):
            # It ended before it took even the first: nothing of that event has happened.
            self.event = None
            returned.insert(0, event)
            event = None
        self._return_behind(returned)
        if self.state is State.INITIALIZING:
            self._initialisation_failed("error", words)
        elif event is not None and out_of_memory:
            self._process_lost(event, failures.out_of_memory(event.request_id), words, failures.OUT_OF_MEMORY)
        elif event is not None:
            self._process_lost(event, failures.exited(event.request_id, words), words, failures.EXITED)
        self._reset()

    # ------------------------------------------------------------------ starting

    def _start(self) -> asyncio.Task[None]:
        self._process_began = self._clock.monotonic()
        self._init_error = None
        if self.event is None:
            self._deadline = self._process_began + self._host.settings.init_seconds
        return self._host.loop.create_task(self._launch())

    async def _launch(self) -> None:
        host = self._host
        try:
            if self._function.snap_start:
                await host.templates.need(self._function)
            way = await launch.configure(host, self._function, self._grounds, self._log.stream)
            self._log.process_starts(way.version, way.warning, restores=self._function.snap_start and way.forks)
            self._log.layers_are_at(way.configuration["layers"])
            self._become(State.INITIALIZING)
            worker = self._worker = Worker(host.loop, host.new_channel(), self)
            self._from_template = await worker.start(way, self._grounds)
            self._load_began = self._clock.monotonic()
        except (StartFailed, CodeMissing, AwsError, OSError) as error:
            _log.warning("an environment of %s did not start: %s", self._function.arn, error)
            self.end(error)
        except Exception as error:  # noqa: BLE001 - a background task: nobody else would hear of it
            _log.exception("an environment of %s did not start", self._function.arn)
            self.end(error)

    def _initialised(self) -> None:
        seconds = self._clock.monotonic() - self._process_began
        self._owner.initialised(seconds)
        self._host.meters.meter(self._function.arn, self._function.version).initialised(seconds * 1000)
        if not self._from_template:
            self._host.templates.consider(self._function, self._clock.monotonic() - self._load_began)
        self._become(State.IDLE)
        if self.event is not None:
            self._send(self.event)
            return
        self._log.initialised(seconds * 1000)
        self._deadline = math.inf
        self._owner.available(self)

    def _initialisation_failed(self, status: str, words: str | None) -> None:
        """Log it; an event that waits for this process fails with the error, a timeout is the caller's to tell."""
        event, error = self.event, self._init_error
        kind = "" if status == "timeout" else failures.EXITED if error is None else failures.error_type(error)
        milliseconds = (self._clock.monotonic() - self._process_began) * 1000
        self._log.initialisation_failed(milliseconds, "init" if event is None else "invoke", status, kind)
        if event is None:
            return
        self._log.begin(self._clock.now(), event.request_id)
        if error is not None:
            self._fail(event, failures.named(error, event.request_id), "error", kind)
        elif status == "error":
            self._process_lost(event, failures.exited(event.request_id, words), words, kind)

    # ------------------------------------------------------------------ answers and failures

    def _take(self, event: Event) -> None:
        """The event's time starts now."""
        event.started = self._clock.monotonic()
        self.event = event
        self.holds_up = False
        self._deadline = event.started + self._function.timeout
        self._log.keep_tail(event.tail)

    def _milliseconds_left(self) -> int:
        """Of the function's time: after a reset the start of the process has taken some of it already."""
        return max(0, int((self._deadline - self._clock.monotonic()) * 1000))

    def _send(self, event: Event, *, at_once: bool = True) -> None:
        assert self._worker is not None
        event.attach(self._worker)
        self._become(State.BUSY)
        moment = self._clock.now()
        self._log.begin(moment, event.request_id)
        self._worker.send(event.frame(self._milliseconds_left()), at_once=at_once)

    def _answered(self, event: Event, kind: int, payload: bytes) -> None:
        if kind == frames.EXHAUSTED:
            self._exhausted(event)
            return
        memory, result = event.heard(kind, payload)
        self._log.remember_memory(memory)
        if memory > self._limit_kib:
            self._exhausted(event)
            return
        if result is None:
            return  # there is more to come
        seconds = self._clock.monotonic() - event.started
        self.event = None
        self._deadline = math.inf
        tail = self._log.finish(event.request_id, seconds)
        count(self._host, event, seconds, error=result.failed)
        self._owner.served(seconds)
        if self.behind:
            self._go_on()
        else:
            self._rest()
        event.resolve(result, tail)

    def _go_on(self) -> None:
        """The worker has taken the event that was next."""
        event = self.behind.popleft()
        self._take(event)
        self._log.begin(self._clock.now(), event.request_id)
        self._owner.room(self)

    def _rest(self) -> None:
        last = self.state is State.DRAINING
        self._become(State.IDLE)
        if last:
            self.end()
        else:
            self._owner.available(self)

    def _time_out(self) -> None:
        event = self.event
        if self._worker is not None and self.state in SERVING:
            self._worker.drain()
            if self.event is not event:
                return  # the answer was there already
        self._return_behind(self.take_back())
        self._leave_process()
        if self.state not in SERVING:
            self._initialisation_failed("timeout", None)
        if event is not None:
            self._log.timed_out(event.request_id)
            self._fail(event, failures.timed_out(event.request_id, self._function.timeout), "timeout", "")
        self._reset()

    def _watch_memory(self, event: Event) -> None:
        if self._worker is None or not self._worker.pid:
            return
        kib = self._grounds.kib(self._worker.pid)
        self._log.remember_memory(kib)
        if kib > self._limit_kib or self._grounds.files_too_large():
            self._worker.drain()
            if self.event is event:
                self._exhausted(event)

    def _exhausted(self, event: Event) -> None:
        self._return_behind(self.take_back())
        self._leave_process()
        self._process_lost(event, failures.out_of_memory(event.request_id), _KILLED, failures.OUT_OF_MEMORY)
        self._reset()

    def _process_lost(self, event: Event, payload: bytes, words: str | None, error_type: str) -> None:
        self._log.process_ended(event.request_id, words, error_type)
        self._fail(event, payload, "error", error_type)

    def _fail(self, event: Event, payload: bytes, status: str, error_type: str) -> None:
        self.event = None
        self._deadline = math.inf
        seconds = self._clock.monotonic() - event.started
        tail = self._log.finish(event.request_id, seconds, status, error_type)
        count(self._host, event, seconds, error=True)
        event.resolve(event.failure(payload), tail)

    # ------------------------------------------------------------------ events behind the running one

    def _last_behind(self, count: int) -> list[Event]:
        events = [self.behind.pop() for _ in range(min(count, len(self.behind)))]
        events.reverse()
        return events

    def _return_behind(self, untaken: list[Event]) -> None:
        """Before the process goes: what it has not taken is the pool's again; what it took dies with it."""
        while self.behind:
            event = self.behind.popleft()
            event.resolve(event.failure(failures.exited(event.request_id, _KILLED)), b"")
        if untaken:
            self._owner.returned(untaken)

    # ------------------------------------------------------------------ the state

    def _leave_process(self) -> None:
        self._launching.cancel()
        worker, self._worker = self._worker, None
        linger = 0.0 if worker is None else worker.abandon()
        self._grounds.clear(self._host.loop, linger)

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
