"""The tags of log groups, by ARN and (the older operations) by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.logs.naming import name_of
from gatelet.control.logs.tagging import merged, without
from gatelet.control.operation import Call, operation

if TYPE_CHECKING:
    from types_boto3_logs import type_defs as t


@operation("logs", "TagResource")
async def tag_resource(call: Call, request: t.TagResourceRequestTypeDef) -> dict[str, Any]:
    """Add tags, or change their values."""
    arn, new = request["resourceArn"], request["tags"]
    groups = call.ports.log_writer.groups
    await groups.change_tags(call.scope, await _existing(call, arn), lambda tags: merged(tags, new, arn))
    return {}


@operation("logs", "UntagResource")
async def untag_resource(call: Call, request: t.UntagResourceRequestTypeDef) -> dict[str, Any]:
    """Remove tags; those that are not there are no fault."""
    keys = request["tagKeys"]
    name = await _existing(call, request["resourceArn"])
    await call.ports.log_writer.groups.change_tags(call.scope, name, lambda tags: without(tags, keys))
    return {}


@operation("logs", "ListTagsForResource")
async def list_tags_for_resource(call: Call, request: t.ListTagsForResourceRequestTypeDef) -> dict[str, Any]:
    """The tags of a group."""
    group = await call.ports.log_writer.groups.get(call.scope, await _existing(call, request["resourceArn"]))
    return {"tags": group.tags}


@operation("logs", "TagLogGroup")
async def tag_log_group(call: Call, request: t.TagLogGroupRequestTypeDef) -> dict[str, Any]:
    """TagResource, by name. Raises GroupNotFound."""
    name, new = request["logGroupName"], request["tags"]
    await call.ports.log_writer.groups.change_tags(call.scope, name, lambda tags: merged(tags, new, name))
    return {}


@operation("logs", "UntagLogGroup")
async def untag_log_group(call: Call, request: t.UntagLogGroupRequestTypeDef) -> dict[str, Any]:
    """UntagResource, by name. Raises GroupNotFound."""
    keys = request["tags"]
    await call.ports.log_writer.groups.change_tags(
        call.scope, request["logGroupName"], lambda tags: without(tags, keys)
    )
    return {}


@operation("logs", "ListTagsLogGroup")
async def list_tags_log_group(call: Call, request: t.ListTagsLogGroupRequestTypeDef) -> dict[str, Any]:
    """ListTagsForResource, by name. Raises GroupNotFound."""
    group = await call.ports.log_writer.groups.get(call.scope, request["logGroupName"])
    return {"tags": group.tags}


async def _existing(call: Call, arn: str) -> str:
    """The name of the group that the ARN names. Raises AwsError (ResourceNotFoundException)."""
    name = name_of(call.scope, arn) if arn.startswith("arn:") else None
    if name is None or await call.ports.log_writer.groups.find(call.scope, name) is None:
        raise AwsError("ResourceNotFoundException", "The specified resource does not exist.")
    return name
