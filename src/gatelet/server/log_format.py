"""How the process's own log is written: lines for people on a terminal, JSON for machines."""

from __future__ import annotations

import logging

import orjson

from gatelet.aws.clock import zulu_timestamp


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
