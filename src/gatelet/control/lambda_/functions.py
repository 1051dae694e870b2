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
from gatelet.control.lambda_.documents import collection, document_of, function_key, named, read_function
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceConflict, function_not_found
from gatelet.control.lambda_.life import Phase, enter
from gatelet.control.lambda_.names import LATEST, FunctionName, resolve_new
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.settle import start_settling
from gatelet.control.lambda_.tagging import check_tags
from gatelet.control.operation import Call, Response, operation
from gatelet.functions.model import FunctionDocument
from gatelet.storage.ports import Delete, Put, RevisionConflict

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
    check_settings(request)
    check_mandatory(request)
    data = zip_of(request["Code"])
    tags = dict(request.get("Tags") or {})
    check_tags(tags)
    if await call.ports.records.get(function_key(name)) is not None:
        raise _exists(name)
    await check_code(call, data)
    async with stored_code(call.ports, data) as code:
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
        try:
            await call.ports.records.write(Put(function_key(name), document, expected=0))
        except RevisionConflict:
            raise _exists(name) from None
    note_architecture(configuration)
    start_settling(call.ports, name)
    return shown(configuration, name)


def _exists(name: FunctionName) -> ResourceConflict:
    return ResourceConflict(f"Function already exist: {name.name}")


@operation("lambda", "GetFunction")
async def get_function(call: Call, request: GetFunctionRequestTypeDef) -> Response:
    """The configuration, where the code can be downloaded for ten minutes, tags and reserved concurrency."""
    name = named(call, request, "GetFunction")
    document = await read_function(call, name)
    response = {
        "Configuration": shown(document["configuration"], name),
        "Code": {"RepositoryType": "S3", "Location": await code_url(call, name, document["code"])},
        "Tags": document["tags"] or None,
    }
    reserved = document.get("reserved_concurrency")
    if reserved is not None:
        response["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
    return response


@operation("lambda", "GetFunctionConfiguration")
async def get_function_configuration(call: Call, request: GetFunctionConfigurationRequestTypeDef) -> Response:
    """The configuration alone."""
    name = named(call, request, "GetFunctionConfiguration")
    document = await read_function(call, name)
    return shown(document["configuration"], name)


@operation("lambda", "ListFunctions")
async def list_functions(call: Call, request: ListFunctionsRequestTypeDef) -> Response:
    """The functions, ordered by name; with FunctionVersion=ALL under their qualified ARNs."""
    if request.get("MasterRegion"):
        raise NotSupported("MasterRegion on ListFunctions")
    size = page_size(request)
    records = await call.ports.records.list(collection(call.scope), after=after(request), limit=size + 1)
    qualified = request.get("FunctionVersion") == "ALL"
    items = [listed(document_of(record)["configuration"], qualified=qualified) for record in records[:size]]
    return {"Functions": items, "NextMarker": next_marker([record.key.id for record in records], size)}


@operation("lambda", "DeleteFunction")
async def delete_function(call: Call, request: DeleteFunctionRequestTypeDef) -> Response:
    """Delete the function; its log group stays."""
    name = named(call, request, "DeleteFunction")
    key = function_key(name)
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        if record is None:
            raise function_not_found(name.unqualified_arn)
        if name.qualifier is not None:
            return _delete_qualified(name.qualifier)
        await call.ports.records.write(Delete(key))
    document = document_of(record)
    blobs = {document["code"]["blob"]}
    if document["serving"] is not None:
        blobs.add(document["serving"]["code"]["blob"])
    for blob in blobs:
        await forget(call.ports, blob)
    return {"StatusCode": 204}


def _delete_qualified(qualifier: str) -> Response:
    """A version that does not exist is deleted already: there are no others here."""
    if qualifier == LATEST:
        raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
    if not qualifier.isdecimal():
        raise InvalidParameterValue("Deletion of aliases is not currently supported.")
    return {"StatusCode": 204}
