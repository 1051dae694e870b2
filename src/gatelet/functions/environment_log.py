"""One environment's log stream, and what its REPORT lines tell (lambda-execution section 8)."""

from __future__ import annotations

from typing import Protocol

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.functions import failures, report
from gatelet.functions.application_level import passes
from gatelet.functions.platform_events import JsonLines
from gatelet.functions.version import ON_DEMAND, FunctionVersion
from gatelet.storage.ports import StreamKey

_TAIL_EVENTS = quotas.LOG_TAIL_BYTES
"""More events than this cannot be in a tail of as many bytes."""


class LogSink(Protocol):
    """Where log events go (gatelet.logs.writer.LogWriter): never blocks."""

    def write_many(self, key: StreamKey, events: list[tuple[int, str]]) -> None:
        """Append ``(epoch milliseconds, text)`` events to a stream."""


class EnvironmentLog:
    """Writes an environment's lines. START waits for company, so a quiet invocation is one write."""

    __slots__ = ("_clock", "_function", "_init_milliseconds", "_key", "_lines", "_memory_kib", "_pending",
        "_restore_milliseconds", "_restores", "_sink", "_tail")  # fmt: skip

    def __init__(self, function: FunctionVersion, sink: LogSink, clock: Clock, digits: str) -> None:
        self._function = function
        self._sink = sink
        self._clock = clock
        shared = function.log_group != f"/aws/lambda/{function.name}"
        stream = report.stream_name(clock.now(), function.version, digits, function.name if shared else "")
        self._key = StreamKey(function.scope.account, function.scope.region, function.log_group, stream)
        self._lines = _lines(function)
        self._pending: list[tuple[int, str]] = []
        self._tail: list[str] | None = None
        self._memory_kib = 0
        self._init_milliseconds: float | None = None
        self._restore_milliseconds: float | None = None
        self._restores = False

    @property
    def stream(self) -> str:
        """The name of the stream."""
        return self._key.stream

    def line(self, milliseconds: int, text: str) -> None:
        """One log event of the function, at once."""
        self.lines(milliseconds, [text])

    def lines(self, milliseconds: int, texts: list[str]) -> None:
        """Several of one moment; in the JSON format those that the function's level lets through."""
        if self._function.log_format == "JSON":
            texts = [text for text in texts if passes(text, self._function.application_level)]
            if not texts:
                return
        self._append(milliseconds, texts)

    def _append(self, milliseconds: int, texts: list[str]) -> None:
        events = self._pending
        events.extend((milliseconds, text) for text in texts)
        self._pending = []
        self._write(events)

    def remember_memory(self, kib: int) -> None:
        """The process took at least so much."""
        self._memory_kib = max(self._memory_kib, kib)

    # ------------------------------------------------------------------ a process

    def process_starts(self, version: str, warning: str, *, restores: bool = False) -> None:
        """``version`` as ``python:3.13.v1``; ``warning``: what the host has instead of the function's runtime.

        ``restores``: the process begins from the version's snapshot, and initialises nothing.
        """
        now = self._clock.now()
        self._restores = restores
        start = self._lines.restore_start if restores else self._lines.init_start
        self._own(start(now, version, self._function.runtime_arn))
        if warning:
            self._own(self._lines.warning(now, warning))

    def layers_are_at(self, directory: str) -> None:
        """Where the layers are as the worker sees it, empty if there are none: said if that is not AWS's place."""
        if directory not in ("", "/opt"):
            words = f"this host gives a worker no /opt of its own: the layers are at {directory}"
            self._own(self._lines.warning(self._clock.now(), words))

    def initialised(self, milliseconds: float) -> None:
        """The next REPORT tells how long the initialisation took, unless it was ahead of any event (section 8)."""
        if self._function.initialization == ON_DEMAND:
            self._restore_milliseconds = milliseconds if self._restores else None
            self._init_milliseconds = None if self._restores else milliseconds
        done = self._lines.restore_done if self._restores else self._lines.init_done
        for line in done(self._clock.now(), milliseconds):
            self._own(line)

    def initialisation_failed(self, milliseconds: float, phase: str, status: str, error_type: str) -> None:
        """``phase`` is ``init`` or ``invoke``."""
        if self._restores:
            self._own(self._lines.restore_report(self._clock.now(), milliseconds, status, error_type))
            return
        self._own(self._lines.init_report(self._clock.now(), milliseconds, phase, status, error_type))

    # ------------------------------------------------------------------ an invocation

    def keep_tail(self, wanted: bool) -> None:
        """From now on this is the log of one invocation, whose last bytes may be wanted."""
        self._tail = [] if wanted else None

    def begin(self, moment: float, request_id: str) -> None:
        """The handler is about to be called."""
        line = self._lines.start(moment, request_id)
        self._pending = [(int(moment * 1000), line)] if line else []

    def process_ended(self, request_id: str, words: str | None, error_type: str) -> None:
        """The process ended under the invocation; ``words`` as gatelet.functions.process.exit_words."""
        message = failures.exit_message(request_id, words)
        self._own(self._lines.runtime_exited(self._clock.now(), message, error_type))

    def timed_out(self, request_id: str) -> None:
        """The function's timeout passed."""
        self._own(self._lines.timed_out(self._clock.now(), request_id, self._function.timeout))

    def finish(self, request_id: str, seconds: float, status: str = "", error_type: str = "") -> bytes:
        """The invocation is over; the last 4,096 bytes of its log if they were asked for."""
        now = self._clock.now()
        ending = report.Ending(
            seconds * 1000,
            self._init_milliseconds,
            self._function.memory,
            min(self._memory_kib // quotas.KIB, self._function.memory),
            status,
            error_type,
            self._restore_milliseconds,
        )
        self._init_milliseconds = self._restore_milliseconds = None
        events, at = self._pending, int(now * 1000)
        for line in self._lines.ended(now, request_id, ending):
            if line:
                events.append((at, line))
        self._pending = []
        if events:
            self._write(events)
        if self._tail is None:
            return b""
        text = "".join(self._tail).encode("utf-8", "replace")
        self._tail = None
        return text[-quotas.LOG_TAIL_BYTES :]

    def _own(self, text: str) -> None:
        if text:
            self._append(int(self._clock.now() * 1000), [text])

    def _write(self, events: list[tuple[int, str]]) -> None:
        self._sink.write_many(self._key, events)
        if self._tail is not None:
            self._tail.extend(text for _, text in events)
            del self._tail[:-_TAIL_EVENTS]


def _lines(function: FunctionVersion) -> report.Lines:
    if function.log_format != "JSON":
        return report.TextLines(function.version)
    return JsonLines(function.name, function.version, function.initialization, function.system_level)
