"""UpdateFunctionCode and UpdateFunctionConfiguration. Reference: lambda-control-plane sections 4 and 5."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from gatelet.aws.clock import lambda_timestamp
from gatelet.control.lambda_.code import check_code, keeping_code, measured, stored_code, zip_of
from gatelet.control.lambda_.configuration import (
    change_code,
    change_settings,
    check_settings,
    note_architecture,
    shown,
)
from gatelet.control.lambda_.documents import check_revision, edit_function, named, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, function_not_found
from gatelet.control.lambda_.layer_attachment import attach, check_unzipped
from gatelet.control.lambda_.life import Phase, check_update, enter
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.lambda_.refusals import refuse_unsupported
from gatelet.control.lambda_.role import check_role
from gatelet.control.lambda_.settle import start_settling
from gatelet.control.lambda_.versions import published
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.model import FunctionDocument, VersionDocument
from gatelet.storage.ports import Delete, Put

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        UpdateFunctionCodeRequestTypeDef,
        UpdateFunctionConfigurationRequestTypeDef,
    )


@operation("lambda", "UpdateFunctionCode")
async def update_function_code(call: Call, request: UpdateFunctionCodeRequestTypeDef) -> Response:
    """Other code; the old one serves until the new one is ready. DryRun checks everything and changes nothing."""
    name = _updatable(call, request, "UpdateFunctionCode")
    document = await read_function(call, name)
    _check(document, request)
    if request.get("ImageUri"):
        raise InvalidParameterValue("Please don't provide ImageUri when updating a function with packageType Zip.")
    refuse_unsupported(request)
    data = zip_of(request)
    unzipped = await check_code(call, data)
    architectures: list[str] = list(request.get("Architectures") or [])
    if request.get("DryRun"):
        configuration = copy.deepcopy(document["configuration"])
        change_code(configuration, await measured(data), architectures)
        return shown(configuration, name)
    also: list[Put | Delete] = []
    version: VersionDocument | None = None
    async with stored_code(call.ports, data, unzipped) as code, edit_function(call.ports, name, also=also) as edited:
        _check(edited, request)
        configuration = edited["configuration"]
        change_code(configuration, code, architectures)
        edited["code"] = code
        check_unzipped(edited)
        _begin(call, configuration)
        if request.get("Publish"):
            version = await published(call.ports, name, edited, also, Phase.CREATING)
            if also:
                edited["settling_version"] = edited["last_version"]
    note_architecture(configuration)
    start_settling(call.ports, name)
    if version is None:
        return shown(configuration, name)
    return shown(version["configuration"], FunctionName(name.scope, name.name, version["configuration"]["Version"]))


@operation("lambda", "UpdateFunctionConfiguration")
async def update_function_configuration(call: Call, request: UpdateFunctionConfigurationRequestTypeDef) -> Response:
    """Another configuration; the old one serves until the new one is ready."""
    name = _updatable(call, request, "UpdateFunctionConfiguration")
    await read_function(call, name)
    check_settings(request, call.ports.lacking)
    check_role(call, request.get("Role"), name.unqualified_arn)
    async with keeping_code(call.ports), edit_function(call.ports, name) as edited:
        _check(edited, request)
        configuration = edited["configuration"]
        change_settings(configuration, call.scope, request)
        if request.get("Layers") is not None:
            await attach(call, edited, request["Layers"])
        _begin(call, configuration)
    start_settling(call.ports, name)
    return shown(configuration, name)


def _updatable(call: Call, request: Request, action: str) -> FunctionName:
    """Only the function itself can be updated, never a version or an alias."""
    name = named(call, request, action)
    if not name.latest:
        raise function_not_found(name.arn)
    return FunctionName(name.scope, name.name)


def _check(document: FunctionDocument, request: Request) -> None:
    """Raises PreconditionFailed for a stale RevisionId, ResourceConflict while another update is in progress."""
    check_revision(document, request.get("RevisionId"))
    check_update(document["configuration"])


def _begin(call: Call, configuration: dict[str, Any]) -> None:
    enter(check_update(configuration), configuration)
    configuration["LastModified"] = lambda_timestamp(call.ports.clock.now())
    configuration["RevisionId"] = call.ports.ids.uuid()
