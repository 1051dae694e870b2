"""The lines that Lambda itself writes to a function's log (lambda-execution section 8, text format).

``Lines`` is what an environment's log needs of a format; gatelet.functions.platform_events has the JSON format.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

from gatelet.aws.clock import utc, zulu_timestamp


class Ending(NamedTuple):
    """How an invocation ended, for its REPORT. Times are milliseconds."""

    duration: float
    init_duration: float | None
    memory_size: int
    memory_used: int
    status: str = ""
    """Empty for an answer of the handler, else ``timeout`` or ``error``."""
    error_type: str = ""


def stream_name(moment: float, version: str, digits: str, function: str = "") -> str:
    """``YYYY/MM/DD/[$LATEST]{32 hex}``; ``function`` stands before the version in a group that others may share."""
    return f"{utc(moment):%Y/%m/%d}/{function}[{version}]{digits}"


def init_start(version: str, runtime_arn: str) -> str:
    """The first line of a process. ``version`` is what really runs, for example ``python:3.13.v1``."""
    return f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {runtime_arn}\n"


def runtime_version(python_version: str) -> str:
    """``python:3.13.v1`` of ``3.13.1``."""
    major_minor, _, patch = python_version.rpartition(".")
    return f"python:{major_minor}.v{patch}"


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
    billed = billed_milliseconds(ending)
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


def billed_milliseconds(ending: Ending) -> int:
    """Whole milliseconds, the initialisation included."""
    return max(1, math.ceil(ending.duration + (ending.init_duration or 0.0)))


def timed_out(moment: float, request_id: str, timeout: float) -> str:
    """Between START and END of an invocation that took too long."""
    return f"{zulu_timestamp(moment)} {request_id} Task timed out after {timeout:.2f} seconds\n\n"


def runtime_exited(message: str, error_type: str) -> str:
    """Between START and END of an invocation whose process ended."""
    return f"{message}\n{error_type}\n"


class Lines(Protocol):
    """A format. Every line ends with a line end; an empty one is not written. Moments are epoch seconds."""

    def init_start(self, moment: float, version: str, runtime_arn: str) -> str:
        """A process starts; ``version`` as ``python:3.13.v1``."""

    def init_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:
        """An initialisation succeeded."""

    def init_report(self, moment: float, milliseconds: float, phase: str, status: str, error_type: str = "") -> str:
        """An initialisation failed."""

    def start(self, moment: float, request_id: str) -> str:
        """An invocation begins."""

    def end(self, moment: float, request_id: str, ending: Ending) -> str:
        """The runtime is done with it."""

    def report(self, moment: float, request_id: str, ending: Ending) -> str:
        """What it took."""

    def timed_out(self, moment: float, request_id: str, timeout: float) -> str:
        """It took too long."""

    def runtime_exited(self, moment: float, message: str, error_type: str) -> str:
        """The process ended under it."""

    def warning(self, moment: float, message: str) -> str:
        """A word of Gatelet's own."""


class TextLines:
    """The text format."""

    __slots__ = ("_version",)

    def __init__(self, version: str) -> None:
        self._version = version

    def init_start(self, moment: float, version: str, runtime_arn: str) -> str:  # noqa: ARG002
        """See Lines."""
        return init_start(version, runtime_arn)

    def init_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing: the first REPORT tells it."""
        return ()

    def init_report(
        self,
        moment: float,  # noqa: ARG002
        milliseconds: float,
        phase: str,
        status: str,
        error_type: str = "",
    ) -> str:
        """See Lines."""
        return init_report(milliseconds, phase, status, error_type)

    def start(self, moment: float, request_id: str) -> str:  # noqa: ARG002
        """See Lines."""
        return start(request_id, self._version)

    def end(self, moment: float, request_id: str, ending: Ending) -> str:  # noqa: ARG002
        """See Lines."""
        return end(request_id)

    def report(self, moment: float, request_id: str, ending: Ending) -> str:  # noqa: ARG002
        """See Lines."""
        return report(request_id, ending)

    def timed_out(self, moment: float, request_id: str, timeout: float) -> str:
        """See Lines."""
        return timed_out(moment, request_id, timeout)

    def runtime_exited(self, moment: float, message: str, error_type: str) -> str:  # noqa: ARG002
        """See Lines."""
        return runtime_exited(message, error_type)

    def warning(self, moment: float, message: str) -> str:  # noqa: ARG002
        """See Lines."""
        return f"[WARNING] {message}\n"
