"""TagResource, UntagResource, ListTags. Reference: lambda-control-plane section 13."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gatelet.aws.arn import Arn
from gatelet.control.lambda_.documents import edit_function, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceNotFound
from gatelet.control.lambda_.event_sources import edit_mapping, read_mapping
from gatelet.control.lambda_.names import FunctionName, resolve
from gatelet.control.lambda_.tagging import check_tags
from gatelet.control.operation import Call, Response, operation

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        ListTagsRequestTypeDef,
        TagResourceRequestTypeDef,
        UntagResourceRequestTypeDef,
    )

_OTHER_RESOURCES = {
    "capacity-provider": "Capacity provider not found: {}",
    "code-signing-config": "The Lambda code signing configuration {} can not be found.",
}


@operation("lambda", "TagResource")
async def tag_resource(call: Call, request: TagResourceRequestTypeDef) -> Response:
    """Add or replace tags; the function gets a new RevisionId."""
    if not request["Tags"]:
        raise InvalidParameterValue("An error occurred and the request cannot be processed.")
    async with _tags_of(call, request["Resource"], "TagResource") as tags:
        tags.update(request["Tags"])
        check_tags(tags)
    return {}


@operation("lambda", "UntagResource")
async def untag_resource(call: Call, request: UntagResourceRequestTypeDef) -> Response:
    """Remove tags; keys that are not there are fine. The function gets a new RevisionId."""
    async with _tags_of(call, request["Resource"], "UntagResource") as tags:
        for key in request["TagKeys"]:
            tags.pop(key, None)
    return {}


@operation("lambda", "ListTags")
async def list_tags(call: Call, request: ListTagsRequestTypeDef) -> Response:
    """The tags of a function or of an event source mapping."""
    if (mapping := _mapping_id(request["Resource"])) is not None:
        return {"Tags": (await read_mapping(call, mapping, _not_found(request["Resource"])))["Tags"]}
    name = _tagged(call, request["Resource"], "ListTags")
    return {"Tags": (await read_function(call, name))["tags"]}


@asynccontextmanager
async def _tags_of(call: Call, arn: str, action: str) -> AsyncIterator[dict[str, str]]:
    """The tags under edit; a function gets a new RevisionId."""
    if (mapping := _mapping_id(arn)) is not None:
        async with edit_mapping(call, mapping, _not_found(arn)) as document:
            yield document["Tags"]
        return
    name = _tagged(call, arn, action)
    async with edit_function(call.ports, name) as function:
        yield function["tags"]
        function["configuration"]["RevisionId"] = call.ports.ids.uuid()


def _mapping_id(arn: str) -> str | None:
    kind, _, id_ = Arn.parse(arn).resource.partition(":")
    return id_ if kind == "event-source-mapping" else None


def _not_found(arn: str) -> ResourceNotFound:
    return ResourceNotFound(f"Event source mapping not found: {arn}")


def _tagged(call: Call, arn: str, action: str) -> FunctionName:
    """The function that the ARN names. Raises ResourceNotFound for other resources, which cannot be made yet."""
    kind = Arn.parse(arn).resource.partition(":")[0]
    if kind in _OTHER_RESOURCES:
        raise ResourceNotFound(_OTHER_RESOURCES[kind].format(arn))
    name = resolve(arn, call.scope, action=action, caller=call.principal.arn)
    if name.qualifier is not None:
        raise InvalidParameterValue(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    return name
