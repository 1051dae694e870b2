"""A chunk of log events as bytes: ``[ingestion_time, [[timestamp, message], ...]]`` in JSON, deflated.

Chunks of earlier versions are arrays of ``[timestamp, message, ingestion_time]``; they are read, too.

Level 1 costs 1.4 us for the three lines of an invocation and makes them eight times smaller.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import orjson

from gatelet.storage.ports import LogEvent, TimedMessage

EVENTS_PER_CHUNK = 4_000
_CHARACTERS_PER_CHUNK = 2_000_000
_INDEX_BITS = 20


def split(events: Sequence[TimedMessage]) -> Iterator[Sequence[TimedMessage]]:
    """The events in runs that are small enough for a chunk each."""
    sizes = [len(message) for _, message in events]
    if len(events) <= EVENTS_PER_CHUNK and sum(sizes) <= _CHARACTERS_PER_CHUNK:
        yield events
        return
    start = size = 0
    for index, length in enumerate(sizes):
        size += length
        if index > start and (size > _CHARACTERS_PER_CHUNK or index - start == EVENTS_PER_CHUNK):
            yield events[start:index]
            start, size = index, length
    if start < len(events):
        yield events[start:]


def encode(events: Sequence[TimedMessage], ingestion_time: int) -> bytes:
    """The chunk's bytes. Characters that UTF-8 cannot hold (lone surrogates) become ``?``."""
    try:
        text = orjson.dumps((ingestion_time, events))
    except TypeError:
        sound = [(at, message.encode(errors="replace").decode()) for at, message in events]
        text = orjson.dumps((ingestion_time, sound))
    return zlib.compress(text, 1)


def decode(data: bytes, chunk: int, stream: str) -> list[LogEvent]:
    """The events of a chunk, in order of arrival."""
    first = chunk << _INDEX_BITS
    rows = orjson.loads(zlib.decompress(data))
    if rows and isinstance(rows[0], int):
        seen, events = rows
        return [LogEvent(at, message, seen, stream, first + index) for index, (at, message) in enumerate(events)]
    return [LogEvent(at, message, seen, stream, first + index) for index, (at, message, seen) in enumerate(rows)]
