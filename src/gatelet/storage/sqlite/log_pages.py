"""One page of log events out of chunks whose time ranges overlap: a merge that reads no chunk too many."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator
from typing import Any

from gatelet.storage import log_format, statements
from gatelet.storage.ports import LogEvent, LogQuery


def read_page(query: LogQuery, connection: sqlite3.Connection) -> list[LogEvent]:
    """See ports.LogChunks.page."""
    page: list[LogEvent] = []
    size = 0
    connection.execute("begin")  # one moment for the list of chunks and for their contents
    try:
        for event in _matching(query, connection):
            size += len(event.message.encode(errors="replace"))
            if page and (len(page) >= query.limit or size > query.max_bytes):
                break
            page.append(event)
    finally:
        connection.execute("rollback")
    return page[::-1] if query.newest else page


def _matching(query: LogQuery, connection: sqlite3.Connection) -> Iterator[LogEvent]:
    """The query's events in order (the newest first for ``newest``), chunks decoded as they are reached."""
    sign = -1 if query.newest else 1
    waiting: list[tuple[int, int, LogEvent]] = []
    for chunk, edge, stream in _chunks(query, connection):
        # What lies before the edge of the next chunk cannot be preceded by anything still to come.
        while waiting and waiting[0][0] < sign * edge:
            yield heapq.heappop(waiting)[2]
        (data,) = connection.execute(statements.CHUNK_DATA, {"id": chunk}).fetchone()
        for event in log_format.decode(data, chunk, stream):
            if _wanted(query, event):
                heapq.heappush(waiting, (sign * event.timestamp, sign * event.sequence, event))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _chunks(query: LogQuery, connection: sqlite3.Connection) -> Iterator[tuple[int, int, str]]:
    """Id, nearer edge in time, and stream of the chunks that may hold events of the query, nearest first."""
    from_times = [-statements.EVERYTHING, query.start, query.after.timestamp if query.after else None]
    to_times = [statements.EVERYTHING, query.end, query.before.timestamp if query.before else None]
    parameters: dict[str, Any] = {
        "account": query.account,
        "region": query.region,
        "log_group": query.group,
        "from_time": max(time for time in from_times if time is not None),
        "to_time": min(time for time in to_times if time is not None),
    }
    if query.streams is not None and len(query.streams) == 1:
        (parameters["stream"],) = query.streams
        sql = statements.STREAM_CHUNKS_BACKWARDS if query.newest else statements.STREAM_CHUNKS
    else:
        sql = statements.GROUP_CHUNKS_BACKWARDS if query.newest else statements.GROUP_CHUNKS
    cursor = connection.cursor()
    try:
        for chunk, first, last, stream in cursor.execute(sql, parameters):
            if query.streams is None or stream in query.streams:
                yield chunk, last if query.newest else first, stream
    finally:
        cursor.close()


def _wanted(query: LogQuery, event: LogEvent) -> bool:
    return (
        (query.start is None or event.timestamp >= query.start)
        and (query.end is None or event.timestamp < query.end)
        and (query.after is None or event.position > query.after)
        and (query.before is None or event.position < query.before)
    )
