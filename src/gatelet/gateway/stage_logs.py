"""What a stage logs: an access log line for each request, and the execution log of its methods by level. Pure.

Reference: apigateway-data-plane sections 16 and 17.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gatelet.aws.arn import Arn, InvalidArn

ABSENT = "-"
"""What a variable without a value prints."""
_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_.:-]*[A-Za-z0-9_-])")
_LOG_GROUP = "log-group:"


@dataclass(frozen=True, slots=True)
class LogTarget:
    """A CloudWatch Logs group."""

    account: str
    region: str
    group: str


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Where the lines go, and their form: a text with a ``%s`` for each of the variables."""

    target: LogTarget
    form: str
    variables: tuple[str, ...]

    def line(self, find: Callable[[str], object]) -> str:
        """The line of a request; ``find`` gives a variable's value by its name. No value can begin another line."""
        values = [find(variable) for variable in self.variables]
        texts = [value if type(value) is str and value else _text(value) for value in values]
        return (self.form % tuple(texts)).replace("\r", " ").replace("\n", " ")


@dataclass(frozen=True, slots=True)
class ExecutionLogging:
    """``errors``: only requests that fail; else all. ``data``: with headers and bodies (``dataTraceEnabled``)."""

    errors: bool
    data: bool


def parse_target(destination_arn: str) -> LogTarget:
    """The group that ``arn:aws:logs:{region}:{account}:log-group:{name}`` names. Raises InvalidArn."""
    arn = Arn.parse(destination_arn)
    if arn.service != "logs" or not arn.resource.startswith(_LOG_GROUP):
        raise InvalidArn(destination_arn)
    group = arn.resource.removeprefix(_LOG_GROUP).removesuffix(":*")
    if not group:
        raise InvalidArn(destination_arn)
    return LogTarget(arn.account, arn.region, group)


def compile_access_log(settings: Mapping[str, Any] | None) -> AccessLog | None:
    """A stage's access log; None until it has a destination and a format. Raises InvalidArn."""
    if not settings or not settings.get("destinationArn") or not settings.get("format"):
        return None
    texts = _VARIABLE.split(settings["format"])
    form = "%s".join(text.replace("%", "%%") for text in texts[::2])
    return AccessLog(parse_target(settings["destinationArn"]), form, tuple(texts[1::2]))


def _text(value: object) -> str:
    """How a value that is no text prints in a line."""
    return ABSENT if value is None or value == "" else orjson.dumps(value).decode()


def compile_execution_logging(settings: Mapping[str, Any]) -> ExecutionLogging | None:
    """What a method's settings want told; None: nothing beyond the reasons of failures, which are always told."""
    level, data = settings.get("loggingLevel", "OFF"), bool(settings.get("dataTraceEnabled"))
    if level == "INFO":
        return ExecutionLogging(errors=False, data=data)
    return ExecutionLogging(errors=True, data=True) if level == "ERROR" and data else None
