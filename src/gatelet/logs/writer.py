"""Log events on their way to disk: taken at once, written in chunks at most 200 ms later.

Taking an event never waits. Events beyond the bound are dropped and counted, and one line in their
stream says so (design: "dropped and counted beyond a bound, never one fsync a line").
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from sys import getsizeof

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.aws.scope import Scope
from gatelet.logs.groups import LogGroups
from gatelet.storage.ports import LogChunks, StorageError, StreamKey, TimedMessage

FLUSH_SECONDS = 0.2
FLUSH_BYTES = 16 * quotas.MIB
PENDING_BYTES = 64 * quotas.MIB

_EVENTS_PER_APPEND = 8_000
_HELD_BYTES = getsizeof((0, "")) + getsizeof(2**40) + getsizeof("") + 8
"""What an event takes in memory beside its characters: a tuple, a moment, a text, a place in a list."""

_log = logging.getLogger(__name__)

_Pending = dict[StreamKey, list[TimedMessage]]


class LogWriter:
    """Takes events in the event loop's thread and appends them to their streams.

    ``groups`` is public: it is the one LogGroups of the process. ``pending_bytes`` bounds what waits in
    memory. Close it before the store.
    """

    def __init__(
        self, groups: LogGroups, chunks: LogChunks, clock: Clock, *, pending_bytes: int = PENDING_BYTES
    ) -> None:
        self.groups = groups
        self._chunks = chunks
        self._clock = clock
        self._bound = pending_bytes
        self._pending: _Pending = {}
        self._bytes = 0
        self._dropped: Counter[StreamKey] = Counter()
        self.dropped_events = 0
        """Events beyond the bound, since the start."""
        self._writing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._hurried = False
        self._flushes: set[asyncio.Task[None]] = set()

    def write(self, account: str, region: str, group: str, stream: str, timestamp_ms: int, message: str) -> None:
        """Take one event (epoch milliseconds); its group and stream are made if they do not exist."""
        self.write_many(StreamKey(account, region, group, stream), [(timestamp_ms, message)])

    def write_many(self, key: StreamKey, events: list[TimedMessage]) -> None:
        """Take several events of one stream, in order; the list stays the caller's.

        A character counts as four bytes, the most that it takes: looking closer costs more than all the rest.
        """
        size = _HELD_BYTES * len(events)
        for event in events:
            size += 4 * len(event[1])
        if size > quotas.LOG_EVENT_BYTES:
            events = list(_fitting(events))
        if self._bytes + size > self._bound:
            self._dropped[key] += len(events)
            self.dropped_events += len(events)
        else:
            self._bytes += size
            waiting = self._pending.get(key)
            if waiting is None:
                self._pending[key] = events.copy()
            else:
                waiting.extend(events)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush_soon)
        elif self._bytes > FLUSH_BYTES and not self._hurried:
            self._hurried = True
            self._flush_soon()

    @property
    def pending_bytes(self) -> int:
        """Bytes that wait to be written."""
        return self._bytes

    async def flush(self) -> None:
        """Returns when everything taken so far is readable (or, the disk being full, dropped and counted).

        Who gives up waiting takes no events along: they are written all the same.
        """
        await asyncio.shield(self._flush_soon())

    async def close(self) -> None:
        """Write what waits; take no more after this."""
        await self.flush()

    def _flush_soon(self) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._flush())
        self._flushes.add(task)
        task.add_done_callback(self._flushes.discard)
        return task

    async def _flush(self) -> None:
        async with self._writing:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._hurried = False
            pending, self._pending = self._pending, {}
            dropped, self._dropped = self._dropped, Counter()
            taken, written = self._bytes, 0
            try:
                for batch in self._batches(pending, dropped):
                    written += await self._append(batch)
            finally:
                self._bytes -= taken
            if written or dropped:
                _log.debug("%d log events written, %d dropped", written, dropped.total())

    def _batches(self, pending: _Pending, dropped: Counter[StreamKey]) -> Iterable[dict[StreamKey, list[TimedMessage]]]:
        """The events in batches small enough not to hold the loop up."""
        now = int(self._clock.now() * 1000)
        for key, count in dropped.items():
            line = f"[gatelet] {count} log events were dropped here: more than {self._bound} bytes were waiting.\n"
            pending.setdefault(key, []).append((now, line))
        batch: dict[StreamKey, list[TimedMessage]] = {}
        room = _EVENTS_PER_APPEND
        for key, waiting in pending.items():
            for start in range(0, len(waiting), _EVENTS_PER_APPEND):
                part = waiting[start : start + _EVENTS_PER_APPEND]
                if len(part) > room:
                    yield batch
                    batch, room = {}, _EVENTS_PER_APPEND
                batch.setdefault(key, []).extend(part)
                room -= len(part)
        if batch:
            yield batch

    async def _append(self, batch: dict[StreamKey, list[TimedMessage]]) -> int:
        count = sum(map(len, batch.values()))
        try:
            for key in batch:
                await self.groups.ensure(Scope(key.account, key.region), key.group)
            await self._chunks.append(batch, int(self._clock.now() * 1000))
        except StorageError as error:
            _log.warning("%d log events are lost: %s", count, error)
            return 0
        return count


def _fitting(events: list[TimedMessage]) -> Iterable[tuple[int, str]]:
    """The events, those over the size of an event cut into several."""
    for at, message in events:
        if len(message) <= quotas.LOG_EVENT_BYTES:
            yield at, message
        else:
            for start in range(0, len(message), quotas.LOG_EVENT_BYTES):
                yield at, message[start : start + quotas.LOG_EVENT_BYTES]
