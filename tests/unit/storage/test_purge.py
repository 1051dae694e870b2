"""What was deleted goes back to the file system, a part at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.storage.sqlite.free_pages import KEPT
from gatelet.storage.table_ports import ItemChange, ItemKey, owner_of

PAGES_IN_A_TURN = 1_000


def test_gigabytes_are_not_given_back_in_one_transaction(tmp_path: Path) -> None:
    """One turn of the purge moves a bounded number of pages, and the writes of others come in between."""

    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            items = data.table_items
            table = await items.create("000000000000", "us-east-1", "t", {})
            keys = [ItemKey(owner_of(table.id, 0), str(at).encode(), b"") for at in range(3)]
            for key in keys:
                await items.change({table.id: 1}, [key], lambda _, k=key: ([ItemChange(k, b"x" * 10_000_000)], None))  # type: ignore[misc]
            for key in keys:
                await items.change({table.id: 1}, [key], lambda _, k=key: ([ItemChange(k, None)], None))  # type: ignore[misc]
            with closing(sqlite3.connect(f"file:{tmp_path / 'tables.db'}?mode=ro", uri=True)) as connection:
                sizes = [connection.execute("pragma page_count").fetchone()[0]]
                more = True
                while more:
                    more = await items.purge(200)
                    sizes.append(connection.execute("pragma page_count").fetchone()[0])
            given_back = [before - after for before, after in pairwise(sizes)]
            assert max(given_back) <= PAGES_IN_A_TURN + 16
            assert KEPT <= sizes[-1] < KEPT + 32 < sizes[0] - 2 * PAGES_IN_A_TURN

    asyncio.run(story())
