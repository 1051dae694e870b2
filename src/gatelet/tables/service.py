"""The organ: items of tables read and written in transactions.

    read   -> a page of storage -> reads.shape
    write  -> one transaction of storage, which decides by writes.perform

A write rests on the table's definition at the moment it runs: if that changed meanwhile, it is done again with the
new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.aws.scope import Scope
from gatelet.storage.table_ports import DefinitionChanged, ItemChange, ItemKey, Page, TableItems, Token, TokenUsed
from gatelet.tables.catalogue import Catalogue
from gatelet.tables.definition import Table
from gatelet.tables.errors import (
    ConditionFailed,
    TableInUse,
    TableNotFound,
    TokenMismatch,
    TransactionCancelled,
    ValidationFailure,
)
from gatelet.tables.reads import Found, Read, base_keys, shape
from gatelet.tables.streams import Streams
from gatelet.tables.writes import TRANSACTION_TOO_LARGE, Write, Written, perform

_SHORT_BYTES = 32_768
"""What is looked through in the event loop; longer pages are, in a thread."""
_ATTEMPTS = 50
"""How often a table's definition may change under one write."""

Perform = Callable[[Sequence[Write], Sequence[bytes | None], float], tuple[list[ItemChange], list[Written]]]


class Tables:
    """Every table of every scope."""

    __slots__ = ("_clock", "catalogue", "items", "streams", "wake_upkeep")

    def __init__(self, items: TableItems, clock: Clock) -> None:
        self.items = items
        self.catalogue = Catalogue(items)
        self.streams = Streams(items, clock)
        self.wake_upkeep: Callable[[], None] = lambda: None
        """Called when there is something to settle; the upkeep puts itself here."""
        self._clock = clock

    def table(self, scope: Scope, name: str) -> Table:
        """The table that an operation on items names. Raises TableNotFound."""
        found = self.catalogue.find(scope, name)
        if found is None:
            raise TableNotFound
        return found

    async def get(self, key: ItemKey) -> bytes | None:
        """One item's JSON, or None."""
        return await self.items.get(key)

    async def get_many(self, keys: Sequence[ItemKey]) -> Sequence[bytes | None]:
        """Items as they are at one moment."""
        return await self.items.get_many(keys)

    async def read(self, read: Read) -> Found:
        """One page of a query or a scan."""
        if not read.fetch:
            return await self.items.page(read.range, read.limit, quotas.TABLE_PAGE_BYTES, partial(shape, read))
        page: Page = await self.items.page(read.range, read.limit, quotas.TABLE_PAGE_BYTES, lambda found: found)
        fetched = await self.items.get_many(base_keys(read, page))
        if sum(len(item or b"") for item in fetched) > _SHORT_BYTES:
            return await asyncio.to_thread(shape, read, page, fetched)
        return shape(read, page, fetched)

    async def write(self, write: Write) -> Written:
        """One action on one item. Raises ConditionFailed, ValidationFailure, TableNotFound."""
        written = await self._change([write], _one_by_one)
        assert written is not None
        return written[0]

    async def write_batch(self, writes: Sequence[Write]) -> list[Written]:
        """Actions on different items, each for itself, committed together. Raises as ``write`` does."""
        written = await self._change(writes, _one_by_one)
        assert written is not None
        return written

    async def transact(self, writes: Sequence[Write], token: Token | None = None) -> list[Written] | None:
        """Actions on different items, all or none; None: the token's request was done before.

        Raises TransactionCancelled, TokenMismatch, TableNotFound.
        """
        return await self._change(writes, _all_or_none, token)

    async def _change(
        self, writes: Sequence[Write], decide: Perform, token: Token | None = None
    ) -> list[Written] | None:
        now = self._clock.now()
        for _ in range(_ATTEMPTS):
            revisions = {id_: revision for one in writes for id_, revision in one.table.revisions.items()}
            keys = [one.key for one in writes]
            try:
                return await self.items.change(revisions, keys, lambda stored, w=writes: decide(w, stored, now), token)  # type: ignore[misc]
            except DefinitionChanged:
                writes = [replace(one, table=self._current(one.table)) for one in writes]
            except TokenUsed as error:
                raise TokenMismatch from error
        raise TableInUse("Attempt to change a resource which is still in use: Table is being updated")

    def _current(self, table: Table) -> Table:
        """The table's newest definition. Raises TableNotFound if it was deleted."""
        found = self.catalogue.find(table.scope, table.name)
        if found is None or found.stored.id != table.stored.id:
            raise TableNotFound
        return found


def _one_by_one(
    writes: Sequence[Write], stored: Sequence[bytes | None], now: float
) -> tuple[list[ItemChange], list[Written]]:
    performed = [perform(one, held, now) for one, held in zip(writes, stored, strict=True)]
    return [change for change, _ in performed if change is not None], [written for _, written in performed]


def _all_or_none(
    writes: Sequence[Write], stored: Sequence[bytes | None], now: float
) -> tuple[list[ItemChange], list[Written]]:
    changes: list[ItemChange] = []
    results: list[Written] = []
    reasons: list[dict[str, Any]] = []
    for one, held in zip(writes, stored, strict=True):
        try:
            change, written = perform(one, held, now)
        except ConditionFailed as error:
            reason: dict[str, Any] = {"Code": "ConditionalCheckFailed", "Message": error.message, **error.members}
            reasons.append(reason)
        except ValidationFailure as error:
            reasons.append({"Code": "ValidationError", "Message": error.message})
        else:
            reasons.append({"Code": "None"})
            results.append(written)
            if change is not None:
                changes.append(change)
    if len(results) < len(writes):
        raise TransactionCancelled(reasons)
    if sum(written.new_size for written in results) > quotas.TRANSACTION_BYTES:
        raise ValidationFailure(TRANSACTION_TOO_LARGE)
    return changes, results
