"""UpdateTable: throughput, billing mode, global indexes, stream, class, deletion protection.

A new global index is filled behind the answer; until then its table is UPDATING and the index CREATING.
Reference: API Reference (UpdateTable); platform-neighbours section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from gatelet.control.dynamodb.descriptions import description, status_of
from gatelet.control.dynamodb.naming import check_index_name, named_table, tables_of
from gatelet.control.dynamodb.redefining import redefine
from gatelet.control.dynamodb.stream_settings import closed_stream, opened_stream
from gatelet.control.dynamodb.table_rules import (
    check_attributes,
    check_counts,
    check_index_throughput,
    check_projection,
    check_stream,
    refuse_unsupported,
)
from gatelet.control.dynamodb.tables import billing_mode
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import StoredStream
from gatelet.tables.definition import Table
from gatelet.tables.errors import LimitExceeded, TableInUse, ValidationFailure, wrong_parameters

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import UpdateTableInputTypeDef

_SOMETHING: Final = (
    "ProvisionedThroughput",
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "StreamSpecification",
    "TableClass",
    "DeletionProtectionEnabled",
    "SSESpecification",
)


@operation("dynamodb", "UpdateTable")
async def update_table(call: Call, request: UpdateTableInputTypeDef) -> Response:
    """Change a table's settings, or add or remove one global index."""
    refuse_unsupported(request)
    table = named_table(call, request["TableName"])
    if all(request.get(member) is None for member in _SOMETHING):
        raise ValidationFailure(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates "
            "or SSESpecification or ReplicaUpdates is required"
        )
    if status_of(table) != "ACTIVE":
        raise TableInUse(f"Attempt to change a resource which is still in use: Table is being updated: {table.name}")
    streams, dropped = await _stream_change(call, table, request), _dropped(table, request)
    now = call.ports.clock.now()

    def change(document: dict[str, Any]) -> None:
        _change_settings(document, request, now)
        _change_throughput(document, request, now)
        for update in request.get("GlobalSecondaryIndexUpdates") or ():
            _change_index(document, update, request)
        _change_stream(call, table, document, request, streams, now)

    changed = await redefine(call, table, change, streams, dropped)
    tables = tables_of(call)
    tables.wake_upkeep()
    shown = await description(tables, changed, "UPDATING")
    return {"TableDescription": shown}


def _change_settings(document: dict[str, Any], request: Mapping[str, Any], now: float) -> None:
    if request.get("TableClass") is not None:
        document["TableClass"] = request["TableClass"]
    if request.get("DeletionProtectionEnabled") is not None:
        document["DeletionProtectionEnabled"] = request["DeletionProtectionEnabled"]
    mode = request.get("BillingMode")
    if mode == "PAY_PER_REQUEST":
        if request.get("ProvisionedThroughput") is not None:
            raise wrong_parameters(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
            )
        document["ProvisionedThroughput"] = None
        document["BillingModeSummary"] = billing_mode(now)
        for index in document.get("GlobalSecondaryIndexes") or ():
            index.pop("ProvisionedThroughput", None)
    elif mode == "PROVISIONED":
        if request.get("ProvisionedThroughput") is None and document.get("ProvisionedThroughput") is None:
            raise wrong_parameters(
                "ProvisionedThroughput must be specified when BillingMode is changed from PAY_PER_REQUEST "
                "to PROVISIONED"
            )
        if document.get("BillingModeSummary") is not None:
            document["BillingModeSummary"] = {**document["BillingModeSummary"], "BillingMode": "PROVISIONED"}


def _on_demand(document: Mapping[str, Any]) -> bool:
    return (document.get("BillingModeSummary") or {}).get("BillingMode") == "PAY_PER_REQUEST"


