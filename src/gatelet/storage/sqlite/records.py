"""Records in SQLite: read in the event loop while they are small, written by the writer's thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from gatelet.storage import statements
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.writer import Writer

# What one list may take in the event loop; a longer one is read by a thread.
_LOOP_ROWS = 200
_LOOP_BYTES = 262_144

_TRIM_EVERY = 1_000

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class SqliteRecords:
    """Implements ports.Records. ``changes_kept``: how many of the newest changes stay readable."""

    def __init__(self, reader: Reader, writer: Writer, changes_kept: int) -> None:
        self._reader = reader
        self._writer = writer
        self._changes_kept = changes_kept

    async def get(self, key: Key) -> Record | None:
        """See ports.Records."""
        row = self._reader.first(statements.GET_RECORD, _columns(key))
        return None if row is None else Record(key, row[0], orjson.loads(row[1]), row[2])

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        """See ports.Records."""
        sql = statements.LIST_RECORDS if parent is None else statements.LIST_CHILDREN
        parameters = _columns(collection) | {
            "parent": parent,
            "after": after,
            "limit": statements.EVERYTHING if limit is None else limit,
        }
        rows = self._reader.few(sql, parameters, rows=_LOOP_ROWS, measure=2, size=_LOOP_BYTES)
        if rows is not None:
            return [_listed(collection, row) for row in rows]
        # Begun anew rather than continued: a list shows one moment.
        return await self._reader.many(sql, parameters, partial(_listed, collection))

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        """See ports.Records."""
        return await self._reader.many(
            statements.LIST_EVERYWHERE, {"service": service, "kind": kind}, partial(_found, service, kind)
        )

    async def write(self, *writes: Put | Delete) -> int:
        """See ports.Records. Raises TypeError for a value that is not JSON."""
        steps = [_step(write) for write in writes]
        return await self._writer.run(partial(self._apply, steps))

    def _apply(self, steps: Sequence[Callable[[sqlite3.Connection], bool]], connection: sqlite3.Connection) -> int:
        changed = sum([step(connection) for step in steps])
        latest: int = connection.execute(statements.LATEST_CHANGE).fetchone()[0]
        if latest // _TRIM_EVERY != (latest - changed) // _TRIM_EVERY:
            connection.execute(statements.TRIM_CHANGES, {"until": latest - self._changes_kept})
        return latest


def _columns(key: Key | Collection) -> dict[str, Any]:
    columns = {"service": key.service, "kind": key.kind, "account": key.account, "region": key.region}
    if isinstance(key, Key):
        columns["id"] = key.id
    return columns


def _listed(collection: Collection, row: tuple[Any, ...]) -> Record:
    name, revision, value, parent = row
    return Record(collection.key(name), revision, orjson.loads(value), parent)


def _found(service: str, kind: str, row: tuple[Any, ...]) -> Record:
    account, region, name, revision, value, parent = row
    return Record(Key(service, kind, account, region, name), revision, orjson.loads(value), parent)


def _step(write: Put | Delete) -> Callable[[sqlite3.Connection], bool]:
    """The write as a step of a transaction (True if it changed anything), its value encoded now."""
    columns = _columns(write.key)
    if isinstance(write, Delete):
        return partial(_delete, write, columns)
    columns |= {"parent": write.parent, "value": orjson.dumps(write.value, option=_STRICT)}
    return partial(_put, write, columns)


def _put(write: Put, columns: Mapping[str, Any], connection: sqlite3.Connection) -> bool:
    if write.expected is None:
        connection.execute(statements.PUT_ANY, columns)
    elif write.expected == 0:
        if connection.execute(statements.PUT_NEW, columns).rowcount != 1:
            raise RevisionConflict(f"{_words(write.key)} exists")
    elif connection.execute(statements.PUT_EXPECTED, {**columns, "expected": write.expected}).rowcount != 1:
        raise RevisionConflict(f"{_words(write.key)} is not at revision {write.expected}")
    connection.execute(statements.ADD_CHANGE, {**columns, "deleted": 0})
    return True


def _delete(write: Delete, columns: Mapping[str, Any], connection: sqlite3.Connection) -> bool:
    if write.expected is None:
        if connection.execute(statements.DELETE_ANY, columns).rowcount == 0:
            return False
    elif connection.execute(statements.DELETE_EXPECTED, {**columns, "expected": write.expected}).rowcount != 1:
        raise RevisionConflict(f"{_words(write.key)} is not at revision {write.expected}")
    connection.execute(statements.ADD_CHANGE, {**columns, "deleted": 1})
    return True


def _words(key: Key) -> str:
    return f"{key.service} {key.kind} {key.id!r} in {key.account} {key.region}"
