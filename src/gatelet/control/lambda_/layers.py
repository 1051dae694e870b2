"""Layer versions: publish, get, list, delete. Reference: lambda-control-plane section 9."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from gatelet.aws.clock import lambda_timestamp
from gatelet.control.lambda_.code import check_code, forget, stored_code, zip_of
from gatelet.control.lambda_.code_download import code_url
from gatelet.control.lambda_.errors import ResourceConflict, ResourceNotFound
from gatelet.control.lambda_.layer_names import (
    LayerVersionName,
    layer_versions,
    parse_version_arn,
    read_layer_version,
    resolve_layer,
    resolve_layer_version,
)
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.archive import brings_extensions
from gatelet.functions.model import LAYER_KIND, LAYER_VERSION_KIND, SERVICE, LayerVersionDocument, blobs_of
from gatelet.storage.ports import Collection, Delete, Put, RevisionConflict

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        DeleteLayerVersionRequestTypeDef,
        GetLayerVersionByArnRequestTypeDef,
        GetLayerVersionRequestTypeDef,
        ListLayersRequestTypeDef,
        ListLayerVersionsRequestTypeDef,
        PublishLayerVersionRequestTypeDef,
    )

_OPTIONAL = ("CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")
_MISSING = "The resource you requested does not exist."


@operation("lambda", "PublishLayerVersion")
async def publish_layer_version(call: Call, request: PublishLayerVersionRequestTypeDef) -> Response:
    """The next version of a layer; the first one makes the layer. A number is never given twice."""
    layer = resolve_layer(call, request["LayerName"])
    data = zip_of(request["Content"], "the content of a layer")
    unzipped = await check_code(call, data)
    extensions = await asyncio.to_thread(brings_extensions, data)
    key = Collection(SERVICE, LAYER_KIND, layer.scope.account, layer.scope.region).key(layer.layer)
    async with call.ports.editing.hold(key), stored_code(call.ports, data, unzipped) as code:
        record = await call.ports.records.get(key)
        number = record.value["last_version"] + 1 if record is not None else 1
        name = LayerVersionName(layer, number)
        document: LayerVersionDocument = {
            "LayerVersionArn": name.arn,
            "Version": number,
            "Description": request.get("Description") or "",
            "CreatedDate": lambda_timestamp(call.ports.clock.now()),
            "code": {**code, "extensions": True} if extensions else code,
        }
        given = cast(Mapping[str, Any], request)
        document |= cast(LayerVersionDocument, {member: given[member] for member in _OPTIONAL if given.get(member)})
        try:
            await call.ports.records.write(
                Put(key, {"last_version": number}, expected=0 if record is None else record.revision),
                Put(name.key, document, layer.layer, expected=0),
            )
        except RevisionConflict:
            raise ResourceConflict("The layer was changed meanwhile. Please try again.") from None
    return await _whole(call, name, document)


@operation("lambda", "GetLayerVersion")
async def get_layer_version(call: Call, request: GetLayerVersionRequestTypeDef) -> Response:
    """A version of a layer and where its content can be downloaded for ten minutes."""
    return await _get(call, resolve_layer_version(call, request["LayerName"], request["VersionNumber"]))


@operation("lambda", "GetLayerVersionByArn")
async def get_layer_version_by_arn(call: Call, request: GetLayerVersionByArnRequestTypeDef) -> Response:
    """The same by its ARN."""
    return await _get(call, parse_version_arn(request["Arn"]))


@operation("lambda", "ListLayerVersions")
async def list_layer_versions(call: Call, request: ListLayerVersionsRequestTypeDef) -> Response:
    """The versions of a layer that fit, newest first."""
    layer = resolve_layer(call, request["LayerName"])
    size, begun = page_size(request), after(request)
    records = await call.ports.records.list(layer_versions(layer.scope), layer.layer)
    found = [
        record for record in reversed(records) if _fits(record.value, request) and (not begun or record.key.id < begun)
    ]
    items = [_item(cast(LayerVersionDocument, record.value)) for record in found[:size]]
    return {"LayerVersions": items, "NextMarker": next_marker([record.key.id for record in found], size)}


@operation("lambda", "ListLayers")
async def list_layers(call: Call, request: ListLayersRequestTypeDef) -> Response:
    """The layers ordered by name, each with its newest version that fits."""
    size, begun = page_size(request), after(request)
    newest: dict[str, LayerVersionDocument] = {}
    for record in await call.ports.records.list(layer_versions(call.scope)):
        if record.parent > begun and _fits(record.value, request):
            newest[record.parent] = cast(LayerVersionDocument, record.value)
    items = [
        {
            "LayerName": layer,
            "LayerArn": document["LayerVersionArn"].rpartition(":")[0],
            "LatestMatchingVersion": _item(document),
        }
        for layer, document in sorted(newest.items())[:size]
    ]
    return {"Layers": items, "NextMarker": next_marker(sorted(newest), size)}


@operation("lambda", "DeleteLayerVersion")
async def delete_layer_version(call: Call, request: DeleteLayerVersionRequestTypeDef) -> Response:
    """Delete a version; functions that have it keep it. One that is not there is deleted already."""
    name = resolve_layer_version(call, request["LayerName"], request["VersionNumber"])
    document = await read_layer_version(call, name)
    if document is not None:
        await call.ports.records.write(Delete(name.key))
        await forget(call.ports, *blobs_of(LAYER_VERSION_KIND, dict(document)))
    return {}


async def _get(call: Call, name: LayerVersionName) -> Response:
    document = await read_layer_version(call, name)
    if document is None:
        raise ResourceNotFound(_MISSING)
    return await _whole(call, name, document)


async def _whole(call: Call, name: LayerVersionName, document: LayerVersionDocument) -> Response:
    code = document["code"]
    return {
        "Content": {
            "Location": await code_url(call, name.name.layer, code),
            "CodeSha256": code["sha256"],
            "CodeSize": code["size"],
        },
        "LayerArn": name.name.arn,
        **_item(document),
    }


def _item(document: LayerVersionDocument) -> dict[str, Any]:
    return {member: value for member, value in document.items() if member not in ("code", "policy")}


def _fits(document: Mapping[str, Any], request: Request) -> bool:
    runtime, architecture = request.get("CompatibleRuntime"), request.get("CompatibleArchitecture")
    return (runtime is None or runtime in document.get("CompatibleRuntimes", ())) and (
        architecture is None or architecture in document.get("CompatibleArchitectures", ())
    )
