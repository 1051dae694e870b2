"""The sequence of changes in SQLite, followed by an in-process signal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from gatelet.storage import statements
from gatelet.storage.ports import Change, ChangesLost, Key
from gatelet.storage.sqlite.reader import Reader

_PAGE = 200


class SqliteChanges:
    """Implements ports.Changes. ``wake`` is called after every commit, in the event loop."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._next: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(self) -> None:
        """Something was committed: followers look again."""
        signal, self._next = self._next, asyncio.get_running_loop().create_future()
        signal.set_result(None)

    async def latest(self) -> int:
        """See ports.Changes."""
        return self._number(statements.LATEST_CHANGE)

    async def follow(self, after: int) -> AsyncIterator[Change]:
        """See ports.Changes. Raises ChangesLost."""
        while True:
            signal = self._next
            changes = self._page(after)
            if not changes:
                # Shielded: one follower's cancellation must not cancel the signal of the others.
                await asyncio.shield(signal)
            for change in changes:
                yield change
                after = change.sequence

    def _page(self, after: int) -> list[Change]:
        rows = self._reader.few(
            statements.CHANGES_AFTER, {"after": after, "limit": _PAGE}, rows=_PAGE, measure=5, size=_PAGE * 100_000
        )
        if rows and rows[0][0] != after + 1 and self._number(statements.OLDEST_CHANGE) > after + 1:
            raise ChangesLost(f"changes after {after} are no longer kept")
        return [Change(row[0], Key(*row[1:6]), bool(row[6])) for row in rows or ()]

    def _number(self, sql: str) -> int:
        row = self._reader.first(sql, {})
        return int(row[0]) if row is not None else 0
