"""Tags of REST APIs and stages, by ARN. Reference: apigateway-control-plane sections 2 and 9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.editing import edit_api, read_api
from gatelet.control.apigateway.errors import BadRequest, no_such_api
from gatelet.control.apigateway.stage_rules import no_such_stage
from gatelet.control.apigateway.stages import find_stage
from gatelet.control.apigateway.tagging import check_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.storage.ports import Put

_TAGGABLE_ELSEWHERE = frozenset({"apikeys", "usageplans", "domainnames", "vpclinks", "clientcertificates"})


def _target(call: Call, resource_arn: str) -> tuple[str, str | None]:
    """The API, and the stage or None, that ``arn:aws:apigateway:{region}::/restapis/...`` names.

    Raises BadRequest, NotFound or NotSupported.
    """
    try:
        arn = Arn.parse(unquote(resource_arn))
    except InvalidArn:
        raise BadRequest("Invalid ARN specified in the request") from None
    parts = arn.resource.split("/")
    if arn.service != "apigateway" or parts[0] or len(parts) < 3:
        raise BadRequest("Invalid ARN specified in the request")
    if parts[1] in _TAGGABLE_ELSEWHERE:
        raise NotSupported(f"tags on {parts[1]}")
    of_stage = len(parts) == 5 and parts[3] == "stages"
    if parts[1] != "restapis" or not (len(parts) == 3 or of_stage):
        raise BadRequest("Invalid ARN specified in the request")
    if arn.region != call.scope.region:
        raise no_such_api(call.scope.account, parts[2])
    return parts[2], parts[4] if of_stage else None


@operation("apigateway", "GetTags")
async def get_tags(call: Call, request: Request) -> Response:
    """The tags of a REST API or a stage; never paged."""
    rest_api_id, stage_name = _target(call, request["resourceArn"])
    api = await read_api(call, rest_api_id)
    if stage_name is None:
        return {"tags": api["restApi"].get("tags", {})}
    return {"tags": (await find_stage(call, rest_api_id, stage_name)).value.get("tags", {})}


async def _change(call: Call, resource_arn: str, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    rest_api_id, stage_name = _target(call, resource_arn)
    async with edit_api(call, rest_api_id, None if stage_name is None else no_such_stage()) as edit:
        tagged: dict[str, Any] = edit.api["restApi"]
        if stage_name is not None:
            record = await find_stage(call, rest_api_id, stage_name)
            tagged = record.value
            edit.also(Put(record.key, tagged, parent=rest_api_id, expected=record.revision))
        tags = change(tagged.pop("tags", {}))
        check_tags(tags)
        if tags:
            tagged["tags"] = tags


@operation("apigateway", "TagResource")
async def tag_resource(call: Call, request: Request) -> Response:
    """Add tags, or give them new values."""
    check_tags(request["tags"])
    await _change(call, request["resourceArn"], lambda tags: tags | request["tags"])
    return {}


@operation("apigateway", "UntagResource")
async def untag_resource(call: Call, request: Request) -> Response:
    """Remove tags; keys that are not there are ignored."""
    gone = frozenset(request["tagKeys"])
    await _change(
        call,
        request["resourceArn"],
        lambda tags: {key: value for key, value in tags.items() if key not in gone},
    )
    return {}
