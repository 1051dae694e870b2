"""The lines that Lambda itself writes to a function's log (lambda-execution section 8, text format)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gatelet.aws import quotas
from gatelet.aws.clock import utc, zulu_timestamp
from gatelet.storage.ports import StreamKey

LogEvents = list[tuple[int, str]]
"""``(epoch milliseconds, text)``."""


class LogSink(Protocol):
    """Where log events go (gatelet.logs.writer.LogWriter): never blocks."""

    def write_many(self, key: StreamKey, events: Sequence[tuple[int, str]]) -> None:
        """Append events to a stream."""


class Ending(NamedTuple):
    """How an invocation ended, for its REPORT. Times are milliseconds."""

    duration: float
    init_duration: float | None
    memory_size: int
    memory_used: int
    status: str = ""
    """Empty for an answer of the handler, else ``timeout`` or ``error``."""
    error_type: str = ""


def stream_name(moment: float, version: str, digits: str) -> str:
    """``YYYY/MM/DD/[$LATEST]{32 hex}``."""
    return f"{utc(moment):%Y/%m/%d}/[{version}]{digits}"


def init_start(python_version: str, region: str, runtime: str) -> str:
    """The first line of a process. ``python_version`` is ``3.13.1``; the ARN names what really runs."""
    major_minor, _, patch = python_version.rpartition(".")
    digits = hashlib.sha256(f"{runtime} {python_version}".encode()).hexdigest()
    return (
        f"INIT_START Runtime Version: python:{major_minor}.v{patch}\t"
        f"Runtime Version ARN: arn:aws:lambda:{region}::runtime:{digits}\n"
    )


def init_report(milliseconds: float, phase: str, status: str, error_type: str = "") -> str:
    """After an initialisation that failed."""
    tail = f"\tError Type: {error_type}" if error_type else ""
    return f"INIT_REPORT Init Duration: {milliseconds:.2f} ms\tPhase: {phase}\tStatus: {status}{tail}\n"


def start(request_id: str, version: str) -> str:
    """The first line of an invocation."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end(request_id: str) -> str:
    """The last line before the report."""
    return f"END RequestId: {request_id}\n"


def report(request_id: str, ending: Ending) -> str:
    """The REPORT line. Billed time includes the initialisation."""
    duration, init = ending.duration, ending.init_duration
    billed = max(1, math.ceil(duration + (init or 0.0)))
    line = (
        f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\tBilled Duration: {billed} ms\t"
        f"Memory Size: {ending.memory_size} MB\tMax Memory Used: {ending.memory_used} MB\t"
    )
    if init is not None:
        line += f"Init Duration: {init:.2f} ms\t"
    if ending.status:
        line += f"Status: {ending.status}"
        if ending.error_type:
            line += f"\tError Type: {ending.error_type}"
    return line + "\n"


def timed_out(moment: float, request_id: str, timeout: float) -> str:
    """Between START and END of an invocation that took too long."""
    return f"{zulu_timestamp(moment)} {request_id} Task timed out after {timeout:.2f} seconds\n\n"


def runtime_exited(message: str, error_type: str) -> str:
    """Between START and END of an invocation whose process ended."""
    return f"{message}\n{error_type}\n"


class EnvironmentLog:
    """One environment's stream. START waits for company, so a quiet invocation is one write."""

    __slots__ = ("_key", "_pending", "_sink", "_tail", "_version")

    def __init__(self, sink: LogSink, key: StreamKey, version: str) -> None:
        self._sink = sink
        self._key = key
        self._version = version
        self._pending: LogEvents = []
        self._tail: list[str] | None = None

    @property
    def stream(self) -> str:
        """The name of the stream."""
        return self._key.stream

    def keep_tail(self, wanted: bool) -> None:
        """From now on this is the log of one invocation, whose last bytes may be wanted."""
        self._tail = [] if wanted else None

    def begin(self, moment: float, request_id: str) -> None:
        """The handler is about to be called."""
        self._pending = [(int(moment * 1000), start(request_id, self._version))]

    def line(self, milliseconds: int, text: str) -> None:
        """One log event, at once."""
        events = self._pending
        events.append((milliseconds, text))
        self._pending = []
        self._write(events)

    def finish(self, moment: float, request_id: str, ending: Ending) -> bytes:
        """The invocation is over; its last 4,096 bytes of log if they were asked for."""
        at = int(moment * 1000)
        events = self._pending
        events.append((at, end(request_id)))
        events.append((at, report(request_id, ending)))
        self._pending = []
        self._write(events)
        if self._tail is None:
            return b""
        text = "".join(self._tail).encode("utf-8", "replace")
        self._tail = None
        return text[-quotas.LOG_TAIL_BYTES :]

    def _write(self, events: LogEvents) -> None:
        self._sink.write_many(self._key, events)
        if self._tail is not None:
            self._tail.extend(text for _, text in events)
            if len(self._tail) > quotas.LOG_TAIL_BYTES:
                del self._tail[: -quotas.LOG_TAIL_BYTES]
