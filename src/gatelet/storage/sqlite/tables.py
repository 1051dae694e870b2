"""Tables' definitions and items in an SQLite file of their own: see migrations/tables.

Their writer is not that of the records: many writes to tables do not slow the control plane. A commit waits for
the disk (``synchronous=FULL``), and many changes share one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import orjson

from gatelet.storage import table_statements as sql
from gatelet.storage.sqlite.free_pages import give_back, surplus
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.table_pages import read_page, read_short_page
from gatelet.storage.sqlite.writer import Writer
from gatelet.storage.table_ports import (
    Decide,
    Definition,
    DefinitionChanged,
    DefinitionExists,
    ItemChange,
    ItemKey,
    Page,
    PageRange,
    StoredStream,
    StreamRecord,
    Token,
    TokenUsed,
)

_T = TypeVar("_T")

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class SqliteTableItems:
    """Implements table_ports.TableItems. ``wake`` is called after every commit, in the event loop."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._writer: Writer | None = None
        self._next: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def write_with(self, writer: Writer) -> None:
        """The writer, whose commits call ``wake``."""
        self._writer = writer

    def wake(self) -> None:
        """Something was committed: those who wait for stream records look again."""
        signal, self._next = self._next, asyncio.get_running_loop().create_future()
        signal.set_result(None)

    async def written(self) -> None:
        """See table_ports.TableItems."""
        await asyncio.shield(self._next)

    async def _run(self, job: Callable[[sqlite3.Connection], _T]) -> _T:
        assert self._writer is not None
        return await self._writer.run(job)

    async def definitions(self) -> Sequence[Definition]:
        """See table_ports.TableItems."""
        return await self._reader.many(sql.LIST_DEFINITIONS, {}, _definition)

    async def create(
        self, account: str, region: str, name: str, document: Mapping[str, Any], streams: Sequence[StoredStream] = ()
    ) -> Definition:
        """See table_ports.TableItems."""
        row: dict[str, Any] = {"account": account, "region": region, "name": name, "document": _encode(document)}
        id_ = await self._run(partial(_create, row, streams))
        return Definition(id_, account, region, name, 1, orjson.loads(row["document"]))

    async def replace(
        self,
        old: Definition,
        document: Mapping[str, Any],
        streams: Sequence[StoredStream] = (),
        drop: Sequence[int] = (),
    ) -> Definition:
        """See table_ports.TableItems."""
        row: dict[str, Any] = {"id": old.id, "revision": old.revision, "document": _encode(document)}
        await self._run(partial(_redefine, sql.REPLACE_DEFINITION, row, streams, drop))
        return Definition(old.id, old.account, old.region, old.name, old.revision + 1, orjson.loads(row["document"]))

    async def remove(self, old: Definition, streams: Sequence[StoredStream], drop: Sequence[int]) -> None:
        """See table_ports.TableItems."""
        row = {"id": old.id, "revision": old.revision}
        await self._run(partial(_redefine, sql.REMOVE_DEFINITION, row, streams, drop))

    async def get(self, key: ItemKey) -> bytes | None:
        """See table_ports.TableItems."""
        row = self._reader.first(sql.GET_ITEM, key)
        return None if row is None else row[0]

    async def get_many(self, keys: Sequence[ItemKey]) -> Sequence[bytes | None]:
        """See table_ports.TableItems. One transaction of the reader's thread."""
        return await self._reader.run(partial(_get_many, keys))

    async def change(
        self, revisions: Mapping[int, int], keys: Sequence[ItemKey], decide: Decide[_T], token: Token | None = None
    ) -> _T | None:
        """See table_ports.TableItems."""

        def job(connection: sqlite3.Connection) -> _T | None:
            for id_, revision in revisions.items():
                row = connection.execute(sql.GET_REVISION, (id_,)).fetchone()
                if row is None or row[0] != revision:
                    raise DefinitionChanged(f"the table {id_} is not at revision {revision}")
            if token is not None and not _take(token, connection):
                return None
            changes, result = decide(_read(keys, connection))
            for change in changes:
                _apply(change, connection)
            return result

        return await self._run(job)

    async def page(self, wanted: PageRange, limit: int | None, max_bytes: int, shape: Callable[[Page], _T]) -> _T:
        """See table_ports.TableItems."""
        short = read_short_page(self._reader, wanted, limit, max_bytes)
        if short is not None:
            return shape(short)
        return await self._reader.run(lambda connection: shape(read_page(connection, wanted, limit, max_bytes)))

    async def count(self, owner: int) -> tuple[int, int]:
        """See table_ports.TableItems."""
        row = self._reader.first(sql.GET_COUNT, {"owner": owner})
        return (0, 0) if row is None else (row[0], row[1])

    async def recount(self, owner: int) -> None:
        """See table_ports.TableItems."""
        await self._run(lambda connection: connection.execute(sql.RECOUNT, {"owner": owner}).rowcount)

    async def purge(self, limit: int) -> bool:
        """See table_ports.TableItems. What other deletions left free in the file goes, too."""
        if self._reader.first(sql.FIRST_DROPPED, {}) is None and not self._reader.near(surplus):
            return False
        return await self._run(partial(_purge, limit))

    async def streams(self, account: str, region: str) -> Sequence[StoredStream]:
        """See table_ports.TableItems."""
        return await self._reader.many(sql.LIST_STREAMS, {"account": account, "region": region}, _stream)

    async def records(self, owner: int, after: int, limit: int, max_bytes: int) -> Sequence[StreamRecord]:
        """See table_ports.TableItems."""
        parameters = {"owner": owner, "after": after, "limit": limit}
        return await self._reader.run(partial(_records, parameters, max_bytes))

    async def record_bounds(self, owner: int) -> tuple[int, int]:
        """See table_ports.TableItems."""
        row = self._reader.first(sql.RECORD_BOUNDS, {"owner": owner})
        return (0, 0) if row is None else (row[0], row[1])

    async def latest_record(self) -> int:
        """See table_ports.TableItems."""
        row = self._reader.first(sql.LATEST_RECORD, {})
        return 0 if row is None else int(row[0])

    async def trim_records(self, before: float, limit: int) -> int:
        """See table_ports.TableItems. Tokens are trimmed by the same clock, a day late at most."""
        return await self._run(partial(_trim, before, limit))


