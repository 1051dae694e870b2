"""Tells telemetry listeners what happens: the platform's events (lambda-execution section 8, the JSON format)."""

from __future__ import annotations

import math
from typing import Any

from .exchange import Exchange
from .telemetry import Telemetry


class Narrator:
    """Durations are seconds."""

    def __init__(self, telemetry: Telemetry, description: dict[str, str], variables: dict[str, str]) -> None:
        self._tell = telemetry.tell
        self._version = description["functionVersion"]
        self._name = description["functionName"]
        self._memory = int(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
        self._initialization = variables["AWS_LAMBDA_INITIALIZATION_TYPE"]
        self._init: float | None = None

    def init_started(self) -> None:
        """Extensions and runtime are about to be started."""
        record = {"functionName": self._name, "functionVersion": self._version}
        self._tell("platform.initStart", {**self._phase(), **record})

    def initialised(self, seconds: float) -> None:
        """Everybody has asked for an event."""
        self._init = seconds
        metrics = {"durationMs": _milliseconds(seconds)}
        self._tell("platform.initRuntimeDone", {**self._phase(), "status": "success"})
        self._tell("platform.initReport", {**self._phase(), "status": "success", "metrics": metrics})

    def started(self, exchange: Exchange) -> None:
        """The runtime gets an event."""
        self._tell("platform.start", {"requestId": exchange.meta.request_id, "version": self._version})

    def answered(self, exchange: Exchange, seconds: float, *, failed: bool) -> None:
        """The runtime has said what it has to say."""
        metrics = {"durationMs": _milliseconds(seconds)}
        self._tell("platform.runtimeDone", {**_of(exchange, failed), "metrics": metrics})

    def reported(self, exchange: Exchange, seconds: float, kib: int, *, failed: bool) -> None:
        """Everybody has asked for the next event."""
        metrics: dict[str, Any] = {
            "durationMs": _milliseconds(seconds),
            "billedDurationMs": max(1, math.ceil((seconds + (self._init or 0.0)) * 1000)),
            "memorySizeMB": self._memory,
            "maxMemoryUsedMB": min(kib // 1024, self._memory),
        }
        if self._init is not None:
            metrics["initDurationMs"] = _milliseconds(self._init)
            self._init = None
        self._tell("platform.report", {**_of(exchange, failed), "metrics": metrics})

    def _phase(self) -> dict[str, str]:
        return {"initializationType": self._initialization, "phase": "init"}


def _of(exchange: Exchange, failed: bool) -> dict[str, str]:
    return {"requestId": exchange.meta.request_id, "status": "error" if failed else "success"}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
