"""The streams of tables as event source mappings read them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson

from gatelet.aws.arn import Arn
from gatelet.aws.errors import AwsError
from gatelet.aws.scope import Scope
from gatelet.functions.mappings.source import SourceGone, SourceRecord
from gatelet.storage.table_ports import StreamRecord
from gatelet.tables.records import answered, sequence_number
from gatelet.tables.service import Tables
from gatelet.tables.streams import shard_id

_RECORDS = 1_000
_BYTES = 256 * 1024
_IN_A_THREAD = 32 * 1024


class TableStreams:
    """Implements gatelet.functions.mappings.source.StreamSource."""

    __slots__ = ("_shards", "_tables")

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._shards: dict[str, str] = {}
        """By ARN, of the streams that a mapping read: as many as there are mappings."""

    async def read(self, arn: str, after: int) -> Sequence[SourceRecord]:
        """See StreamSource."""
        parsed = Arn.parse(arn)
        try:
            stream = await self._tables.streams.find(Scope(parsed.account, parsed.region), arn)
        except AwsError as error:
            raise SourceGone(arn) from error
        self._shards[arn] = shard_id(stream)
        found = await self._tables.items.records(stream.owner, after, _RECORDS, _BYTES)
        if sum(len(record.body) for record in found) > _IN_A_THREAD:
            return await asyncio.to_thread(_shaped, found, arn, parsed.region)
        return _shaped(found, arn, parsed.region)

    async def newest(self) -> int:
        """See StreamSource."""
        return await self._tables.items.latest_record()

    async def changed(self) -> None:
        """See StreamSource."""
        await self._tables.items.written()

    def shard_id(self, arn: str) -> str:
        """See StreamSource."""
        return self._shards[arn]

    def sequence_number(self, sequence: int) -> str:
        """See StreamSource."""
        return sequence_number(sequence)


def _shaped(found: Sequence[StreamRecord], arn: str, region: str) -> list[SourceRecord]:
    return [_source_record(record, arn, region) for record in found]


def _source_record(record: StreamRecord, arn: str, region: str) -> SourceRecord:
    event = answered(record, region)
    # Lambda writes the members of userIdentity as its filters name them (Developer Guide, "Time to Live" filters)
    if "userIdentity" in event:
        event["userIdentity"] = {"principalId": event["userIdentity"]["PrincipalId"], "type": "Service"}
    event["eventSourceARN"] = arn
    key = orjson.dumps(event["dynamodb"]["Keys"], option=orjson.OPT_SORT_KEYS)
    return SourceRecord(record.sequence, record.created, key, event)
