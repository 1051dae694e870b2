"""How the process's own log is written: lines for people on a terminal, JSON for machines."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

import orjson

from gatelet.aws.clock import zulu_timestamp
from gatelet.server.errors import InvalidConfiguration

LEVEL_VARIABLE = "GATELET_LOG_LEVEL"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def log_to_standard_error(environment: Mapping[str, str]) -> None:
    """Lines for people on a terminal, JSON otherwise; from GATELET_LOG_LEVEL on. Raises InvalidConfiguration."""
    level = environment.get(LEVEL_VARIABLE, "INFO").upper()
    if level not in _LEVELS:
        raise InvalidConfiguration(f"{LEVEL_VARIABLE} = {level!r}: choose one of {', '.join(_LEVELS)}.")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TerminalFormatter() if sys.stderr.isatty() else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


class TerminalFormatter(logging.Formatter):
    """``12:34:56 WARNING gatelet.server: text``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as ``{"time", "level", "logger", "message"[, "exception"]}``."""
        entry = {
            "time": zulu_timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(entry).decode()
