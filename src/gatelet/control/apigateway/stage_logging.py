"""What a stage may log, and where. Reference: apigateway-control-plane section 6.2, data plane section 17."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.account import has_log_role
from gatelet.control.apigateway.errors import BadRequest
from gatelet.control.operation import Call
from gatelet.gateway.stage_logs import parse_target

_IDS = ("$context.requestId", "$context.extendedRequestId")


async def check_logging(call: Call, stage: Mapping[str, Any]) -> None:
    """Raises BadRequest, NotSupported."""
    access = stage.get("accessLogSettings")
    if access:
        _check_access_log(access)
    logs = any(entry.get("loggingLevel", "OFF") != "OFF" for entry in stage["methodSettings"].values())
    if (access or logs) and not await has_log_role(call):
        raise BadRequest("CloudWatch Logs role ARN must be set in account settings to enable logging")


def _check_access_log(settings: Mapping[str, Any]) -> None:
    destination, template = settings.get("destinationArn"), settings.get("format")
    if destination:
        try:
            if Arn.parse(destination).service == "firehose":
                raise NotSupported("access logs to Firehose")
            parse_target(destination)
        except InvalidArn:
            raise BadRequest("Invalid ARN specified in the request") from None
    if template:
        if "\n" in template.strip("\r\n"):
            raise BadRequest("Access Log format must be single line, new line character is not allowed in the format")
        if not any(name in template for name in _IDS):
            raise BadRequest("Access Log format must contain $context.requestId or $context.extendedRequestId")
