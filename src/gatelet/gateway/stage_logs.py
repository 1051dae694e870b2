"""What a stage logs: an access log line for each request, and the execution log of its methods by level. Pure.

Reference: apigateway-data-plane sections 16 and 17.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.gateway.template import Lookup

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
    """Where the lines go, and their format: literal texts and variables' names in turn."""

    target: LogTarget
    parts: tuple[str, ...]

    def line(self, lookup: Lookup) -> str:
        """The line of a request; ``lookup`` finds ``context.*``. No value can begin another line."""
        filled = [
            part if index % 2 == 0 else lookup(f"context.{part}") or ABSENT for index, part in enumerate(self.parts)
        ]
        return "".join(filled).replace("\r", " ").replace("\n", " ")


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
    return AccessLog(parse_target(settings["destinationArn"]), tuple(_VARIABLE.split(settings["format"])))


def compile_execution_logging(settings: Mapping[str, Any]) -> ExecutionLogging | None:
    """What a method's settings want told; None: nothing beyond the reasons of failures, which are always told."""
    level, data = settings.get("loggingLevel", "OFF"), bool(settings.get("dataTraceEnabled"))
    if level == "INFO":
        return ExecutionLogging(errors=False, data=data)
    return ExecutionLogging(errors=True, data=True) if level == "ERROR" and data else None
