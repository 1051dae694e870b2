"""What a lane reads next: its share of the records that the mapping wants, as many as make a batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from zlib import crc32

import orjson

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.functions.mappings.model import Mapping
from gatelet.functions.mappings.source import SourceRecord, StreamSource

_ENVELOPE_BYTES = len(b'{"Records":[]}')


@dataclass(slots=True)
class Gathered:
    """Records, and the sequence up to which everything was looked at. No records: nothing is there (any more)."""

    end: int
    records: list[SourceRecord] = field(default_factory=list)
    size: int = _ENVELOPE_BYTES


class Reader:
    """Reads for one lane."""

    __slots__ = ("_clock", "_lane", "_mapping", "_source")

    def __init__(self, mapping: Mapping, lane: int, source: StreamSource, clock: Clock) -> None:
        self._mapping = mapping
        self._lane = lane
        self._source = source
        self._clock = clock

    async def gather(self, after: int, check: Callable[[], None]) -> Gathered:
        """Wait for records and gather a batch: full, or whatever has come when the window ends.

        ``check`` is called before each read; what it raises ends the wait. Raises SourceGone.
        """
        batch = Gathered(after)
        until = 0.0
        while True:
            check()
            seen = await self._source.newest()
            page = await self._source.read(self._mapping.stream_arn, batch.end)
            if page and self._mapping.filters:
                # Filters are the user's, and so is what they look at: their time is not the event loop's
                full = await asyncio.to_thread(self._add, batch, page)
            else:
                full = self._add(batch, page)
            if full:
                return batch
            if page:
                continue
            now = self._clock.monotonic()
            if not batch.records:
                await self._changed(seen, None)
                continue
            until = until or now + self._mapping.window
            if now >= until:
                return batch
            await self._changed(seen, until - now)

    async def _changed(self, seen: int, seconds: float | None) -> None:
        waiting = asyncio.create_task(self._wait())
        await asyncio.sleep(0)  # it listens now: what comes from here on wakes it, what came before is seen below
        try:
            if await self._source.newest() == seen:
                await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting

    async def _wait(self) -> None:
        await self._source.changed()

    def _add(self, batch: Gathered, page: Sequence[SourceRecord]) -> bool:
        """Take records into the batch; whether it is full."""
        for record in page:
            if crc32(record.key) % self._mapping.lanes == self._lane and self._mapping.wants(record.event):
                size = len(orjson.dumps(record.event)) + 1
                if batch.records and batch.size + size > quotas.INVOKE_PAYLOAD_BYTES:
                    return True
                batch.records.append(record)
                batch.size += size
            batch.end = record.sequence
            if len(batch.records) == self._mapping.batch_size:
                return True
        return False


def payload(records: Sequence[SourceRecord]) -> bytes:
    """The function's event."""
    return orjson.dumps({"Records": [record.event for record in records]})