def _change_throughput(document: dict[str, Any], request: Mapping[str, Any], now: float) -> None:
    wanted = request.get("ProvisionedThroughput")
    if wanted is None:
        return
    if _on_demand(document):
        raise wrong_parameters(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    document["ProvisionedThroughput"] = _raised(document.get("ProvisionedThroughput"), wanted, now, "for the table")


def _raised(held: Mapping[str, Any] | None, wanted: Mapping[str, Any], now: float, what: str) -> dict[str, Any]:
    held = held or {}
    units = ("ReadCapacityUnits", "WriteCapacityUnits")
    if all(held.get(unit) == wanted[unit] for unit in units):
        raise ValidationFailure(
            f"The provisioned throughput {what} will not change. The requested value equals the current value. "
            f"Current ReadCapacityUnits provisioned {what}: {wanted['ReadCapacityUnits']}. "
            f"Requested ReadCapacityUnits: {wanted['ReadCapacityUnits']}. "
            f"Current WriteCapacityUnits provisioned {what}: {wanted['WriteCapacityUnits']}. "
            f"Requested WriteCapacityUnits: {wanted['WriteCapacityUnits']}. "
            "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
        )
    lower = any(wanted[unit] < held.get(unit, 0) for unit in units)
    moment = "LastDecreaseDateTime" if lower else "LastIncreaseDateTime"
    decreases = held.get("NumberOfDecreasesToday", 0) + lower
    return {**held, **wanted, moment: round(now, 3), "NumberOfDecreasesToday": decreases}


def _change_index(document: dict[str, Any], update: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    given = [(kind, content) for kind, content in update.items() if content is not None]
    if len(given) != 1:
        raise wrong_parameters("One of GlobalSecondaryIndexUpdate must be specified: Update, Create or Delete")
    kind, content = given[0]
    name = content["IndexName"]
    indexes: list[dict[str, Any]] = document.setdefault("GlobalSecondaryIndexes", [])
    held = next((index for index in indexes if index["IndexName"] == name), None)
    if kind == "Create":
        _create_index(document, content, request)
        return
    if held is None:
        raise ValidationFailure(f"The table does not have the specified index: {name}")
    if kind == "Delete":
        indexes.remove(held)
        used = {one["AttributeName"] for index in (document, *_indexes(document)) for one in index["KeySchema"]}
        document["AttributeDefinitions"] = [
            one for one in document["AttributeDefinitions"] if one["AttributeName"] in used
        ]
        return
    throughput = content.get("ProvisionedThroughput")
    if throughput is not None and _on_demand(document):
        check_index_throughput(content, on_demand=True)
    if throughput is not None:
        held["ProvisionedThroughput"] = {**(held.get("ProvisionedThroughput") or {}), **throughput}


def _indexes(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(document.get("LocalSecondaryIndexes") or ()), *(document.get("GlobalSecondaryIndexes") or ())]


def _create_index(document: dict[str, Any], content: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    name = content["IndexName"]
    check_index_name(name)
    if any(index["IndexName"] == name for index in _indexes(document)):
        raise ValidationFailure(f"Attempting to create an index which already exists: {name}")
    check_projection(content["Projection"])
    check_index_throughput(content, on_demand=_on_demand(document))
    definitions = {one["AttributeName"]: one for one in document["AttributeDefinitions"]}
    wanted = {one["AttributeName"] for one in content["KeySchema"]}
    for one in request.get("AttributeDefinitions") or ():
        held = definitions.get(one["AttributeName"])
        if held is not None and held["AttributeType"] != one["AttributeType"]:
            raise wrong_parameters(
                f"Attribute type of {one['AttributeName']} cannot be changed from {held['AttributeType']} "
                f"to {one['AttributeType']}"
            )
        if held is None and one["AttributeName"] in wanted:
            definitions[one["AttributeName"]] = one
    number = document["NextNumber"]
    document["NextNumber"] = number + 1
    document["AttributeDefinitions"] = list(definitions.values())
    document["GlobalSecondaryIndexes"].append({**content, "IndexStatus": "CREATING", "Number": number})
    check_attributes(document)
    check_counts(document)


def _dropped(table: Table, request: Mapping[str, Any]) -> list[int]:
    updates = request.get("GlobalSecondaryIndexUpdates") or ()
    if sum(update.get("Create") is not None or update.get("Delete") is not None for update in updates) > 1:
        raise LimitExceeded(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        )
    names = [update["Delete"]["IndexName"] for update in updates if update.get("Delete") is not None]
    return [index.owner for name in names if (index := table.index(name)) is not None]


async def _stream_change(call: Call, table: Table, request: Mapping[str, Any]) -> list[StoredStream]:
    specification = request.get("StreamSpecification")
    check_stream(specification)
    if specification is None:
        return []
    if specification.get("StreamEnabled"):
        if table.stream is not None:
            raise ValidationFailure(f"Table already has an enabled stream: TableName: {table.name}")
        return []
    if table.stream is None:
        raise ValidationFailure(f"Table does not have an enabled stream: TableName: {table.name}")
    return [await closed_stream(call, table.stream)]


def _change_stream(
    call: Call,
    table: Table,
    document: dict[str, Any],
    request: Mapping[str, Any],
    streams: list[StoredStream],
    now: float,
) -> None:
    specification = request.get("StreamSpecification")
    if specification is None:
        return
    if not specification.get("StreamEnabled"):
        document["Stream"] = None
        return
    opened = opened_stream(call.scope, table.name, document, specification, now)
    streams[:] = [opened.of(table.stored.id)]
