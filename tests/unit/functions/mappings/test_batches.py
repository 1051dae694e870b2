"""How a lane gathers a batch: full, or what came until the window ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.functions.mappings.test_rules import mapping

from gatelet.aws import quotas
from gatelet.aws.clock import SystemClock
from gatelet.functions.mappings.batches import Reader, payload
from gatelet.functions.mappings.source import SourceGone, SourceRecord


class Stream:
    """The port of StreamSource over a list."""

    def __init__(self, *records: SourceRecord) -> None:
        self.records = list(records)
        self.next: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone = False

    def append(self, *records: SourceRecord) -> None:
        self.records += records
        self.next.set_result(None)
        self.next = asyncio.get_running_loop().create_future()

    async def read(self, arn: str, after: int) -> Sequence[SourceRecord]:
        if self.gone:
            raise SourceGone(arn)
        return [record for record in self.records if record.sequence > after][:3]

    async def newest(self) -> int:
        return self.records[-1].sequence if self.records else 0

    async def changed(self) -> None:
        await asyncio.shield(self.next)

    def shard_id(self, arn: str) -> str:
        return "shard"

    def sequence_number(self, sequence: int) -> str:
        return str(sequence)


def record(sequence: int, key: bytes = b"k", **event: Any) -> SourceRecord:
    return SourceRecord(sequence, 0.0, key, {"number": sequence, **event})


async def gather(stream: Stream, after: int = 0, lane: int = 0, **settings: Any) -> tuple[list[int], int]:
    reader = Reader(mapping(**settings), lane, stream, SystemClock())
    batch = await reader.gather(after, lambda: None)
    return [one.sequence for one in batch.records], batch.end


def test_a_batch_is_full_or_all_there_is() -> None:
    async def check() -> None:
        stream = Stream(*(record(number) for number in range(1, 9)))
        assert await gather(stream, BatchSize=5) == ([1, 2, 3, 4, 5], 5)
        assert await gather(stream, after=5, BatchSize=5) == ([6, 7, 8], 8)

    asyncio.run(check())


def test_a_lane_waits_for_its_first_record_and_then_for_the_window() -> None:
    async def check() -> None:
        stream = Stream()
        waiting = asyncio.create_task(gather(stream, BatchSize=3, MaximumBatchingWindowInSeconds=30))
        for number in (1, 2, 3):
            await asyncio.sleep(0)
            assert not waiting.done()
            stream.append(record(number))
        assert await waiting == ([1, 2, 3], 3)
        stream.append(record(4))
        assert await gather(stream, after=3, MaximumBatchingWindowInSeconds=0.02) == ([4], 4)

    asyncio.run(check())


def test_what_is_filtered_out_is_passed() -> None:
    async def check() -> None:
        stream = Stream(*(record(number, kind="ab"[number % 2]) for number in range(1, 8)))
        criteria = {"Filters": [{"Pattern": '{"kind": ["a"]}'}, {"Pattern": '{"number": [7]}'}]}
        assert await gather(stream, FilterCriteria=criteria) == ([2, 4, 6, 7], 7)

    asyncio.run(check())


def test_lanes_share_the_records_by_key() -> None:
    async def check() -> None:
        stream = Stream(*(record(number, key=b"key-%d" % (number % 7)) for number in range(1, 60)))
        shares = [await gather(stream, lane=lane, ParallelizationFactor=3, BatchSize=100) for lane in range(3)]
        assert sorted(number for share, _ in shares for number in share) == list(range(1, 60))
        keys = [{number % 7 for number in share} for share, _ in shares]
        assert sum(map(len, keys)) == len(set().union(*keys)) == 7
        assert {end for _, end in shares} == {59}

    asyncio.run(check())


def test_a_payload_stays_below_the_limit() -> None:
    async def check() -> None:
        large = "x" * (quotas.INVOKE_PAYLOAD_BYTES // 2)
        stream = Stream(record(1, text=large), record(2, text="y"), record(3, text=large), record(4))
        assert await gather(stream) == ([1, 2], 2)
        assert await gather(stream, after=2) == ([3, 4], 4)
        assert payload(stream.records[1:2]) == b'{"Records":[{"number":2,"text":"y"}]}'

    asyncio.run(check())


def test_a_stream_that_is_gone_is_told() -> None:
    async def check() -> None:
        stream = Stream()
        stream.gone = True
        with pytest.raises(SourceGone):
            await gather(stream)

    asyncio.run(check())
