"""Tables as DescribeTable shows them. Reference: platform-neighbours section 2 (CreateTable's answer)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.storage.table_ports import owner_of
from gatelet.tables.definition import Table
from gatelet.tables.service import Tables

_NO_UNITS = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


async def description(tables: Tables, table: Table, status: str | None = None) -> dict[str, Any]:
    """The TableDescription. ``status`` None: what the table's state is."""
    document = table.document
    items, size = await tables.items.count(table.owner)
    shown: dict[str, Any] = {
        "AttributeDefinitions": document["AttributeDefinitions"],
        "TableName": table.name,
        "KeySchema": document["KeySchema"],
        "TableStatus": status or status_of(table),
        "CreationDateTime": document["CreationDateTime"],
        "ProvisionedThroughput": _throughput(document),
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": table.arn,
        "TableId": document["TableId"],
        "BillingModeSummary": document.get("BillingModeSummary"),
        "DeletionProtectionEnabled": document["DeletionProtectionEnabled"],
    }
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if document.get(member):
            shown[member] = [await _index(tables, table, one, member) for one in document[member]]
    if document.get("TableClass") is not None:
        shown["TableClassSummary"] = {"TableClass": document["TableClass"]}
    if table.stream is not None:
        shown["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": table.stream.view}
    if document.get("LatestStreamLabel") is not None:
        shown["LatestStreamLabel"] = document["LatestStreamLabel"]
        shown["LatestStreamArn"] = f"{table.arn}/stream/{document['LatestStreamLabel']}"
    return shown


def status_of(table: Table) -> str:
    """ACTIVE, or UPDATING while an index is made."""
    return "ACTIVE" if all(index.active for index in table.indexes) else "UPDATING"


def _throughput(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**_NO_UNITS, **(document.get("ProvisionedThroughput") or {})}


async def _index(tables: Tables, table: Table, document: Mapping[str, Any], member: str) -> dict[str, Any]:
    items, size = await tables.items.count(owner_of(table.stored.id, document["Number"]))
    shown: dict[str, Any] = {
        "IndexName": document["IndexName"],
        "KeySchema": document["KeySchema"],
        "Projection": document["Projection"],
        "IndexSizeBytes": size,
        "ItemCount": items,
        "IndexArn": f"{table.arn}/index/{document['IndexName']}",
    }
    if member == "GlobalSecondaryIndexes":
        shown["IndexStatus"] = document["IndexStatus"]
        shown["ProvisionedThroughput"] = _throughput(document)
        if document["IndexStatus"] == "CREATING":
            shown["Backfilling"] = True
    return shown
