"""What a function logs, in the JSON format (lambda-execution section 8). ``print`` stays as it is."""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from typing import Any

_LEVELS = {
    "TRACE": logging.NOTSET + 1,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
    "FATAL": logging.CRITICAL,
}
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"aws_request_id", "message", "asctime", "taskName"}
"""What every record has; anything beside it came with ``extra``."""


def wanted() -> bool:
    """Whether the function's LoggingConfig asks for JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def level() -> int:
    """The level of the root logger: the function's ApplicationLogLevel."""
    return _LEVELS.get(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"), logging.INFO)


class JsonFormatter(logging.Formatter):
    """One object a record; what is not there is left out."""

    def __init__(self) -> None:
        super().__init__(datefmt="%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line, its end included."""
        line: dict[str, Any] = {
            "timestamp": self.formatTime(record, self.datefmt),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["stackTrace"] = traceback.format_tb(error.__traceback__)
            line["errorType"] = type(error).__name__
            line["errorMessage"] = str(error)
            line["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        line["requestId"] = getattr(record, "aws_request_id", None) or None
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD and name not in line}
        return _text({name: value for name, value in line.items() if value is not None})


def error_event(error: dict[str, Any]) -> str:
    """The line of an uncaught error."""
    now = time.time()  # noqa: TID251 - the worker's clock
    line = {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "log_level": "ERROR",
        "errorMessage": error["errorMessage"],
        "errorType": error["errorType"],
        "requestId": error.get("requestId", ""),
        "stackTrace": error.get("stackTrace", []),
    }
    return _text(line)


def _text(line: dict[str, Any]) -> str:
    return json.dumps(line, default=str, ensure_ascii=False) + "\n"
