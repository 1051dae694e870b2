"""The events that Lambda itself writes to a function's log in the JSON format (lambda-execution section 8). Pure.

Which level each has: Lambda Developer Guide, "Log-level filtering", "System log level event mapping".
"""

from __future__ import annotations

import json
from typing import Any

from gatelet.aws.clock import zulu_timestamp
from gatelet.functions import report
from gatelet.functions.report import Ending

_LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2}


class JsonLines:
    """Writes what report.TextLines writes, as ``platform.*`` events; empty where the level keeps an event back."""

    __slots__ = ("_function", "_initialization", "_level", "_version")

    def __init__(self, function: str, version: str, initialization: str, level: str) -> None:
        """``level`` is the SystemLogLevel: DEBUG, INFO or WARN."""
        self._function = function
        self._version = version
        self._initialization = initialization
        self._level = _LEVELS[level]

    def init_start(self, moment: float, version: str, runtime_arn: str) -> str:
        """platform.initStart."""
        record = {
            "initializationType": self._initialization,
            "phase": "init",
            "runtimeVersion": version,
            "runtimeVersionArn": runtime_arn,
            "functionName": self._function,
            "functionVersion": self._version,
        }
        return self._event("INFO", moment, "platform.initStart", record)

    def init_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:
        """platform.initRuntimeDone and platform.initReport, of an initialisation that succeeded."""
        record = {"initializationType": self._initialization, "phase": "init", "status": "success"}
        level = "DEBUG" if self._initialization == "on-demand" else "INFO"
        measured = {**record, "metrics": {"durationMs": round(milliseconds, 3)}}
        return (
            self._event("DEBUG", moment, "platform.initRuntimeDone", record),
            self._event(level, moment, "platform.initReport", measured),
        )

    def init_report(self, moment: float, milliseconds: float, phase: str, status: str, error_type: str = "") -> str:
        """platform.initReport, of an initialisation that failed."""
        record: dict[str, Any] = {
            "initializationType": self._initialization,
            "phase": phase,
            "status": status,
            "metrics": {"durationMs": round(milliseconds, 3)},
        }
        if error_type:
            record["errorType"] = error_type
        return self._event("WARN", moment, "platform.initReport", record)

    def restore_start(self, moment: float, version: str, runtime_arn: str) -> str:
        """platform.restoreStart."""
        record = {
            "runtimeVersion": version,
            "runtimeVersionArn": runtime_arn,
            "functionName": self._function,
            "functionVersion": self._version,
        }
        return self._event("INFO", moment, "platform.restoreStart", record)

    def restore_done(self, moment: float, milliseconds: float) -> tuple[str, ...]:
        """platform.restoreRuntimeDone and platform.restoreReport, of a restore that succeeded."""
        record = {"status": "success"}
        measured = {**record, "metrics": {"durationMs": round(milliseconds, 3)}}
        return (
            self._event("DEBUG", moment, "platform.restoreRuntimeDone", record),
            self._event("INFO", moment, "platform.restoreReport", measured),
        )

    def restore_report(self, moment: float, milliseconds: float, status: str, error_type: str = "") -> str:
        """platform.restoreReport, of a restore that failed."""
        record: dict[str, Any] = {"status": status, "metrics": {"durationMs": round(milliseconds, 3)}}
        if error_type:
            record["errorType"] = error_type
        return self._event("WARN", moment, "platform.restoreReport", record)

    def start(self, moment: float, request_id: str) -> str:
        """platform.start."""
        return self._event("INFO", moment, "platform.start", {"requestId": request_id, "version": self._version})

    def ended(self, moment: float, request_id: str, ending: Ending) -> tuple[str, str]:
        """platform.runtimeDone and platform.report."""
        return self._done(moment, request_id, ending), self._report(moment, request_id, ending)

    def _done(self, moment: float, request_id: str, ending: Ending) -> str:
        record: dict[str, Any] = {
            "requestId": request_id,
            "status": ending.status or "success",
            "metrics": {"durationMs": round(ending.duration, 3)},
        }
        if ending.error_type:
            record["errorType"] = ending.error_type
        return self._event("WARN" if ending.status else "DEBUG", moment, "platform.runtimeDone", record)

    def _report(self, moment: float, request_id: str, ending: Ending) -> str:
        metrics: dict[str, Any] = {
            "durationMs": round(ending.duration, 3),
            "billedDurationMs": report.billed_milliseconds(
                ending.duration, ending.init_duration, ending.restore_duration
            ),
            "memorySizeMB": ending.memory_size,
            "maxMemoryUsedMB": ending.memory_used,
        }
        if ending.init_duration is not None:
            metrics["initDurationMs"] = round(ending.init_duration, 3)
        if ending.restore_duration is not None:
            metrics["restoreDurationMs"] = round(ending.restore_duration, 3)
        record: dict[str, Any] = {"requestId": request_id, "metrics": metrics, "status": ending.status or "success"}
        if ending.error_type:
            record["errorType"] = ending.error_type
        return self._event("WARN" if ending.status else "INFO", moment, "platform.report", record)

    def timed_out(self, moment: float, request_id: str, timeout: float) -> str:  # noqa: ARG002 - TextLines' shape
        """Nothing: the report tells the status."""
        return ""

    def runtime_exited(self, moment: float, message: str, error_type: str) -> str:  # noqa: ARG002 - TextLines' shape
        """Nothing: the report tells the error's type."""
        return ""

    def warning(self, moment: float, message: str) -> str:
        """A word of Gatelet's own, as an application's line."""
        line = {"timestamp": zulu_timestamp(moment), "level": "WARN", "message": message}
        return json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n"

    def _event(self, level: str, moment: float, kind: str, record: dict[str, Any]) -> str:
        if _LEVELS[level] < self._level:
            return ""
        event = {"time": zulu_timestamp(moment), "type": kind, "record": record}
        return json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n"
