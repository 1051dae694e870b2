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
    restore_duration: float | None = None
    """Of an environment that began from a snapshot; ``init_duration`` is None then."""


def stream_name(moment: float, version: str, digits: str, function: str = "") -> str:
    """``YYYY/MM/DD/[$LATEST]{32 hex}``; ``function`` stands before the version in a group that others may share."""
    return f"{utc(moment):%Y/%m/%d}/{function}[{version}]{digits}"


def runtime_version(python_version: str) -> str:
    """``python:3.13.v1`` of ``3.13.1``."""
    major_minor, _, patch = python_version.rpartition(".")
    return f"python:{major_minor}.v{patch}"


def billed_milliseconds(duration: float, init_duration: float | None, restore_duration: float | None) -> int:
    """Whole milliseconds, the initialisation included; a restore is rounded by itself."""
    billed = math.ceil(duration if init_duration is None else duration + init_duration)
    return max(1, billed if restore_duration is None else billed + math.ceil(restore_duration))


class Lines(Protocol):
    """A format. Every line ends with a line end; an empty one is not written. Moments are epoch seconds."""

    def init_start(self, moment: float, version: str, runtime_arn: str) -> str:
        """A process starts; ``version`` as ``python:3.13.v1``."""

    def init_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:
        """An initialisation succeeded."""

    def init_report(self, moment: float, milliseconds: float, phase: str, status: str, error_type: str = "") -> str:
        """An initialisation failed."""

    def restore_start(self, moment: float, version: str, runtime_arn: str) -> str:
        """A process begins from a snapshot; as ``init_start``."""

    def restore_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:
        """It is restored."""

    def restore_report(self, moment: float, milliseconds: float, status: str, error_type: str = "") -> str:
        """It could not be restored."""

    def start(self, moment: float, request_id: str) -> str:
        """An invocation begins."""

    def ended(self, moment: float, request_id: str, ending: Ending) -> tuple[str, str]:
        """The runtime is done with it, and what it took."""

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
        return f"INIT_START Runtime Version: {version}\tRuntime Version ARN: {runtime_arn}\n"

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
        tail = f"\tError Type: {error_type}" if error_type else ""
        return f"INIT_REPORT Init Duration: {milliseconds:.2f} ms\tPhase: {phase}\tStatus: {status}{tail}\n"

    def restore_start(self, moment: float, version: str, runtime_arn: str) -> str:  # noqa: ARG002
        """See Lines."""
        return f"RESTORE_START Runtime Version: {version}\tRuntime Version ARN: {runtime_arn}\n"

    def restore_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:  # noqa: ARG002
        """Told at once, and by the first REPORT too."""
        return (f"RESTORE_REPORT Restore Duration: {milliseconds:.2f} ms\n",)

    def restore_report(self, moment: float, milliseconds: float, status: str, error_type: str = "") -> str:  # noqa: ARG002
        """See Lines."""
        tail = f"\tError Type: {error_type}" if error_type else ""
        return f"RESTORE_REPORT Restore Duration: {milliseconds:.2f} ms\tStatus: {status}{tail}\n"

    def start(self, moment: float, request_id: str) -> str:  # noqa: ARG002
        """See Lines."""
        return f"START RequestId: {request_id} Version: {self._version}\n"

    def ended(self, moment: float, request_id: str, ending: Ending) -> tuple[str, str]:  # noqa: ARG002
        """END and REPORT; the billed time includes the initialisation."""
        duration, init, size, used, status, error_type, restore = ending
        line = (
            f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\t"
            f"Billed Duration: {billed_milliseconds(duration, init, restore)} ms\tMemory Size: {size} MB\t"
            f"Max Memory Used: {used} MB\t"
        )
        if init is not None:
            line += f"Init Duration: {init:.2f} ms\t"
        if restore is not None:
            line += f"Restore Duration: {restore:.2f} ms\tBilled Restore Duration: {math.ceil(restore)} ms\t"
        if status:
            line += f"Status: {status}"
            if error_type:
                line += f"\tError Type: {error_type}"
        return f"END RequestId: {request_id}\n", line + "\n"

    def timed_out(self, moment: float, request_id: str, timeout: float) -> str:
        """See Lines."""
        return f"{zulu_timestamp(moment)} {request_id} Task timed out after {timeout:.2f} seconds\n\n"

    def runtime_exited(self, moment: float, message: str, error_type: str) -> str:  # noqa: ARG002
        """See Lines."""
        return f"{message}\n{error_type}\n"

    def warning(self, moment: float, message: str) -> str:  # noqa: ARG002
        """See Lines."""
        return f"[WARNING] {message}\n"
