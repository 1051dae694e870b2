"""Stage: create, get, list, update, delete. Reference: apigateway-control-plane section 6.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.aws import quotas
from gatelet.control.apigateway.editing import children, deployment_key, edit_api, read_api, stage_key
from gatelet.control.apigateway.errors import Conflict, LimitExceeded
from gatelet.control.apigateway.stage_cache_rules import cache_of, settle_cache
from gatelet.control.apigateway.stage_canary import new_canary
from gatelet.control.apigateway.stage_logging import check_logging
from gatelet.control.apigateway.stage_patches import apply_patch
from gatelet.control.apigateway.stage_rules import (
    check_stage_name,
    check_variables,
    new_stage,
    no_such_deployment_for_stage,
    no_such_stage,
    refuse_unsupported,
)
from gatelet.control.apigateway.tagging import check_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import ENDPOINT_DISABLED, STAGE
from gatelet.storage.ports import Delete, Put, Record


async def check_room(call: Call, rest_api_id: str) -> None:
    """Raises LimitExceeded when the API has all the stages that it may have."""
    if len(await children(call, STAGE, rest_api_id)) >= quotas.STAGES_PER_API:
        raise LimitExceeded("Maximum number of Stages for this API has been reached.")


async def find_stage(call: Call, rest_api_id: str, stage_name: str) -> Record:
    """The stage's record. Raises NotFound."""
    record = await call.ports.records.get(stage_key(call, rest_api_id, stage_name))
    if record is None:
        raise no_such_stage()
    return record


def _shown(stage: Mapping[str, Any]) -> Response:
    """A stored stage as its owner sees it."""
    return {member: value for member, value in stage.items() if member != ENDPOINT_DISABLED}


async def forget_answers(call: Call, rest_api_id: str, stage_name: str) -> None:
    """What was kept for a stage that is gone must not be an answer of the next one with its name."""
    call.ports.gateway.flush_authorizers(rest_api_id, stage_name)
    await call.ports.gateway.flush_responses(call.scope, rest_api_id, stage_name)


async def _check_deployment(call: Call, rest_api_id: str, deployment_id: str) -> None:
    if await call.ports.records.get(deployment_key(call, rest_api_id, deployment_id)) is None:
        raise no_such_deployment_for_stage()


@operation("apigateway", "CreateStage")
async def create_stage(call: Call, request: Request) -> Response:
    """A stage that points at a deployment which exists."""
    rest_api_id, name = request["restApiId"], request["stageName"]
    check_stage_name(name)
    check_variables(request.get("variables") or {})
    check_tags(request.get("tags") or {})
    async with edit_api(call, rest_api_id) as edit:
        await _check_deployment(call, rest_api_id, request["deploymentId"])
        key = stage_key(call, rest_api_id, name)
        if await call.ports.records.get(key) is not None:
            raise Conflict("Stage already exists")
        await check_room(call, rest_api_id)
        stage = new_stage(name, request["deploymentId"], request, int(call.ports.clock.now()))
        if request.get("canarySettings"):
            stage["canarySettings"] = new_canary(request["canarySettings"], stage["deploymentId"])
            await _check_deployment(call, rest_api_id, stage["canarySettings"]["deploymentId"])
        refuse_unsupported(stage, traces=call.ports.traces)
        settle_cache(stage)
        edit.also(Put(key, stage, parent=rest_api_id, expected=0))
    return stage


@operation("apigateway", "GetStage")
async def get_stage(call: Call, request: Request) -> Response:
    """One stage."""
    return _shown((await find_stage(call, request["restApiId"], request["stageName"])).value)


@operation("apigateway", "GetStages")
async def get_stages(call: Call, request: Request) -> Response:
    """The stages of an API, those of one deployment if it is named; never paged."""
    await read_api(call, request["restApiId"])
    stages = [_shown(record.value) for record in await children(call, STAGE, request["restApiId"])]
    deployment_id = request.get("deploymentId")
    return {"item": [stage for stage in stages if deployment_id in (None, stage["deploymentId"])]}


@operation("apigateway", "UpdateStage")
async def update_stage(call: Call, request: Request) -> Response:
    """PATCH a stage; its settings and variables apply at once, without a deployment."""
    rest_api_id = request["restApiId"]
    async with edit_api(call, rest_api_id, no_such_stage()) as edit:
        record = await find_stage(call, rest_api_id, request["stageName"])
        stage = record.value
        cache = cache_of(stage)
        apply_patch(stage, request.get("patchOperations"))
        check_variables(stage.get("variables", {}))
        canary = stage.get("canarySettings")
        check_variables((canary or {}).get("stageVariableOverrides", {}))
        for pointer in (stage, canary or {}):
            if "deploymentId" in pointer:
                await _check_deployment(call, rest_api_id, pointer["deploymentId"] or "")
        refuse_unsupported(stage, traces=call.ports.traces)
        settle_cache(stage)
        await check_logging(call, stage)
        # Opening or closing the default endpoint serves from the next deployment or any stage update on.
        stage[ENDPOINT_DISABLED] = edit.api["restApi"].get(ENDPOINT_DISABLED, False)
        stage["lastUpdatedDate"] = int(call.ports.clock.now())
        edit.also(Put(record.key, stage, parent=rest_api_id, expected=record.revision))
    if cache_of(stage) != cache:
        await call.ports.gateway.flush_responses(call.scope, rest_api_id, request["stageName"])
    return _shown(stage)


@operation("apigateway", "DeleteStage")
async def delete_stage(call: Call, request: Request) -> Response:
    """Delete a stage; its deployment stays."""
    async with edit_api(call, request["restApiId"], no_such_stage()) as edit:
        record = await find_stage(call, request["restApiId"], request["stageName"])
        edit.also(Delete(record.key, record.revision))
    await forget_answers(call, request["restApiId"], request["stageName"])
    return {}
