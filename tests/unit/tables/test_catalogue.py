"""The tables in memory are those on disk, whatever becomes of who asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from tests.contract.tables_child import DOCUMENT, SCOPE
from tests.unit.control.plane import TickingClock

from gatelet.storage.sqlite.directory import open_data_directory
from gatelet.tables.service import Tables


async def _leave(work: Awaitable[Any]) -> None:
    """Begin, and go away while the disk is waited for."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_client_that_goes_away_leaves_no_half_table(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            tables = Tables(data.table_items, TickingClock())
            catalogue = tables.catalogue

            async def stored() -> list[tuple[str, int]]:
                found = await data.table_items.definitions()  # read after what was written before
                return [(one.name, one.revision) for one in found]

            async def settled(expected: list[tuple[str, int]]) -> None:
                for _ in range(5_000):
                    if [(one.name, one.stored.revision) for one in catalogue] == expected:
                        break
                    await asyncio.sleep(0.001)
                assert [(one.name, one.stored.revision) for one in catalogue] == expected == await stored()

            await _leave(catalogue.create(SCOPE, "t", DOCUMENT, []))
            await settled([("t", 1)])
            table = tables.table(SCOPE, "t")
            await _leave(catalogue.replace(table, DOCUMENT))
            await settled([("t", 2)])
            await _leave(catalogue.remove(tables.table(SCOPE, "t"), [], []))
            await settled([])

    asyncio.run(story())
