"""Log groups and how long they keep events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.aws.errors import NotSupported
from gatelet.control.logs.naming import name_of
from gatelet.control.logs.tagging import check_keys
from gatelet.control.operation import Call, operation
from gatelet.logs.errors import InvalidParameter
from gatelet.logs.groups import LogGroup
from gatelet.logs.tokens import opaque_token, parse_opaque

if TYPE_CHECKING:
    from types_boto3_logs import type_defs as t

_STANDARD = "STANDARD"


@operation("logs", "CreateLogGroup")
async def create_log_group(call: Call, request: t.CreateLogGroupRequestTypeDef) -> dict[str, Any]:
    """A group that keeps its events forever. Raises GroupExists, InvalidParameter, NotSupported."""
    name = request["logGroupName"]
    if len(name) > quotas.LOG_NAME_CHARACTERS:
        raise InvalidParameter("Invalid LogGroup or LogStream, both must have length less than or equal to 512.")
    if request.get("kmsKeyId"):
        raise NotSupported("kmsKeyId on a log group")
    if request.get("logGroupClass", _STANDARD) != _STANDARD:
        raise NotSupported(f"logGroupClass {request['logGroupClass']}")
    if request.get("deletionProtectionEnabled"):
        raise NotSupported("deletionProtectionEnabled on a log group")
    tags = request.get("tags") or {}
    check_keys(tags)
    await call.ports.log_writer.groups.create(call.scope, name, tags)
    return {}


@operation("logs", "DeleteLogGroup")
async def delete_log_group(call: Call, request: t.DeleteLogGroupRequestTypeDef) -> dict[str, Any]:
    """The group, its streams and their events are gone. Raises GroupNotFound."""
    # Events taken before this call belong to the group that goes: they must not bring it back.
    await call.ports.log_writer.flush()
    await call.ports.log_writer.groups.delete(call.scope, request["logGroupName"])
    return {}


@operation("logs", "DescribeLogGroups")
async def describe_log_groups(call: Call, request: t.DescribeLogGroupsRequestTypeDef) -> dict[str, Any]:
    """A page of groups, ordered by name. Raises InvalidParameter, NotSupported."""
    if request.get("includeLinkedAccounts"):
        raise NotSupported("includeLinkedAccounts")
    prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    if prefix is not None and pattern is not None:
        raise InvalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    after = parse_opaque(request["nextToken"]) if "nextToken" in request else ""
    identifiers = request.get("logGroupIdentifiers")
    names = None if identifiers is None else {name_of(call.scope, identifier) for identifier in identifiers}
    groups: Sequence[LogGroup] = ()
    if request.get("logGroupClass", _STANDARD) == _STANDARD:
        groups = await call.ports.log_writer.groups.list(call.scope)
    found = [
        group
        for group in groups
        if group.name > after
        and group.name.startswith(prefix or "")
        and (pattern or "") in group.name
        and (names is None or group.name in names)
    ]
    describe = _description if pattern is None else _short_description
    limit = request.get("limit", quotas.LOG_GROUPS_PAGE)
    response: dict[str, Any] = {"logGroups": [describe(group) for group in found[:limit]]}
    if len(found) > limit:
        response["nextToken"] = opaque_token(found[limit - 1].name)
    return response


@operation("logs", "PutRetentionPolicy")
async def put_retention_policy(call: Call, request: t.PutRetentionPolicyRequestTypeDef) -> dict[str, Any]:
    """Events are deleted that many days after their time. Raises GroupNotFound, InvalidParameter."""
    days = request["retentionInDays"]
    if days not in quotas.LOG_RETENTION_DAYS:
        raise InvalidParameter(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(map(str, quotas.LOG_RETENTION_DAYS))}]"
        )
    await call.ports.log_writer.groups.set_retention(call.scope, request["logGroupName"], days)
    return {}


@operation("logs", "DeleteRetentionPolicy")
async def delete_retention_policy(call: Call, request: t.DeleteRetentionPolicyRequestTypeDef) -> dict[str, Any]:
    """Events are kept forever. Raises GroupNotFound."""
    await call.ports.log_writer.groups.set_retention(call.scope, request["logGroupName"], None)
    return {}


def _short_description(group: LogGroup) -> dict[str, Any]:
    """What a search by pattern tells (API reference, DescribeLogGroups, logGroupNamePattern)."""
    return {"logGroupName": group.name, "creationTime": group.created, "arn": f"{group.arn}:*"}


def _description(group: LogGroup) -> dict[str, Any]:
    return {
        "logGroupName": group.name,
        "creationTime": group.created,
        "retentionInDays": group.retention_days,
        "metricFilterCount": 0,
        "arn": f"{group.arn}:*",
        "logGroupArn": group.arn,
        "storedBytes": 0,
        "logGroupClass": _STANDARD,
        "deletionProtectionEnabled": False,
    }
