"""CreateTable, DescribeTable, ListTables, DeleteTable.

A table is there, and serves, once CreateTable answers; the answer says CREATING, as on AWS. A table that is deleted
is gone once DeleteTable answers; its rows go afterwards. Reference: platform-neighbours section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gatelet.aws import quotas
from gatelet.control.dynamodb.descriptions import description
from gatelet.control.dynamodb.naming import named_table, table_name, tables_of
from gatelet.control.dynamodb.stream_settings import closed_stream, opened_stream
from gatelet.control.dynamodb.table_rules import (
    check_attributes,
    check_indexes,
    check_stream,
    check_throughput,
    refuse_unsupported,
)
from gatelet.control.dynamodb.tagging import checked_tags
from gatelet.control.operation import Call, Response, operation
from gatelet.storage.table_ports import DefinitionChanged, StoredStream
from gatelet.tables.definition import Table
from gatelet.tables.errors import LimitExceeded, TableInUse, ValidationFailure

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        CreateTableInputTypeDef,
        DeleteTableInputTypeDef,
        DescribeTableInputTypeDef,
        ListTablesInputTypeDef,
    )

_CHANGED = "Attempt to change a resource which is still in use: Table is being updated: {}"


@operation("dynamodb", "CreateTable")
async def create_table(call: Call, request: CreateTableInputTypeDef) -> Response:
    """A new table."""
    name = table_name(call, request["TableName"])
    refuse_unsupported(request)
    check_throughput(request)
    check_attributes(request)
    check_indexes(request)
    check_stream(request.get("StreamSpecification"))
    tables = tables_of(call)
    if len(tables.catalogue.names(call.scope)) >= quotas.TABLES_PER_REGION:
        raise LimitExceeded(f"Too many tables: the limit of {quotas.TABLES_PER_REGION} is reached")
    now = call.ports.clock.now()
    document = _document(request, call.ports.ids.uuid(), now)
    streams: list[StoredStream] = []
    specification = request.get("StreamSpecification")
    if specification is not None and specification.get("StreamEnabled"):
        streams.append(opened_stream(call.scope, name, document, specification, now))
    table = await tables.catalogue.create(call.scope, name, document, streams)
    shown = await description(tables, table, "CREATING")
    for index in shown.get("GlobalSecondaryIndexes") or ():
        index["IndexStatus"] = "CREATING"
    return {"TableDescription": shown}


def _document(request: Mapping[str, Any], table_id: str, now: float) -> dict[str, Any]:
    number = 0
    members: dict[str, Any] = {}
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        indexes = []
        for one in request.get(member) or ():
            number += 1
            status = {"IndexStatus": "ACTIVE"} if member.startswith("Global") else {}
            indexes.append({**one, **status, "Number": number})
        members[member] = indexes
    on_demand = request.get("BillingMode") == "PAY_PER_REQUEST"
    return {
        "TableId": table_id,
        "CreationDateTime": round(now, 3),
        "AttributeDefinitions": request["AttributeDefinitions"],
        "KeySchema": request["KeySchema"],
        **members,
        "NextNumber": number + 1,
        "ProvisionedThroughput": None if on_demand else request.get("ProvisionedThroughput"),
        "BillingModeSummary": billing_mode(now) if on_demand else None,
        "TableClass": request.get("TableClass"),
        "DeletionProtectionEnabled": bool(request.get("DeletionProtectionEnabled")),
        "Tags": checked_tags({}, request.get("Tags") or ()),
    }


def billing_mode(now: float) -> dict[str, Any]:
    """The summary of a table on demand."""
    return {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": round(now, 3)}


@operation("dynamodb", "DescribeTable")
async def describe_table(call: Call, request: DescribeTableInputTypeDef) -> Response:
    """A table's keys, indexes, sizes and state."""
    return {"Table": await description(tables_of(call), named_table(call, request["TableName"]))}


@operation("dynamodb", "ListTables")
async def list_tables(call: Call, request: ListTablesInputTypeDef) -> Response:
    """The names of the tables, in order, a page at a time."""
    limit = request.get("Limit") or quotas.TABLES_PAGE
    after = request.get("ExclusiveStartTableName") or ""
    names = [name for name in tables_of(call).catalogue.names(call.scope) if name > after]
    page = names[:limit]
    return {"TableNames": page, "LastEvaluatedTableName": page[-1] if len(names) > limit else None}


@operation("dynamodb", "DeleteTable")
async def delete_table(call: Call, request: DeleteTableInputTypeDef) -> Response:
    """Delete a table and its items; its stream can be read for another day."""
    tables = tables_of(call)
    table = named_table(call, request["TableName"])
    if table.document["DeletionProtectionEnabled"]:
        raise ValidationFailure(
            f"Resource cannot be deleted as it is currently protected against deletion. "
            f"Disable deletion protection first. Table: {table.arn}"
        )
    shown = await description(tables, table, "DELETING")
    streams = await _closing(call, table)
    try:
        await tables.catalogue.remove(table, streams, owners_of(table))
    except DefinitionChanged as error:
        raise TableInUse(_CHANGED.format(table.name)) from error
    tables.wake_upkeep()
    for member in ("AttributeDefinitions", "KeySchema", "CreationDateTime", "LatestStreamLabel", "LatestStreamArn"):
        shown.pop(member, None)
    for index in shown.get("GlobalSecondaryIndexes") or ():
        index["IndexStatus"] = "DELETING"
    return {"TableDescription": shown}


async def _closing(call: Call, table: Table) -> list[StoredStream]:
    if table.stream is None:
        return []
    return [await closed_stream(call, table.stream)]


def owners_of(table: Table) -> list[int]:
    """Everything of the table that has rows."""
    owners = [table.owner, *[index.owner for index in table.indexes]]
    if table.time_to_live is not None:
        owners.append(table.time_to_live.owner)
    return owners
