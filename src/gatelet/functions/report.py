"""The lines that Lambda itself writes to a function's log (lambda-execution section 8, text format)."""

from __future__ import annotations

import math
from typing import NamedTuple

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


def init_start(python_version: str, runtime_arn: str) -> str:
    """The first line of a process. ``python_version`` is what really runs, for example ``3.13.1``."""
    major_minor, _, patch = python_version.rpartition(".")
    return f"INIT_START Runtime Version: python:{major_minor}.v{patch}\tRuntime Version ARN: {runtime_arn}\n"


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
