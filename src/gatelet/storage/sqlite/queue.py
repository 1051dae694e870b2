"""Queues in SQLite, beside the records: what is put shares the commits of the one writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial

from gatelet.storage import queue_statements as statements
from gatelet.storage.ports import QueueFull
from gatelet.storage.queue import Lease, LeasedMessage, Message, QueueBounds, QueueHead, QueueSize
from gatelet.storage.sqlite.free_pages import give_back
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.writer import Writer

_HEADS_IN_THE_LOOP = 200
_NO_BYTES = 2**62


class SqliteQueue:
    """Implements queue.Queue."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def put(self, message: Message, bounds: QueueBounds) -> None:
        """See queue.Queue."""
        await self._writer.run(partial(_put, message, bounds))

    async def heads(self, now: int) -> Sequence[QueueHead]:
        """See queue.Queue."""
        rows = self._reader.few(statements.HEADS, {"now": now}, rows=_HEADS_IN_THE_LOOP, measure=0, size=_NO_BYTES)
        if rows is not None:
            return [QueueHead(*row) for row in rows]
        return await self._reader.many(statements.HEADS, {"now": now}, lambda row: QueueHead(*row))

    async def take(self, queue: str, *, now: int, until: int, limit: int) -> Sequence[LeasedMessage]:
        """See queue.Queue."""
        return await self._writer.run(partial(_take, queue, now, until, limit))

    async def extend(self, leases: Sequence[Lease], until: int) -> None:
        """See queue.Queue."""
        await self._writer.run(partial(_extend, leases, until))

    async def release(self, lease: Lease, *, due: int, state: bytes) -> bool:
        """See queue.Queue."""
        return await self._writer.run(partial(_release, lease, due, state))

    async def acknowledge(self, lease: Lease, then: Sequence[Message] = ()) -> bool:
        """See queue.Queue."""
        return await self._writer.run(partial(_acknowledge, lease, then))

    async def size(self, queue: str) -> QueueSize:
        """See queue.Queue."""
        row = self._reader.first(statements.QUEUE_SIZE, {"queue": queue})
        return QueueSize(*row) if row is not None else QueueSize(0, 0)

    async def total(self) -> QueueSize:
        """See queue.Queue."""
        row = self._reader.first(statements.ALL_SIZES, {})
        return QueueSize(*row) if row is not None else QueueSize(0, 0)


def end_all_leases(connection: sqlite3.Connection) -> None:
    """One process holds the store at a time: whoever had a lease when it is opened is dead."""
    connection.execute(statements.END_ALL_LEASES)


def _put(message: Message, bounds: QueueBounds, connection: sqlite3.Connection) -> None:
    messages, size = connection.execute(statements.QUEUE_SIZE, {"queue": message.queue}).fetchone()
    all_messages, all_bytes = connection.execute(statements.ALL_SIZES).fetchone()
    more = len(message.body)
    if messages >= bounds.messages or size + more > bounds.bytes:
        raise QueueFull(f"the queue {message.queue} is full")
    if all_messages >= bounds.all_messages or all_bytes + more > bounds.all_bytes:
        raise QueueFull("the queues are full")
    _add(message, connection)


def _add(message: Message, connection: sqlite3.Connection) -> None:
    row = {"queue": message.queue, "due": message.due, "state": message.state, "body": message.body}
    connection.execute(statements.ADD_MESSAGE, row)
    connection.execute(statements.GROW_QUEUE, {"queue": message.queue, "bytes": len(message.body)})


def _take(queue: str, now: int, until: int, limit: int, connection: sqlite3.Connection) -> list[LeasedMessage]:
    found = connection.execute(statements.FREE_MESSAGES, {"queue": queue, "now": now, "limit": limit}).fetchall()
    connection.executemany(statements.LEASE_MESSAGE, [{"id": row[0], "until": until} for row in found])
    return [
        LeasedMessage(Lease(number, leases + 1), Message(queue, due, body, state))
        for number, leases, due, state, body in found
    ]


def _extend(leases: Sequence[Lease], until: int, connection: sqlite3.Connection) -> None:
    rows = [{"id": lease.id, "number": lease.number, "until": until} for lease in leases]
    connection.executemany(statements.EXTEND_LEASE, rows)


def _release(lease: Lease, due: int, state: bytes, connection: sqlite3.Connection) -> bool:
    row = {"id": lease.id, "number": lease.number, "due": due, "state": state}
    return connection.execute(statements.RELEASE_MESSAGE, row).rowcount == 1


def _acknowledge(lease: Lease, then: Sequence[Message], connection: sqlite3.Connection) -> bool:
    held = connection.execute(statements.LEASED_MESSAGE, {"id": lease.id, "number": lease.number}).fetchone()
    if held is None:
        return False
    queue, size = held
    connection.execute(statements.DELETE_MESSAGE, {"id": lease.id})
    connection.execute(statements.SHRINK_QUEUE, {"queue": queue, "bytes": size})
    if connection.execute(statements.FORGET_EMPTY_QUEUE, {"queue": queue}).rowcount:
        give_back(connection)
    for message in then:
        _add(message, connection)
    return True
