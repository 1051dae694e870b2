"""What a running Gatelet does by itself: indexes are filled, items expire, deleted tables are emptied."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conformance.dynamodb.conftest import make_table
from tests.conformance.dynamodb.test_tables import attributes, index
from tests.conformance.dynamodb.world import NOW, MovedClock
from tests.contract.tables_child import DOCUMENT, SCOPE, put

from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.storage.table_ports import PageRange
from gatelet.tables.definition import Table
from gatelet.tables.service import Tables
from gatelet.tables.upkeep import fill, open_tables, settle


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_an_index_becomes_active(gatelet: Any) -> None:
    client = gatelet.client("dynamodb")
    name = make_table(client, "upkeep-index")
    client.put_item(TableName=name, Item={"id": {"S": "a"}, "g": {"S": "x"}})
    client.update_table(
        TableName=name,
        AttributeDefinitions=attributes("id", "g"),
        GlobalSecondaryIndexUpdates=[{"Create": index("by-g", "g")}],
    )
    until(lambda: client.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    assert client.scan(TableName=name, IndexName="by-g")["Count"] == 1


def test_expired_items_go_when_the_setting_comes(gatelet: Any) -> None:
    client = gatelet.client("dynamodb")
    name = make_table(client, "upkeep-ttl")
    client.put_item(TableName=name, Item={"id": {"S": "a"}, "ends": {"N": str(int(time.time()) - 60)}})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"})
    until(lambda: client.scan(TableName=name)["Count"] == 0)


def indexing(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its index being created."""
    (one,) = document["GlobalSecondaryIndexes"]
    return {**document, "GlobalSecondaryIndexes": [{**one, "IndexStatus": "CREATING"}]}


def test_a_start_goes_on_with_what_a_stop_interrupted(tmp_path: Path) -> None:
    """An index that was being filled, a table that was being emptied."""
    clock = MovedClock()

    async def before() -> int:
        async with open_data_directory(tmp_path) as data:
            tables = Tables(data.table_items, clock)
            plain = await tables.catalogue.create(SCOPE, "t", {**DOCUMENT, "GlobalSecondaryIndexes": []}, [])
            await tables.write_batch([put(plain, f"item-{at}", at) for at in range(500)])
            await tables.catalogue.replace(plain, indexing(DOCUMENT))
            gone = await tables.catalogue.create(SCOPE, "gone", DOCUMENT, [])
            await tables.write(put(gone, "a", 1))
            await tables.catalogue.remove(gone, [], [gone.owner, gone.indexes[0].owner])
            return gone.owner

    async def after(gone: int) -> None:
        async with open_data_directory(tmp_path) as data, open_tables(data.table_items, clock) as tables:
            emptied = PageRange(gone, entries=False)
            for _ in range(1000):
                table = tables.table(SCOPE, "t")
                left = await data.table_items.page(emptied, None, 100, lambda page: len(page.rows))
                if table.indexes[0].active and not left:
                    break
                await asyncio.sleep(0.01)
            assert await data.table_items.count(table.indexes[0].owner) == (500, 500 * len("idwriter") + _sizes())
            assert left == 0

    asyncio.run(after(asyncio.run(before())))


def _sizes() -> int:
    return sum(len(f"item-{at}w{at}") for at in range(500))


def test_writes_go_on_while_an_index_is_filled(tmp_path: Path) -> None:
    clock = MovedClock()
    assert clock.time == NOW

    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            tables = Tables(data.table_items, clock)
            plain = await tables.catalogue.create(SCOPE, "t", {**DOCUMENT, "GlobalSecondaryIndexes": []}, [])
            await tables.write_batch([put(plain, f"item-{at}", at) for at in range(700)])
            table = await tables.catalogue.replace(plain, indexing(DOCUMENT))

            async def write(table: Table, at: int) -> None:
                await tables.write(put(table, f"item-{at}", at + 1_000))

            await asyncio.gather(fill(tables, table), *(write(table, at) for at in range(0, 900, 3)))
            await settle(tables)
            current = tables.table(SCOPE, "t")
            assert current.indexes[0].active
            rows = await data.table_items.count(current.owner)
            entries = await data.table_items.count(current.indexes[0].owner)
            assert entries == rows
            wanted = PageRange(current.indexes[0].owner, entries=True)
            found = await data.table_items.page(wanted, None, 10_000_000, lambda page: len(page.rows))
            assert found == rows[0] == 700 + len([at for at in range(700, 900) if at % 3 == 0])

    asyncio.run(story())
