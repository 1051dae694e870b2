"""Deployment: create, get, list, update, delete. Reference: apigateway-control-plane section 6.1.

A deployment is a frozen copy of the API's document. With ``stageName`` it creates the stage, or moves it,
in the same write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.control.apigateway.editing import (
    ApiEdit,
    children,
    collection,
    deployment_key,
    edit_api,
    read_api,
    stage_key,
)
from gatelet.control.apigateway.errors import BadRequest, NotFound
from gatelet.control.apigateway.method_rules import every_method
from gatelet.control.apigateway.paging import page_of_records
from gatelet.control.apigateway.patching import Row, Table, in_table_words, set_text
from gatelet.control.apigateway.stage_cache_rules import settle_cache
from gatelet.control.apigateway.stage_canary import new_canary
from gatelet.control.apigateway.stage_rules import (
    check_stage_name,
    check_variables,
    new_stage,
    refuse_unsupported,
)
from gatelet.control.apigateway.stages import check_room
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import DEPLOYMENT, ENDPOINT_DISABLED, STAGE, ApiDocument, DeploymentDocument
from gatelet.storage.ports import Delete, Put, Record

_STAGE_MEMBERS = ("cacheClusterEnabled", "cacheClusterSize", "tracingEnabled")


def no_such_deployment() -> NotFound:
    """The API has no such deployment."""
    return NotFound("Invalid Deployment identifier specified")


@operation("apigateway", "CreateDeployment")
async def create_deployment(call: Call, request: Request) -> Response:
    """Freeze the API, and point a stage at the copy if one is named."""
    stage_name = request.get("stageName")
    if stage_name:
        check_stage_name(stage_name)
    check_variables(request.get("variables") or {})
    async with edit_api(call, request["restApiId"]) as edit:
        stage = await _stage_record(call, request["restApiId"], stage_name)
        if request.get("canarySettings") is not None:
            _check_canary(stage_name, stage)
        check_deployable(edit.api)
        now = int(call.ports.clock.now())
        deployment: dict[str, Any] = {"id": call.ports.ids.lower_alnum(6), "createdDate": now}
        if request.get("description"):
            deployment["description"] = request["description"]
        document: DeploymentDocument = {"deployment": deployment, "document": edit.api}
        key = deployment_key(call, request["restApiId"], deployment["id"])
        edit.also(Put(key, document, parent=request["restApiId"], expected=0))
        if stage_name:
            await _point_stage(call, edit, request, stage, deployment)
    return deployment


async def _stage_record(call: Call, rest_api_id: str, stage_name: str | None) -> Record | None:
    return await call.ports.records.get(stage_key(call, rest_api_id, stage_name)) if stage_name else None


def _check_canary(stage_name: str | None, stage: Record | None) -> None:
    if not stage_name:
        raise BadRequest(
            "Invalid deployment content specified.Non null and non empty stageName must be provided for canary "
            f"deployment. Provided value is {'null' if stage_name is None else stage_name}"
        )
    if stage is None:
        raise BadRequest(
            f"Invalid deployment content specified.Stage {stage_name} must already be created before making a canary "
            "release deployment"
        )


def check_deployable(api: ApiDocument) -> None:
    """Raises BadRequest unless there are methods, each with an integration."""
    methods = [method for _, _, method in every_method(api)]
    if not methods:
        raise BadRequest("The REST API doesn't contain any methods")
    if any("methodIntegration" not in method for method in methods):
        raise BadRequest("No integration defined for method")


async def _point_stage(
    call: Call, edit: ApiEdit, request: Request, record: Record | None, deployment: dict[str, Any]
) -> None:
    name, now = request["stageName"], deployment["createdDate"]
    given = {member: request[member] for member in (*_STAGE_MEMBERS, "variables") if request.get(member)}
    if request.get("stageDescription"):
        given["description"] = request["stageDescription"]
    if record is None:
        await check_room(call, request["restApiId"])
        stage = new_stage(name, deployment["id"], given, now)
    else:
        stage = {**record.value, **given, "lastUpdatedDate": now}
        _repoint(stage, deployment["id"], request.get("canarySettings"))
    refuse_unsupported(stage, traces=call.ports.traces)
    settle_cache(stage)
    key = stage_key(call, request["restApiId"], name)
    edit.also(Put(key, stage, parent=request["restApiId"], expected=record.revision if record else 0))


def _repoint(stage: dict[str, Any], deployment_id: str, canary: Mapping[str, Any] | None) -> None:
    """The stage serves the deployment; or its canary does (authorization limits section 11). Raises BadRequest."""
    if canary is not None:
        stage["canarySettings"] = new_canary(canary, deployment_id)
    elif stage.get("canarySettings"):
        raise BadRequest(
            "Invalid deployment content specified.The stage has a canary; promote or remove it before making another "
            "deployment to the stage"
        )
    else:
        stage["deploymentId"] = deployment_id
        stage.pop(ENDPOINT_DISABLED, None)


@operation("apigateway", "GetDeployment")
async def get_deployment(call: Call, request: Request) -> Response:
    """One deployment, with a summary of its methods if ``embed`` asks for it."""
    record = await _find(call, request)
    deployment = dict(record.value["deployment"])
    if "apisummary" in (request.get("embed") or ()):
        deployment["apiSummary"] = api_summary(record.value["document"])
    return deployment


def api_summary(api: ApiDocument) -> dict[str, dict[str, dict[str, Any]]]:
    """Path, verb, and how the method is guarded."""
    summary: dict[str, dict[str, dict[str, Any]]] = {}
    for resource, verb, method in every_method(api):
        members = ("authorizationType", "apiKeyRequired")
        summary.setdefault(resource["path"], {})[verb] = {member: method[member] for member in members}
    return summary


async def _find(call: Call, request: Request) -> Record:
    await read_api(call, request["restApiId"], no_such_deployment())
    record = await call.ports.records.get(deployment_key(call, request["restApiId"], request["deploymentId"]))
    if record is None:
        raise no_such_deployment()
    return record


@operation("apigateway", "GetDeployments")
async def get_deployments(call: Call, request: Request) -> Response:
    """The deployments of an API, ordered by id, a page at a time."""
    await read_api(call, request["restApiId"])
    return await page_of_records(
        call.ports.records,
        collection(call, DEPLOYMENT),
        request["restApiId"],
        request,
        lambda record: record.value["deployment"],
    )


TABLE = Table(rows=(Row("/description", {"replace": set_text("description")}),), refuse=in_table_words)


@operation("apigateway", "UpdateDeployment")
async def update_deployment(call: Call, request: Request) -> Response:
    """PATCH a deployment's description."""
    async with edit_api(call, request["restApiId"], no_such_deployment()) as edit:
        record = await _find(call, request)
        deployment: dict[str, Any] = record.value["deployment"]
        TABLE.apply(deployment, request.get("patchOperations"))
        edit.also(Put(record.key, record.value, parent=record.parent, expected=record.revision))
    return deployment


@operation("apigateway", "DeleteDeployment")
async def delete_deployment(call: Call, request: Request) -> Response:
    """Delete a deployment that no stage points to."""
    async with edit_api(call, request["restApiId"], no_such_deployment()) as edit:
        record = await _find(call, request)
        for stage in await children(call, STAGE, request["restApiId"]):
            if stage.value["deploymentId"] == request["deploymentId"]:
                raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
        edit.also(Delete(record.key, record.revision))
    return {}
