"""A chunk of log events as bytes: a JSON array of ``[timestamp, message, ingestion_time]``, deflated.

Level 1 costs 1.4 us for the three lines of an invocation and makes them eight times smaller.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

import orjson

from gatelet.storage.ports import LogEvent

EVENTS_PER_CHUNK = 4_000
_CHARACTERS_PER_CHUNK = 2_000_000
_INDEX_BITS = 20


def split(events: Sequence[LogEvent]) -> Iterator[Sequence[LogEvent]]:
    """The events in runs that are small enough for a chunk each."""
    start = size = 0
    for index, event in enumerate(events):
        size += len(event.message)
        if index > start and (size > _CHARACTERS_PER_CHUNK or index - start == EVENTS_PER_CHUNK):
            yield events[start:index]
            start, size = index, len(event.message)
    if start < len(events):
        yield events[start:]


def encode(events: Iterable[LogEvent]) -> bytes:
    """The chunk's bytes. Characters that UTF-8 cannot hold (lone surrogates) become ``?``."""
    rows = [(event.timestamp, event.message, event.ingestion_time) for event in events]
    try:
        text = orjson.dumps(rows)
    except TypeError:
        text = orjson.dumps([(at, message.encode(errors="replace").decode(), seen) for at, message, seen in rows])
    return zlib.compress(text, 1)


def decode(data: bytes, chunk: int, stream: str) -> list[LogEvent]:
    """The events of a chunk, in order of arrival."""
    first = chunk << _INDEX_BITS
    rows = orjson.loads(zlib.decompress(data))
    return [LogEvent(at, message, seen, stream, first + index) for index, (at, message, seen) in enumerate(rows)]
