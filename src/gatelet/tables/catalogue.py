"""The tables of this process: every definition, kept in memory, and written through."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from gatelet.aws.scope import Scope
from gatelet.storage.table_ports import DefinitionExists, StoredStream, TableItems
from gatelet.tables.definition import Table
from gatelet.tables.errors import TableInUse

_T = TypeVar("_T")


class Catalogue:
    """Finds tables by scope and name. One process writes definitions: the one that has the data directory.

    What is begun is ended even if the caller is cancelled (its client went away): what is on disk is in memory, too.
    """

    __slots__ = ("_begun", "_items", "_tables")

    def __init__(self, items: TableItems) -> None:
        self._items = items
        self._tables: dict[tuple[str, str, str], Table] = {}
        self._begun: set[asyncio.Task[Any]] = set()

    async def load(self) -> None:
        """Read every definition; before that there are no tables."""
        for stored in await self._items.definitions():
            self._tables[stored.account, stored.region, stored.name] = Table(stored)

    def find(self, scope: Scope, name: str) -> Table | None:
        """The table, or None."""
        return self._tables.get((scope.account, scope.region, name))

    def names(self, scope: Scope) -> list[str]:
        """The names of the scope's tables, in order."""
        return sorted(
            name for account, region, name in self._tables if (account, region) == (scope.account, scope.region)
        )

    def __iter__(self) -> Iterator[Table]:
        return iter(list(self._tables.values()))

    async def create(
        self, scope: Scope, name: str, document: Mapping[str, Any], streams: Sequence[StoredStream]
    ) -> Table:
        """A new table. Raises TableInUse."""

        async def created() -> Table:
            stored = await self._items.create(scope.account, scope.region, name, document, streams)
            table = self._tables[scope.account, scope.region, name] = Table(stored)
            return table

        try:
            return await self._to_its_end(created())
        except DefinitionExists as error:
            raise TableInUse(f"Table already exists: {name}") from error

    async def replace(
        self,
        table: Table,
        document: Mapping[str, Any],
        streams: Sequence[StoredStream] = (),
        drop: Sequence[int] = (),
    ) -> Table:
        """The table with another definition. Raises DefinitionChanged."""

        async def replaced() -> Table:
            stored = await self._items.replace(table.stored, document, streams, drop)
            changed = self._tables[stored.account, stored.region, stored.name] = Table(stored)
            return changed

        return await self._to_its_end(replaced())

    async def remove(self, table: Table, streams: Sequence[StoredStream], drop: Sequence[int]) -> None:
        """Forget the table. Raises DefinitionChanged."""

        async def removed() -> None:
            await self._items.remove(table.stored, streams, drop)
            del self._tables[table.stored.account, table.stored.region, table.stored.name]

        await self._to_its_end(removed())

    async def _to_its_end(self, work: Coroutine[Any, Any, _T]) -> _T:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits has it; a caller that is gone need not
