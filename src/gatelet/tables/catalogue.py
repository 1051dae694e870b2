"""The tables of this process: every definition, kept in memory, and written through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatelet.aws.scope import Scope
from gatelet.storage.table_ports import DefinitionExists, StoredStream, TableItems
from gatelet.tables.definition import Table
from gatelet.tables.errors import TableInUse


class Catalogue:
    """Finds tables by scope and name. One process writes definitions: the one that has the data directory."""

    __slots__ = ("_items", "_tables")

    def __init__(self, items: TableItems) -> None:
        self._items = items
        self._tables: dict[tuple[str, str, str], Table] = {}

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
        try:
            stored = await self._items.create(scope.account, scope.region, name, document, streams)
        except DefinitionExists as error:
            raise TableInUse(f"Table already exists: {name}") from error
        table = self._tables[scope.account, scope.region, name] = Table(stored)
        return table

    async def replace(
        self,
        table: Table,
        document: Mapping[str, Any],
        streams: Sequence[StoredStream] = (),
        drop: Sequence[int] = (),
    ) -> Table:
        """The table with another definition. Raises DefinitionChanged."""
        stored = await self._items.replace(table.stored, document, streams, drop)
        changed = self._tables[stored.account, stored.region, stored.name] = Table(stored)
        return changed

    async def remove(self, table: Table, streams: Sequence[StoredStream], drop: Sequence[int]) -> None:
        """Forget the table. Raises DefinitionChanged."""
        await self._items.remove(table.stored, streams, drop)
        del self._tables[table.stored.account, table.stored.region, table.stored.name]
