"""Writes to tables without end until it is killed; says on standard output what was acknowledged, line by line."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from gatelet.aws.clock import SystemClock
from gatelet.aws.scope import Scope
from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.tables.definition import Table
from gatelet.tables.expressions.syntax import Action, Literal
from gatelet.tables.key_rules import key_of
from gatelet.tables.service import Tables
from gatelet.tables.values import Item
from gatelet.tables.writes import Write

SCOPE = Scope("000000000000", "us-east-1")
WRITERS = 16
DOCUMENT = {
    "TableId": "id",
    "CreationDateTime": 0.0,
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "writer", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-writer",
            "KeySchema": [{"AttributeName": "writer", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "IndexStatus": "ACTIVE",
            "Number": 1,
        }
    ],
    "Stream": {"Number": 2, "Label": "label", "View": "NEW_IMAGE"},
    "NextNumber": 3,
    "Tags": {},
    "DeletionProtectionEnabled": False,
}


def put(table: Table, name: str, writer: int) -> Write:
    """A new item of a writer."""
    item: Item = {"id": {"S": name}, "writer": {"S": f"w{writer}"}}
    return Write("Put", table, key_of(table, item), item)


def count(table: Table, writer: int) -> Write:
    """One more in the counter of a writer."""
    key: Item = {"id": {"S": f"counter-{writer}"}}
    return Write("Update", table, key_of(table, key), key, (Action("ADD", ("n",), Literal({"N": "1"})),))


async def write_without_end(tables: Tables, table: Table, round_number: int, writer: int) -> None:
    """Each transaction puts two items and counts them once."""
    number = 0
    while True:
        name = f"{round_number}-{writer}-{number}"
        pair = [put(table, f"{name}-left", writer), put(table, f"{name}-right", writer), count(table, writer)]
        await tables.transact(pair)
        os.write(1, f"{name}\n".encode())
        number += 1


async def main(place: Path, round_number: int) -> None:
    """Run until killed."""
    async with open_data_directory(place) as data:
        tables = Tables(data.table_items, SystemClock())
        await tables.catalogue.load()
        table = tables.catalogue.find(SCOPE, "t") or await tables.catalogue.create(SCOPE, "t", DOCUMENT, [])
        await asyncio.gather(*(write_without_end(tables, table, round_number, writer) for writer in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
