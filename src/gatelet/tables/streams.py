"""Reading streams: shards, iterators, records; and following them.

A stream has one shard, which lives as long as the stream. An iterator is a place in it, readable by nobody but this
module, and good for 15 minutes. Reference: API Reference (Amazon DynamoDB Streams).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gatelet.aws import quotas
from gatelet.aws.clock import Clock, utc
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.storage.table_ports import StoredStream, StreamRecord, TableItems
from gatelet.tables.definition import table_arn
from gatelet.tables.errors import ValidationFailure
from gatelet.tables.records import SEQUENCE_DIGITS

_FOLLOWED: Final = 100
_LAST: Final = 2**63 - 1
"""The greatest sequence that there can be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a stream: after a sequence. ``issued`` is when the iterator was made."""

    owner: int
    after: int
    issued: float


class Streams:
    """The streams of every scope."""

    __slots__ = ("_clock", "_items")

    def __init__(self, items: TableItems, clock: Clock) -> None:
        self._items = items
        self._clock = clock

    async def list(self, scope: Scope) -> list[StoredStream]:
        """Every stream of the scope that is kept, the oldest first."""
        return list(await self._items.streams(scope.account, scope.region))

    async def find(self, scope: Scope, arn: str) -> StoredStream:
        """The stream. Raises AwsError (ResourceNotFoundException)."""
        for stream in await self.list(scope):
            if stream_arn(stream) == arn:
                return stream
        message = f"Requested resource not found: Stream: {arn} not found"
        raise AwsError("ResourceNotFoundException", message, status=400)

    async def place(self, stream: StoredStream, kind: str, sequence: str | None) -> Place:
        """Where an iterator of that type begins. Raises AwsError."""
        if kind in {"AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}:
            number = _sequence(sequence)
            first, _ = await self._items.record_bounds(stream.owner)
            if first and number < first - 1:
                message = (
                    "The operation attempted to read past the oldest stream record in a shard. "
                    f"The oldest sequence number is {first:0{SEQUENCE_DIGITS}d}"
                )
                raise AwsError("TrimmedDataAccessException", message, status=400)
            after = number - 1 if kind == "AT_SEQUENCE_NUMBER" else number
        else:
            after = await self._items.latest_record() if kind == "LATEST" else 0
        return Place(stream.owner, after, self._clock.now())

    async def records(self, place: Place, limit: int) -> tuple[Sequence[StreamRecord], Place]:
        """Records from a place on, and the place after them."""
        found = await self._items.records(place.owner, place.after, limit, quotas.STREAM_PAGE_BYTES)
        after = found[-1].sequence if found else place.after
        return found, Place(place.owner, after, self._clock.now())

    async def bounds(self, stream: StoredStream) -> tuple[int, int]:
        """The first and last sequence that are kept; (0, 0) for none."""
        return await self._items.record_bounds(stream.owner)

    async def follow(self, owner: int, after: int) -> AsyncIterator[Sequence[StreamRecord]]:
        """Every record of a stream after that sequence, a few at a time, as they are committed, forever."""
        seen = -1
        while True:
            latest = await self._items.latest_record()
            if latest == seen:
                await self._items.written()
                continue
            found = await self._items.records(owner, after, _FOLLOWED, quotas.STREAM_PAGE_BYTES)
            if found:
                yield found
                after = found[-1].sequence
            else:
                seen = latest

    def expired(self, place: Place) -> bool:
        """Whether an iterator is too old to be used."""
        return place.issued + quotas.SHARD_ITERATOR_SECONDS < self._clock.now()


def _sequence(text: str | None) -> int:
    if text is None:
        raise ValidationFailure("SequenceNumber must be specified for this ShardIteratorType")
    if not (text.isascii() and text.isdecimal()) or int(text) > _LAST:
        raise ValidationFailure(f"Invalid SequenceNumber: {text}")
    return int(text)


def label_of(created: float) -> str:
    """A stream's label: ``2026-01-01T00:00:00.250``."""
    moment = utc(created)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}"


def stream_arn(stream: StoredStream) -> str:
    """``arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-01-01T00:00:00.250``."""
    return f"{table_arn(Scope(stream.account, stream.region), stream.table)}/stream/{stream.label}"


def shard_id(stream: StoredStream) -> str:
    """The stream's only shard."""
    return f"shardId-{int(stream.created * 1000):020d}-{stream.owner & 0xFFFFFFFF:08x}"


def written_iterator(stream_name: str, place: Place) -> str:
    """The iterator that means the place."""
    held: dict[str, Any] = {"owner": place.owner, "after": place.after, "issued": place.issued}
    return f"{stream_name}|1|{base64.b64encode(orjson.dumps(held)).decode('ascii')}"


def read_iterator(text: str) -> tuple[str, Place]:
    """The stream's ARN and the place. Raises ValidationFailure."""
    arn, _, encoded = text.partition("|1|")
    try:
        held = orjson.loads(base64.b64decode(encoded, validate=True))
        place = Place(int(held["owner"]), int(held["after"]), float(held["issued"]))
    except (binascii.Error, orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValidationFailure("Invalid ShardIterator") from error
    if not -1 <= place.after <= _LAST:
        raise ValidationFailure("Invalid ShardIterator")
    return arn, place
