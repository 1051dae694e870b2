"""CreateEventSourceMapping, Get, List, Update, Delete. Reference: lambda-control-plane section 12.

A mapping is settled when it is written: the states between (Creating, Updating ...) are those of the answers alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from gatelet.aws.errors import AwsError
from gatelet.control.lambda_.documents import document_of, function_key, named
from gatelet.control.lambda_.errors import InvalidParameterValue, ResourceConflict, ResourceNotFound
from gatelet.control.lambda_.event_source_rules import check_settings, check_source, refuse_unsupported, settings
from gatelet.control.lambda_.names import FunctionName
from gatelet.control.lambda_.paging import after, next_marker, page_size
from gatelet.control.lambda_.qualifiers import names_something
from gatelet.control.lambda_.tagging import check_tags
from gatelet.control.operation import Call, Request, Response, operation
from gatelet.functions.mappings.access import may_read, refusal
from gatelet.functions.mappings.model import DISABLED, ENABLED, KIND, progress_key
from gatelet.functions.mappings.progress import NOTHING_YET, document
from gatelet.functions.model import SERVICE
from gatelet.storage.ports import Collection, Delete, Key, Put, RevisionConflict
from gatelet.tables.service import Tables

if TYPE_CHECKING:
    from types_boto3_lambda.type_defs import (
        CreateEventSourceMappingRequestTypeDef,
        DeleteEventSourceMappingRequestTypeDef,
        GetEventSourceMappingRequestTypeDef,
        ListEventSourceMappingsRequestTypeDef,
        UpdateEventSourceMappingRequestTypeDef,
    )

_MISSING = "The resource you requested does not exist."


@operation("lambda", "CreateEventSourceMapping")
async def create_event_source_mapping(call: Call, request: CreateEventSourceMappingRequestTypeDef) -> Response:
    """A mapping that begins where StartingPosition says, at this moment."""
    ports = call.ports
    stream = check_source(call, request)
    name = named(call, request, "CreateEventSourceMapping")
    await check_settings(call, name, request)
    tags = dict(request.get("Tags") or {})
    check_tags(tags)
    async with ports.editing.hold(_collection(call)):
        await _check_function(call, name, stream)
        await _check_new(call, name, stream)
        position = await _position(_tables(call), call, stream, request["StartingPosition"])
        id_ = ports.ids.uuid()
        mapping: dict[str, Any] = {
            "UUID": id_,
            "EventSourceMappingArn": f"arn:{call.scope.partition}:lambda:{call.scope.region}:{call.scope.account}:"
            f"event-source-mapping:{id_}",
            "EventSourceArn": stream,
            "FunctionArn": name.arn,
            "StartingPosition": request["StartingPosition"],
            "State": DISABLED if request.get("Enabled") is False else ENABLED,
            "StateTransitionReason": "User action",
            "LastModified": ports.clock.now(),
            "Tags": tags,
            **settings({}, request),
        }
        key = _collection(call).key(id_)
        progress = document([position] * mapping["ParallelizationFactor"])
        # The progress first: the run of a mapping begins with it
        await ports.records.write(
            Put(progress_key(key), progress, id_, expected=0),
            Put(key, mapping, expected=0),
        )
    return _shown(mapping, NOTHING_YET) | {"State": "Creating"}


@operation("lambda", "GetEventSourceMapping")
async def get_event_source_mapping(call: Call, request: GetEventSourceMappingRequestTypeDef) -> Response:
    """One mapping."""
    mapping = await read_mapping(call, request["UUID"], ResourceNotFound(_MISSING))
    return _shown(mapping, await _result(call, _collection(call).key(request["UUID"])))


@operation("lambda", "ListEventSourceMappings")
async def list_event_source_mappings(call: Call, request: ListEventSourceMappingsRequestTypeDef) -> Response:
    """The mappings of a function, of a stream, or all, ordered by UUID."""
    arn = named(call, request, "ListEventSourceMappings").arn if request.get("FunctionName") else None
    source = request.get("EventSourceArn")
    begin, size = after(request), page_size(request)
    found = [
        record
        for record in await call.ports.records.list(_collection(call), after=begin)
        if arn in {None, record.value["FunctionArn"]} and source in {None, record.value["EventSourceArn"]}
    ][: size + 1]
    return {
        "EventSourceMappings": [_shown(one.value, await _result(call, one.key)) for one in found[:size]],
        "NextMarker": next_marker([one.key.id for one in found], size),
    }


@operation("lambda", "UpdateEventSourceMapping")
async def update_event_source_mapping(call: Call, request: UpdateEventSourceMappingRequestTypeDef) -> Response:
    """Change what is given; the mapping goes on where it is."""
    refuse_unsupported(request)
    async with edit_mapping(call, request["UUID"], ResourceNotFound(_MISSING)) as mapping:
        asked: Request = {"FunctionName": request.get("FunctionName") or mapping["FunctionArn"]}
        name = named(call, asked, "UpdateEventSourceMapping")
        await check_settings(call, name, request)
        if request.get("FunctionName"):
            await _check_function(call, name, mapping["EventSourceArn"])
            await _check_new(call, name, mapping["EventSourceArn"], besides=mapping["UUID"])
            mapping["FunctionArn"] = name.arn
        mapping.update(settings(mapping, request))
        if request.get("FilterCriteria") is not None and not (request["FilterCriteria"].get("Filters")):
            mapping.pop("FilterCriteria", None)
        before, enabled = mapping["State"], request.get("Enabled")
        if enabled is not None:
            mapping["State"] = ENABLED if enabled else DISABLED
        mapping["LastModified"] = call.ports.clock.now()
    passing = "Updating" if before == mapping["State"] else "Enabling" if enabled else "Disabling"
    return _shown(mapping, await _result(call, _collection(call).key(request["UUID"]))) | {"State": passing}


@operation("lambda", "DeleteEventSourceMapping")
async def delete_event_source_mapping(call: Call, request: DeleteEventSourceMappingRequestTypeDef) -> Response:
    """Forget the mapping and where it was; the invocation that runs goes on."""
    key = _collection(call).key(request["UUID"])
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        if record is None:
            raise ResourceNotFound(_MISSING)
        shown = _shown(record.value, await _result(call, key))
        await call.ports.records.write(Delete(key), Delete(progress_key(key)))
    return shown | {"State": "Deleting"}


async def read_mapping(call: Call, id_: str, missing: AwsError) -> dict[str, Any]:
    """A mapping's document. Raises ``missing``."""
    record = await call.ports.records.get(_collection(call).key(id_))
    if record is None:
        raise missing
    return record.value


