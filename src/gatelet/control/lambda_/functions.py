"""Function: create, get, list, delete. Reference: lambda-control-plane sections 3 to 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatelet.aws.errors import NotSupported
from gatelet.control.lambda_.code import check_code, forget, stored_code, zip_of
from gatelet.control.lambda_.code_download import code_url
from gatelet.control.lambda_.configuration import (
    check_mandatory,
    check_settings,
    listed,
    new_configuration,
    note_architecture,
    shown,
)
from gatelet.control.lambda_.documents import (
    all_versions_of,
    collection,
    edit_function,
    forget_settings,
    function_key,
    named,
    read,
    read_version,
)
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceConflict, function_not_found
from gatelet.control.lambda_.layer_attachment import attach
from gatelet.control.lambda_.life import Phase, enter
from gatelet.control.lambda_.names import LATEST, FunctionName, resolve_new
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.role import check_role
from gatelet.control.lambda_.settle import start_settling
from gatelet.control.lambda_.tagging import check_tags
from gatelet.control.lambda_.versions import published
from gatelet.control.operation import Call, Response, operation
from gatelet.functions.model import (
    KIND,
    VERSION_KIND,
    FunctionDocument,
    VersionDocument,
    blobs_of,
    version_key,
    versions_of,
)
from gatelet.storage.ports import Delete, Put, Record, RevisionConflict

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        CreateFunctionRequestTypeDef,
        DeleteFunctionRequestTypeDef,
        GetFunctionConfigurationRequestTypeDef,
        GetFunctionRequestTypeDef,
        ListFunctionsRequestTypeDef,
    )


@operation("lambda", "CreateFunction")
async def create_function(call: Call, request: CreateFunctionRequestTypeDef) -> Response:
    """A function; State is Pending until its code is ready."""
    name = FunctionName(call.scope, resolve_new(request["FunctionName"], call.scope, call.principal.arn))
    check_settings(request, call.ports.lacking)
    check_mandatory(request)
    check_role(call, request["Role"], name.arn)
    data = zip_of(request["Code"])
    tags = dict(request.get("Tags") or {})
    check_tags(tags)
    if await call.ports.records.get(function_key(name)) is not None:
        raise _exists(name)
    unzipped = await check_code(call, data)
    async with stored_code(call.ports, data, unzipped) as code:
        configuration = new_configuration(
            call.scope,
            name.name,
            request,
            code,
            now=call.ports.clock.now(),
            revision_id=call.ports.ids.uuid(),
        )
        enter(Phase.CREATING, configuration)
        document: FunctionDocument = {
            "configuration": configuration,
            "code": code,
            "serving": None,
            "tags": tags,
            "policies": {},
        }
        await attach(call, document, request.get("Layers") or ())
        also: list[Put | Delete] = []
        version: VersionDocument | None = None
        if request.get("Publish"):
            version = await published(call.ports, name, document, also, Phase.CREATING)
            document["settling_version"] = document["last_version"]
        try:
            await call.ports.records.write(Put(function_key(name), document, expected=0), *also)
        except RevisionConflict:
            raise _exists(name) from None
    note_architecture(configuration)
    start_settling(call.ports, name)
    return shown(configuration if version is None else version["configuration"], name)


def _exists(name: FunctionName) -> ResourceConflict:
    return ResourceConflict(f"Function already exist: {name.name}")


@operation("lambda", "GetFunction")
async def get_function(call: Call, request: GetFunctionRequestTypeDef) -> Response:
    """The configuration, where the code can be downloaded for ten minutes, tags and reserved concurrency."""
    name = named(call, request, "GetFunction")
    found = await read(call, name)
    response = {
        "Configuration": shown(found.configuration, name),
        "Code": {"RepositoryType": "S3", "Location": await code_url(call, name.name, found.code)},
        "Tags": found.document["tags"] or None,
    }
    reserved = found.document.get("reserved_concurrency")
    if reserved is not None:
        response["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
    return response


@operation("lambda", "GetFunctionConfiguration")
async def get_function_configuration(call: Call, request: GetFunctionConfigurationRequestTypeDef) -> Response:
    """The configuration alone."""
    name = named(call, request, "GetFunctionConfiguration")
    return shown((await read(call, name)).configuration, name)


@operation("lambda", "ListFunctions")
async def list_functions(call: Call, request: ListFunctionsRequestTypeDef) -> Response:
    """The functions, ordered by name; with FunctionVersion=ALL under their qualified ARNs."""
    if request.get("MasterRegion"):
        raise NotSupported("MasterRegion on ListFunctions")
    size, begun = page_size(request), after(request)
    qualified = request.get("FunctionVersion") == "ALL"
    found: list[Record] = list(await call.ports.records.list(collection(call.scope), after=begun, limit=size + 1))
    if qualified:
        found += await call.ports.records.list(versions_of(call.scope), after=begun, limit=size + 1)
        found.sort(key=lambda record: record.key.id)
    items = [listed(record.value["configuration"], qualified=qualified) for record in found[:size]]
    return {"Functions": items, "NextMarker": next_marker([record.key.id for record in found], size)}


@operation("lambda", "DeleteFunction")
async def delete_function(call: Call, request: DeleteFunctionRequestTypeDef) -> Response:
    """Delete the function with its versions and aliases, or one version; its log group stays."""
    name = named(call, request, "DeleteFunction")
    if name.qualifier is not None:
        return await _delete_qualified(call, name)
    key = function_key(name)
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        if record is None:
            raise function_not_found(name.unqualified_arn)
        versions = await all_versions_of(call.ports, name)
        await call.ports.records.write(Delete(key), *(Delete(version.key) for version in versions))
    blobs = blobs_of(KIND, record.value).union(*(blobs_of(VERSION_KIND, version.value) for version in versions))
    await forget(call.ports, *blobs)
    return {"StatusCode": 204}


async def _delete_qualified(call: Call, name: FunctionName) -> Response:
    """Delete a version; one that does not exist is deleted already."""
    number = str(name.qualifier)
    also: list[Put | Delete] = []
    async with edit_function(call.ports, name, function_not_found(name.unqualified_arn), also=also) as document:
        if number == LATEST:
            raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
        if not number.isdecimal():
            raise InvalidParameterValue("Deletion of aliases is not currently supported.")
        aliases = document.get("aliases", {})
        pointing = [
            alias
            for alias in sorted(aliases)
            if number in (aliases[alias]["FunctionVersion"], *aliases[alias]["weights"])
        ]
        if pointing:
            raise ResourceConflict(
                f"Unable to delete version because the following aliases reference it: [{', '.join(pointing)}]"
            )
        version = await read_version(call.ports, name, number)
        forget_settings(document, number)
        if version is not None:
            also.append(Delete(version_key(name.scope, name.name, int(number))))
    if version is not None:
        await forget(call.ports, *blobs_of(VERSION_KIND, dict(version)))
    return {"StatusCode": 204}
