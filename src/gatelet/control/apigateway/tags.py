"""Tags of REST APIs, stages, API keys and usage plans, by ARN. Reference: apigateway-control-plane sections 2 and 9."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.editing import edit_api, read_api, write
from gatelet.control.apigateway.errors import BadRequest, no_such_api
from gatelet.control.apigateway.plan_records import editing_plans, find_key, find_plan, no_such_key, no_such_plan
from gatelet.control.apigateway.stage_rules import no_such_stage
from gatelet.control.apigateway.stages import find_stage
from gatelet.control.apigateway.tagging import check_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.storage.ports import Put

_TAGGABLE_ELSEWHERE = frozenset({"domainnames", "vpclinks", "clientcertificates"})
Change = Callable[[dict[str, str]], dict[str, str]]
"""Old tags to new ones."""
_API = "restapis"
_FIND = {"apikeys": find_key, "usageplans": find_plan}
_NO_SUCH = {"apikeys": no_such_key, "usageplans": no_such_plan}
"""How what is tagged besides APIs and stages is found."""


@dataclass(frozen=True, slots=True)
class _Target:
    """What ``arn:aws:apigateway:{region}::/{kind}/{id}[/stages/{stage}]`` names."""

    kind: str
    id: str
    stage: str | None = None


def _target(call: Call, resource_arn: str) -> _Target:
    """Raises BadRequest, NotFound or NotSupported."""
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
    if parts[1] not in (_API, *_FIND) or not (len(parts) == 3 or (of_stage and parts[1] == _API)):
        raise BadRequest("Invalid ARN specified in the request")
    if arn.region != call.scope.region:
        raise no_such_api(call.scope.account, parts[2]) if parts[1] == _API else _NO_SUCH[parts[1]]()
    return _Target(parts[1], parts[2], parts[4] if of_stage else None)


@operation("apigateway", "GetTags")
async def get_tags(call: Call, request: Request) -> Response:
    """The tags of what the ARN names; never paged."""
    target = _target(call, request["resourceArn"])
    if target.kind in _FIND:
        return {"tags": (await _FIND[target.kind](call, target.id)).value.get("tags", {})}
    api = await read_api(call, target.id)
    if target.stage is None:
        return {"tags": api["restApi"].get("tags", {})}
    return {"tags": (await find_stage(call, target.id, target.stage)).value.get("tags", {})}


def _retag(tagged: dict[str, Any], change: Change) -> None:
    """Raises BadRequest."""
    tags = change(tagged.pop("tags", {}))
    check_tags(tags)
    if tags:
        tagged["tags"] = tags


async def _change(call: Call, resource_arn: str, change: Change) -> None:
    target = _target(call, resource_arn)
    if target.kind in _FIND:
        async with editing_plans(call):
            record = await _FIND[target.kind](call, target.id)
            _retag(record.value, change)
            await write(call, Put(record.key, record.value, expected=record.revision))
        return
    rest_api_id, stage_name = target.id, target.stage
    async with edit_api(call, rest_api_id, None if stage_name is None else no_such_stage()) as edit:
        tagged: dict[str, Any] = edit.api["restApi"]
        if stage_name is not None:
            record = await find_stage(call, rest_api_id, stage_name)
            tagged = record.value
            edit.also(Put(record.key, tagged, parent=rest_api_id, expected=record.revision))
        _retag(tagged, change)


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
