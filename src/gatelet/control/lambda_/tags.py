"""TagResource, UntagResource, ListTags. Reference: lambda-control-plane section 13."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.arn import Arn
from gatelet.control.lambda_.documents import edit_function, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceNotFound
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
    "event-source-mapping": "Event source mapping not found: {}",
    "capacity-provider": "Capacity provider not found: {}",
    "code-signing-config": "The Lambda code signing configuration {} can not be found.",
}


@operation("lambda", "TagResource")
async def tag_resource(call: Call, request: TagResourceRequestTypeDef) -> Response:
    """Add or replace tags; the function gets a new RevisionId."""
    name = _tagged(call, request["Resource"], "TagResource")
    if not request["Tags"]:
        raise InvalidParameterValue("An error occurred and the request cannot be processed.")
    async with edit_function(call.ports, name) as document:
        document["tags"].update(request["Tags"])
        check_tags(document["tags"])
        document["configuration"]["RevisionId"] = call.ports.ids.uuid()
    return {}


@operation("lambda", "UntagResource")
async def untag_resource(call: Call, request: UntagResourceRequestTypeDef) -> Response:
    """Remove tags; keys that are not there are fine. The function gets a new RevisionId."""
    name = _tagged(call, request["Resource"], "UntagResource")
    async with edit_function(call.ports, name) as document:
        for key in request["TagKeys"]:
            document["tags"].pop(key, None)
        document["configuration"]["RevisionId"] = call.ports.ids.uuid()
    return {}


@operation("lambda", "ListTags")
async def list_tags(call: Call, request: ListTagsRequestTypeDef) -> Response:
    """The function's tags."""
    name = _tagged(call, request["Resource"], "ListTags")
    return {"Tags": (await read_function(call, name))["tags"]}


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
