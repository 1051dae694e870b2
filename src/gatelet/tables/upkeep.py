"""What goes on by itself: indexes are filled, deleted tables emptied, expired items deleted, old records trimmed.

Every step is short, so that writes go on in between; what a stop interrupts goes on after the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import orjson

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.storage.ports import StorageError
from gatelet.storage.table_ports import DefinitionChanged, Entry, ItemChange, ItemKey, Page, PageRange, Row, TableItems
from gatelet.tables.definition import Table, TimeToLive
from gatelet.tables.entries import EXPIRING_PARTITION, entries_of, expired_bounds
from gatelet.tables.errors import ConditionFailed, TableNotFound
from gatelet.tables.expressions.syntax import Attribute, Compare, Literal
from gatelet.tables.service import Tables
from gatelet.tables.writes import Write

UPKEEP_SECONDS: Final = 20.0
"""How often expired items are looked for: each goes within a minute."""

_ROWS: Final = 200
_EXPIRED_PER_ROUND: Final = 2_000

_log = logging.getLogger(__name__)


async def sweep(tables: Tables, now: float) -> None:
    """One round: everything that is due, of expired items and old records a bounded part."""
    await settle(tables)
    for table in tables.catalogue:
        if table.time_to_live is not None:
            await expire(tables, table, table.time_to_live, now)
    while await tables.items.trim_records(now - quotas.STREAM_RECORD_SECONDS, _ROWS) == _ROWS:
        pass


async def settle(tables: Tables) -> None:
    """Fill the indexes that are being created, and delete the rows of what was deleted."""
    for table in tables.catalogue:
        if unfilled(table):
            await fill(tables, table)
    while await tables.items.purge(_ROWS):
        pass


def unfilled(table: Table) -> list[int]:
    """The owners of indexes (time to live is one) that lack the entries of older items."""
    owners = [index.owner for index in table.indexes if not index.active]
    if table.time_to_live is not None and not table.document["TimeToLive"].get("Filled"):
        owners.append(table.time_to_live.owner)
    return owners


async def fill(tables: Tables, table: Table) -> None:
    """Give every item its entries in new indexes; then the indexes are active."""
    owners = frozenset(unfilled(table))
    after: tuple[bytes, bytes, bytes, bytes] | None = None
    try:
        while True:
            wanted = PageRange(table.owner, entries=False, after=after)
            page: Page = await tables.items.page(wanted, _ROWS, quotas.TABLE_PAGE_BYTES, lambda found: found)
            if page.rows:
                keys = [ItemKey(table.owner, row.partition, row.sort) for row in page.rows]
                await tables.items.change(table.revisions, keys, _Filling(table, owners, keys))
                after = page.rows[-1][:4]
            if not page.more:
                break
        for owner in owners:
            await tables.items.recount(owner)
        await tables.catalogue.replace(table, _filled(table))
    except DefinitionChanged:
        _log.info("the table %s changed while its indexes were filled; they are filled anew", table.name)
        tables.wake_upkeep()


class _Filling:
    """Decides on the entries of some items."""

    __slots__ = ("_keys", "_owners", "_table")

    def __init__(self, table: Table, owners: frozenset[int], keys: Sequence[ItemKey]) -> None:
        self._table = table
        self._owners = owners
        self._keys = keys

    def __call__(self, stored: Sequence[bytes | None]) -> tuple[list[ItemChange], None]:
        changes = []
        for key, held in zip(self._keys, stored, strict=True):
            if held is None:
                continue
            entries = entries_of(self._table, key, orjson.loads(held))
            added: list[Entry] = [entry for owner, entry in entries.items() if owner in self._owners]
            if added:
                changes.append(ItemChange(key, held, keep=True, added=added))
        return changes, None


def _filled(table: Table) -> dict[str, Any]:
    document = dict(table.document)
    document["GlobalSecondaryIndexes"] = [
        {**index, "IndexStatus": "ACTIVE"} for index in document.get("GlobalSecondaryIndexes") or ()
    ]
    if document.get("TimeToLive") is not None:
        document["TimeToLive"] = {**document["TimeToLive"], "Filled": True}
    return document


async def expire(tables: Tables, table: Table, settings: TimeToLive, now: float) -> int:
    """Delete items that expired; how many."""
    low, high = expired_bounds(now)
    deleted = 0
    while deleted < _EXPIRED_PER_ROUND:
        wanted = PageRange(settings.owner, entries=True, partition=EXPIRING_PARTITION, low=low, high=high)
        page: Page = await tables.items.page(wanted, _ROWS, quotas.TABLE_PAGE_BYTES, lambda found: found)
        for row in page.rows:
            with suppress(ConditionFailed, TableNotFound):
                await tables.write(_expiry(table, settings, row, now))
        deleted += len(page.rows)
        if not page.more:
            break
    return deleted


def _expiry(table: Table, settings: TimeToLive, row: Row, now: float) -> Write:
    key = ItemKey(table.owner, row.base_partition, row.base_sort)
    # The item may have been given more time since the page was read.
    due = Compare("<", Attribute((settings.attribute,)), Literal({"N": str(int(now))}))
    return Write("Delete", table, key, {}, condition=due, expiring=True)


@asynccontextmanager
async def open_tables(items: TableItems, clock: Clock) -> AsyncIterator[Tables]:
    """The organ with every table loaded, and its upkeep while the block runs."""
    tables = Tables(items, clock)
    await tables.catalogue.load()
    async with Upkeep(tables, clock).running():
        yield tables


class Upkeep:
    """Sweeps every so many seconds, and at once when the tables ask for it."""

    __slots__ = ("_clock", "_every", "_tables", "_wanted")

    def __init__(self, tables: Tables, clock: Clock, every: float = UPKEEP_SECONDS) -> None:
        self._tables = tables
        self._clock = clock
        self._every = every
        self._wanted = asyncio.Event()
        tables.wake_upkeep = self._wanted.set

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep while the block runs; at once, for what a stop interrupted."""
        task = asyncio.create_task(self._rounds(), name="upkeep of tables")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _rounds(self) -> None:
        while True:
            self._wanted.clear()
            try:
                await sweep(self._tables, self._clock.now())
            except StorageError as error:
                _log.warning("the upkeep of tables failed: %s", error)
            except Exception:  # noqa: BLE001 - a background task: items that never expire are an error, too
                _log.exception("the upkeep of tables failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._wanted.wait()
