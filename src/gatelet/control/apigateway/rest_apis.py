"""RestApi: create, get, list, update, delete. Reference: apigateway-control-plane section 4."""

from __future__ import annotations

from typing import Any

from gatelet.aws.errors import NotSupported
from gatelet.control.apigateway.default_models import default_models
from gatelet.control.apigateway.editing import api_key, children, collection, edit_api, read_api, write
from gatelet.control.apigateway.errors import Conflict
from gatelet.control.apigateway.paging import page_of_records
from gatelet.control.apigateway.resource_policy import stored_policy
from gatelet.control.apigateway.rest_api_patches import TABLE
from gatelet.control.apigateway.rest_api_rules import (
    check_create,
    check_endpoint_types,
    endpoint_configuration,
    refuse_unsupported,
    shown,
    shown_alone,
)
from gatelet.control.apigateway.stages import forget_answers
from gatelet.control.apigateway.tagging import check_tags, custom_id
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.gateway.document import DEPLOYMENT, REST_API, SERVICE, STAGE, ApiDocument
from gatelet.storage.ports import Delete, Put


@operation("apigateway", "CreateRestApi")
async def create_rest_api(call: Call, request: Request) -> Response:
    """A REST API with its root resource and the default models."""
    check_create(request)
    tags = request.get("tags") or {}
    check_tags(tags)
    pinned = custom_id(tags)
    document = _new_document(call, pinned or call.ports.ids.lower_alnum(10), request)
    rest_api = document["restApi"]
    refuse_unsupported(rest_api)
    if request.get("cloneFrom"):
        raise NotSupported("cloneFrom on CreateRestApi")
    # Held over all scopes: of two that pin the same id at once, one is refused.
    async with call.ports.editing.hold((SERVICE, REST_API, rest_api["id"])):
        if pinned is not None:
            await _refuse_taken_id(call, pinned)
        await write(call, Put(api_key(call, rest_api["id"]), document, expected=0))
    return shown(rest_api)


def _new_document(call: Call, api_id: str, request: Request) -> ApiDocument:
    root_id = call.ports.ids.lower_alnum(10)
    rest_api: dict[str, Any] = {"id": api_id, "name": request["name"]}
    optional = ("description", "version", "binaryMediaTypes", "minimumCompressionSize", "tags")
    for member in (*optional, "securityPolicy", "endpointAccessMode"):
        value = request.get(member)
        if value not in (None, "", [], {}):
            rest_api[member] = value
    if request.get("policy"):
        rest_api["policy"] = stored_policy(request["policy"], call.scope, api_id)
    rest_api["createdDate"] = int(call.ports.clock.now())
    rest_api["apiKeySource"] = request.get("apiKeySource") or "HEADER"
    rest_api["endpointConfiguration"] = endpoint_configuration(request.get("endpointConfiguration"))
    rest_api["disableExecuteApiEndpoint"] = bool(request.get("disableExecuteApiEndpoint"))
    rest_api["rootResourceId"] = root_id
    return {
        "restApi": rest_api,
        "resources": {root_id: {"id": root_id, "path": "/"}},
        "models": default_models(call.ports.ids),
        "requestValidators": {},
        "gatewayResponses": {},
    }


async def _refuse_taken_id(call: Call, api_id: str) -> None:
    """Invoke URLs name neither account nor region, so a pinned id must be free everywhere."""
    for record in await call.ports.records.list_everywhere(SERVICE, REST_API):
        if record.key.id == api_id:
            raise Conflict(f"A REST API with the id {api_id} already exists")


@operation("apigateway", "GetRestApi")
async def get_rest_api(call: Call, request: Request) -> Response:
    """One REST API."""
    api = await read_api(call, request["restApiId"])
    return shown_alone(api["restApi"])


@operation("apigateway", "GetRestApis")
async def get_rest_apis(call: Call, request: Request) -> Response:
    """The caller's REST APIs, a page at a time."""
    apis = collection(call, REST_API)
    return await page_of_records(call.ports.records, apis, None, request, lambda record: shown(record.value["restApi"]))


@operation("apigateway", "UpdateRestApi")
async def update_rest_api(call: Call, request: Request) -> Response:
    """PATCH a REST API."""
    async with edit_api(call, request["restApiId"]) as edit:
        rest_api = edit.api["restApi"]
        before = rest_api.get("policy")
        TABLE.apply(rest_api, request.get("patchOperations"))
        policy = rest_api.get("policy")
        if policy is not None and policy != before:
            rest_api["policy"] = stored_policy(policy, call.scope, rest_api["id"])
        check_endpoint_types(rest_api["endpointConfiguration"]["types"])
        refuse_unsupported(rest_api)
    return shown_alone(rest_api)


@operation("apigateway", "DeleteRestApi")
async def delete_rest_api(call: Call, request: Request) -> Response:
    """Delete a REST API with its deployments and stages, in one write."""
    rest_api_id = request["restApiId"]
    async with edit_api(call, rest_api_id) as edit:
        stages = await children(call, STAGE, rest_api_id)
        deployments = await children(call, DEPLOYMENT, rest_api_id)
        edit.also(*(Delete(record.key) for record in (*stages, *deployments)))
        edit.delete()
    for stage in stages:
        await forget_answers(call, rest_api_id, stage.value["stageName"])
    return {}
