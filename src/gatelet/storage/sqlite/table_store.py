"""The file of tables, opened: its writer, its readers, and the port over them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gatelet.storage.failure import Failure
from gatelet.storage.ports import StorageError
from gatelet.storage.sqlite.connection import open_for_writing
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.tables import SqliteTableItems
from gatelet.storage.sqlite.writer import Writer


@asynccontextmanager
async def open_table_items(path: Path, failure: Failure) -> AsyncIterator[SqliteTableItems]:
    """The port over the file, created if need be; closed at the end. Raises StorageError."""
    try:
        connection = await asyncio.to_thread(open_for_writing, path, migrations="tables", synchronous="full")
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error}") from error
    reader = Reader(path)
    items = SqliteTableItems(reader)
    writer = Writer(connection, failure, committed=items.wake)
    items.write_with(writer)
    try:
        yield items
    finally:
        await writer.close()
        reader.close()
