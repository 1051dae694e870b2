"""Which log group a request means: by name, or by an identifier that is a name or an ARN."""

from __future__ import annotations

from typing import Any

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.control.operation import Call
from gatelet.logs.errors import GroupNotFound, InvalidParameter
from gatelet.logs.groups import LogGroup

_KIND = "log-group:"


async def wanted_group(call: Call, request: dict[str, Any]) -> LogGroup:
    """The group that ``logGroupName`` or ``logGroupIdentifier`` names. Raises GroupNotFound, AwsError."""
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name is not None and identifier is not None:
        raise AwsError("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if identifier is not None:
        name = name_of(call.scope, identifier)
        if name is None:
            raise GroupNotFound
    if name is None:
        raise InvalidParameter("Either logGroupName or logGroupIdentifier must be specified.")
    return await call.ports.log_writer.groups.get(call.scope, name)


def name_of(scope: Scope, identifier: str) -> str | None:
    """The name of the group, None if its ARN is of another scope or of another kind of thing."""
    if not identifier.startswith("arn:"):
        return identifier
    try:
        arn = Arn.parse(identifier)
    except InvalidArn:
        return None
    here = (scope.partition, "logs", scope.region, scope.account)
    if (arn.partition, arn.service, arn.region, arn.account) != here or not arn.resource.startswith(_KIND):
        return None
    return arn.resource.removeprefix(_KIND)
