"""A table's definition, read, changed and written without a lost update."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from gatelet.control.dynamodb.naming import tables_of
from gatelet.control.operation import Call
from gatelet.storage.table_ports import DefinitionChanged, StoredStream
from gatelet.tables.definition import Table
from gatelet.tables.errors import TableInUse, TableNotFound

_ATTEMPTS = 5


async def redefine(
    call: Call,
    table: Table,
    change: Callable[[dict[str, Any]], None],
    streams: Sequence[StoredStream] = (),
    drop: Sequence[int] = (),
) -> Table:
    """The table after ``change`` changed a copy of its document. Raises what ``change`` raises, TableInUse."""
    catalogue = tables_of(call).catalogue
    for _ in range(_ATTEMPTS):
        document = copy.deepcopy(table.document)
        change(document)
        try:
            return await catalogue.replace(table, document, streams, drop)
        except DefinitionChanged:
            # Filling an index ended in between, or another client was first.
            found = catalogue.find(call.scope, table.name)
            if found is None or found.stored.id != table.stored.id:
                raise TableNotFound(table.name) from None
            table = found
    raise TableInUse(f"Attempt to change a resource which is still in use: Table is being updated: {table.name}")
