"""Log events in an SQLite file of their own, many to a row: see migrations/logs.

A commit here does not wait for the disk (``synchronous=NORMAL``): after a crash of the machine the last
moments of the logs may be gone; the records beside them are not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from gatelet.storage import log_format, statements
from gatelet.storage.ports import LogEvent, LogQuery, StreamKey, StreamSummary, TimedMessage
from gatelet.storage.sqlite.free_pages import give_back
from gatelet.storage.sqlite.log_pages import read_page
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.writer import Writer

_CHUNKS_PER_TURN = 500


class SqliteLogChunks:
    """Implements ports.LogChunks."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def append(self, chunks: Mapping[StreamKey, Sequence[TimedMessage]], ingestion_time: int) -> None:
        """See ports.LogChunks. The sequences stay unchanged until this returns."""
        await self._writer.run(partial(_append, chunks, ingestion_time))

    async def create_stream(self, key: StreamKey, created: int) -> bool:
        """See ports.LogChunks."""
        return await self._writer.run(partial(_create_stream, _stream(key) | {"created": created}))

    async def streams(self, account: str, region: str, group: str) -> Sequence[StreamSummary]:
        """See ports.LogChunks."""

        def summary(row: tuple[Any, ...]) -> StreamSummary:
            return StreamSummary(StreamKey(account, region, group, row[0]), *row[1:])

        return await self._reader.many(statements.STREAMS_OF_GROUP, _group(account, region, group), summary)

    async def read(self, key: StreamKey, *, start: int | None = None, end: int | None = None) -> Sequence[LogEvent]:
        """See ports.LogChunks."""
        everything = LogQuery(
            key.account, key.region, key.group, frozenset({key.stream}), start, end,
            limit=statements.EVERYTHING, max_bytes=statements.EVERYTHING,
        )  # fmt: skip
        return await self.page(everything)

    async def page(self, query: LogQuery) -> Sequence[LogEvent]:
        """See ports.LogChunks."""
        return await self._reader.run(partial(read_page, query))

    async def delete(self, account: str, region: str, group: str, stream: str | None = None) -> None:
        """See ports.LogChunks."""
        await self._writer.run(partial(_delete, _group(account, region, group), stream))

    async def trim(self, account: str, region: str, group: str, before: int) -> None:
        """See ports.LogChunks."""
        await self._writer.run(partial(_trim, _group(account, region, group) | {"before": before}))

    async def enforce_budget(self, budget: int) -> int:
        """See ports.LogChunks. In turns, so that new events are written in between."""
        freed = 0
        while turn := await self._writer.run(partial(_shrink, budget)):
            freed += turn
        while await self._writer.run(give_back):
            pass
        return freed


def _group(account: str, region: str, group: str) -> dict[str, Any]:
    return {"account": account, "region": region, "log_group": group}


def _stream(key: StreamKey) -> dict[str, Any]:
    return _group(key.account, key.region, key.group) | {"stream": key.stream}


def _create_stream(columns: Mapping[str, Any], connection: sqlite3.Connection) -> bool:
    return connection.execute(statements.CREATE_STREAM, columns).rowcount == 1


def _append(
    chunks: Mapping[StreamKey, Sequence[TimedMessage]], ingestion_time: int, connection: sqlite3.Connection
) -> None:
    for key, events in chunks.items():
        if not events:
            continue
        columns = _stream(key)
        found = connection.execute(statements.STREAM_ID, columns).fetchone()
        if found is None:
            _create_stream(columns | {"created": ingestion_time or events[0][0]}, connection)
            found = connection.execute(statements.STREAM_ID, columns).fetchone()
        for chunk in log_format.split(events):
            _add(found[0], chunk, ingestion_time, connection)


def _add(stream_id: int, events: Sequence[TimedMessage], ingestion_time: int, connection: sqlite3.Connection) -> None:
    data = log_format.encode(events, ingestion_time)
    row = {
        "stream_id": stream_id,
        "first_event": min(events)[0],
        "last_event": max(events)[0],
        "ingestion": ingestion_time,
        "events": len(events),
        "bytes": len(data),
        "data": data,
    }
    connection.execute(statements.ADD_CHUNK, row)
    connection.execute(statements.GROW_STREAM, row)


def _delete(columns: Mapping[str, Any], stream: str | None, connection: sqlite3.Connection) -> None:
    if stream is None:
        connection.execute(statements.DELETE_GROUP_CHUNKS, columns)
        connection.execute(statements.DELETE_GROUP_STREAMS, columns)
    else:
        named = {**columns, "stream": stream}
        connection.execute(statements.DELETE_STREAM_CHUNKS, named)
        connection.execute(statements.DELETE_STREAM, named)
    give_back(connection)


def _trim(columns: Mapping[str, Any], connection: sqlite3.Connection) -> None:
    if connection.execute(statements.TRIM_GROUP, columns).rowcount:
        connection.execute(statements.MEASURE_GROUP, columns)
        give_back(connection)


def _shrink(budget: int, connection: sqlite3.Connection) -> int:
    """One turn of enforce_budget: bytes freed, 0 when the logs are within the budget."""
    excess = connection.execute(statements.TOTAL_BYTES).fetchone()[0] - budget
    if excess <= 0:
        return 0
    freed, until, touched = 0, 0, set()
    for chunk, stream_id, size in connection.execute(statements.OLDEST_CHUNKS, {"limit": _CHUNKS_PER_TURN}):
        freed, until = freed + size, chunk
        touched.add(stream_id)
        if freed >= excess:
            break
    connection.execute(statements.DELETE_CHUNKS_UNTIL, {"until": until})
    for stream_id in touched:
        connection.execute(statements.MEASURE_STREAM, {"stream_id": stream_id})
    connection.execute(statements.DELETE_EMPTIED_STREAMS)
    return freed