def _encode(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=_STRICT)


def _definition(row: tuple[Any, ...]) -> Definition:
    id_, account, region, name, revision, document = row
    return Definition(id_, account, region, name, revision, orjson.loads(document))


def _stream(row: tuple[Any, ...]) -> StoredStream:
    owner, account, region, table, label, document, created, closed = row
    return StoredStream(owner, account, region, table, label, orjson.loads(document), created, closed)


def _create(row: Mapping[str, Any], streams: Sequence[StoredStream], connection: sqlite3.Connection) -> int:
    found = connection.execute(sql.ADD_DEFINITION, row).fetchone()
    if found is None:
        raise DefinitionExists(f"the table {row['name']!r} exists")
    id_ = int(found[0])
    for stream in streams:
        _put_stream(stream.of(id_), connection)
    return id_


def _redefine(
    statement: str,
    row: Mapping[str, Any],
    streams: Sequence[StoredStream],
    drop: Sequence[int],
    connection: sqlite3.Connection,
) -> None:
    if connection.execute(statement, row).rowcount != 1:
        raise DefinitionChanged(f"the table {row['id']} is not at revision {row['revision']}")
    for stream in streams:
        _put_stream(stream, connection)
    for owner in drop:
        connection.execute(sql.DROP_OWNER, {"owner": owner})


def _put_stream(stream: StoredStream, connection: sqlite3.Connection) -> None:
    row = {
        "owner": stream.owner,
        "account": stream.account,
        "region": stream.region,
        "table": stream.table,
        "label": stream.label,
        "document": _encode(stream.document),
        "created": stream.created,
        "closed": stream.closed,
    }
    connection.execute(sql.PUT_STREAM, row)


def _read(keys: Sequence[ItemKey], connection: sqlite3.Connection) -> list[bytes | None]:
    rows = [connection.execute(sql.GET_ITEM, key).fetchone() for key in keys]
    return [None if row is None else row[0] for row in rows]


def _get_many(keys: Sequence[ItemKey], connection: sqlite3.Connection) -> list[bytes | None]:
    connection.execute("begin")
    try:
        return _read(keys, connection)
    finally:
        connection.execute("commit")


def _take(token: Token, connection: sqlite3.Connection) -> bool:
    """Whether the token is new. Raises TokenUsed."""
    row = {"name": token.name, "digest": token.digest, "now": token.now, "expires": token.expires}
    held = connection.execute(sql.GET_TOKEN, row).fetchone()
    if held is None:
        connection.execute(sql.PUT_TOKEN, row)
        return True
    if held[0] != token.digest:
        raise TokenUsed(token.name)
    return False


def _apply(change: ItemChange, connection: sqlite3.Connection) -> None:
    key = change.key
    if change.keep:
        pass
    elif change.item is None:
        connection.execute(sql.DELETE_ITEM, key)
    else:
        connection.execute(sql.PUT_ITEM, (*key, change.size, change.item))
    for entry in change.removed:
        connection.execute(sql.DELETE_ENTRY, entry[:5])
    for entry in change.added:
        connection.execute(sql.PUT_ENTRY, entry)
    for owner, (rows, size) in change.counted.items():
        connection.execute(sql.COUNT, (owner, rows, size))
    if change.record is not None:
        connection.execute(sql.ADD_RECORD, (change.record.owner, change.record.created, change.record.body))


def _records(parameters: Mapping[str, Any], max_bytes: int, connection: sqlite3.Connection) -> list[StreamRecord]:
    found: list[StreamRecord] = []
    taken = 0
    for row in connection.execute(sql.RECORDS_AFTER, parameters):
        taken += len(row[2])
        if found and taken > max_bytes:
            break
        found.append(StreamRecord(*row))
    return found


def _purge(limit: int, connection: sqlite3.Connection) -> bool:
    more = give_back(connection)
    row = connection.execute(sql.FIRST_DROPPED).fetchone()
    if row is None:
        return more
    turn = {"owner": row[0], "limit": limit}
    deleted = connection.execute(sql.PURGE_ITEMS, turn).rowcount
    deleted += connection.execute(sql.PURGE_ENTRIES, turn).rowcount
    if deleted == 0:
        connection.execute(sql.PURGE_RECORDS, turn)
        connection.execute(sql.FORGET_DROPPED, turn)
    return True


def _trim(before: float, limit: int, connection: sqlite3.Connection) -> int:
    until, old = 0, 0
    for sequence, created in connection.execute(sql.OLD_RECORDS, {"limit": limit}).fetchall():
        if created >= before:
            break
        until, old = sequence, old + 1
    if old:
        connection.execute(sql.TRIM_RECORDS, {"until": until})
    connection.execute(sql.TRIM_STREAMS, {"before": before})
    connection.execute(sql.TRIM_TOKENS, {"now": before})
    return old
