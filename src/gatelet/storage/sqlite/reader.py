"""Reading from SQLite: 4 us in the event loop for one row, a thread for what may take long.

A hop to a thread and back costs some 50 us, ten times an indexed read; but a long list would hold the
loop up, so it goes to a thread with a connection of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from gatelet.storage.sqlite.connection import meaning, open_for_reading

_T = TypeVar("_T")


class Reader:
    """Two connections: one for the event loop, one for the thread."""

    def __init__(self, path: Path) -> None:
        self._near = open_for_reading(path)
        self._far = open_for_reading(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-reader")

    def first(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row, now, or None. Raises StorageFailed."""
        try:
            row: tuple[Any, ...] | None = self._near.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise meaning(error) or error from error
        return row

    def near(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """The result of a short job, now. Raises StorageFailed."""
        try:
            return job(self._near)
        except sqlite3.Error as error:
            raise meaning(error) or error from error

    def few(
        self, sql: str, parameters: Mapping[str, Any], *, rows: int, measure: int, size: int
    ) -> list[tuple[Any, ...]] | None:
        """All rows, now, or None if they are more than ``rows``, or column ``measure`` of them is more
        than ``size`` bytes in all. Raises StorageFailed."""
        found: list[tuple[Any, ...]] = []
        taken = 0
        cursor = self._near.cursor()
        try:
            for row in cursor.execute(sql, parameters):
                taken += len(row[measure])
                if len(found) == rows or taken > size:
                    return None
                found.append(row)
        except sqlite3.Error as error:
            raise meaning(error) or error from error
        finally:
            cursor.close()  # ends the read, so that the log can be written back
        return found

    async def many(self, sql: str, parameters: Mapping[str, Any], shape: Callable[[tuple[Any, ...]], _T]) -> list[_T]:
        """All rows, each shaped, read by the thread. Raises StorageFailed."""
        return await self.run(lambda connection: [shape(row) for row in connection.execute(sql, parameters)])

    async def run(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        """The job's result, run by the thread. Raises StorageFailed."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job, self._far)
        except sqlite3.Error as error:
            raise meaning(error) or error from error

    def close(self) -> None:
        """Finish what was begun, then close both connections."""
        self._thread.shutdown(wait=True)
        self._near.close()
        self._far.close()