@asynccontextmanager
async def edit_mapping(call: Call, id_: str, missing: AwsError) -> AsyncIterator[dict[str, Any]]:
    """Hold a mapping, let the block change its document, and write it. Raises ``missing``, ResourceConflict."""
    key = _collection(call).key(id_)
    async with call.ports.editing.hold(key):
        record = await call.ports.records.get(key)
        if record is None:
            raise missing
        yield record.value
        try:
            await call.ports.records.write(Put(key, record.value, expected=record.revision))
        except RevisionConflict:
            raise ResourceConflict("The event source mapping is being changed by another request.") from None


def _collection(call: Call) -> Collection:
    return Collection(SERVICE, KIND, call.scope.account, call.scope.region)


def _tables(call: Call) -> Tables:
    assert call.ports.tables is not None
    return call.ports.tables


async def _check_function(call: Call, name: FunctionName, stream: str) -> None:
    record = await call.ports.records.get(function_key(name))
    if record is None or not await names_something(call.ports, name, document_of(record)):
        raise InvalidParameterValue("Function does not exist")
    role = document_of(record)["configuration"]["Role"]
    if not may_read(call.ports.identity.authorizer, role, name.arn, stream):
        raise InvalidParameterValue(refusal(stream))


async def _check_new(call: Call, name: FunctionName, stream: str, besides: str = "") -> None:
    for record in await call.ports.records.list(_collection(call)):
        held = record.value
        if (held["FunctionArn"], held["EventSourceArn"]) == (name.arn, stream) and held["UUID"] != besides:
            raise ResourceConflict(
                f'An event source mapping with event source ("{stream}"), function ("{name.arn}") already exists. '
                f"Please update or delete the existing mapping with UUID {held['UUID']}"
            )


async def _position(tables: Tables, call: Call, stream: str, kind: str) -> int:
    """The sequence that a new mapping goes on after."""
    try:
        found = await tables.streams.find(call.scope, stream)
    except AwsError:
        raise InvalidParameterValue(f"Stream not found: {stream}") from None
    return (await tables.streams.place(found, kind, None)).after


async def _result(call: Call, key: Key) -> str:
    record = await call.ports.records.get(progress_key(key))
    return NOTHING_YET if record is None else str(record.value["result"])


def _shown(mapping: Mapping[str, Any], result: str) -> dict[str, Any]:
    """The configuration as Lambda shows it."""
    return {member: value for member, value in mapping.items() if member != "Tags"} | {"LastProcessingResult": result}
