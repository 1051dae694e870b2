"""A change is told of only once it is served (design section 3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gatelet.server.followers import Followers, ServedRecords
from gatelet.storage.ports import Change, ChangesLost, Collection, Put, RevisionConflict, StorageFailed
from gatelet.storage.sqlite.directory import open_data_directory

FUNCTIONS = Collection("lambda", "Function", "000000000000", "us-east-1")
KEY = FUNCTIONS.key("users")
OTHER = FUNCTIONS.key("others")


class SlowReader:
    """Serves a change when the test lets it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()
        self.served: list[Change] = []

    async def apply(self, change: Change) -> None:
        self.asked.set()
        await self.go_on.wait()
        self.served.append(change)


def run(place: Path, story: Callable[[ServedRecords, SlowReader], Awaitable[None]]) -> None:
    async def main() -> None:
        async with open_data_directory(place / "data") as data:
            reader = SlowReader()
            followers = Followers(data.changes, [reader.apply])
            await followers.start()
            await story(ServedRecords(data.records, followers), reader)
            await followers.stop()

    asyncio.run(main())


def test_neither_writes_nor_reads_are_ahead_of_what_is_served(tmp_path: Path) -> None:
    async def story(records: ServedRecords, reader: SlowReader) -> None:
        write = asyncio.create_task(records.write(Put(KEY, {"a": 1})))
        await reader.asked.wait()  # it is committed
        get = asyncio.create_task(records.get(KEY))
        listing = asyncio.create_task(records.list(FUNCTIONS))
        assert await records.get(OTHER) is None  # nobody else waits
        await asyncio.sleep(0.02)
        assert [task.done() for task in (write, get, listing)] == [False, False, False]
        reader.go_on.set()
        record = await get
        assert record is not None
        assert record.value == {"a": 1}
        assert [each.value for each in await listing] == [{"a": 1}]
        assert await write == reader.served[0].sequence

    run(tmp_path, story)


def test_a_write_that_fails_holds_nobody(tmp_path: Path) -> None:
    async def story(records: ServedRecords, reader: SlowReader) -> None:
        reader.go_on.set()
        await records.write(Put(KEY, {"a": 1}))
        with pytest.raises(RevisionConflict):
            await records.write(Put(KEY, {"a": 2}, expected=0))
        record = await records.get(KEY)
        assert record is not None
        assert record.value == {"a": 1}

    run(tmp_path, story)


def test_a_reader_that_gives_up_does_not_end_the_write(tmp_path: Path) -> None:
    async def story(records: ServedRecords, reader: SlowReader) -> None:
        write = asyncio.create_task(records.write(Put(KEY, {"a": 1})))
        await reader.asked.wait()
        get = asyncio.create_task(records.get(KEY))
        await asyncio.sleep(0.02)
        get.cancel()
        await asyncio.gather(get, return_exceptions=True)
        reader.go_on.set()
        assert await write == reader.served[0].sequence

    run(tmp_path, story)


class SelectiveReader:
    """Serves changes of KEY when the test lets it, all others at once."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.served: list[int] = []

    async def apply(self, change: Change) -> None:
        if change.key == KEY:
            await self.go_on.wait()
        self.served.append(change.sequence)


def test_a_slow_change_of_one_record_holds_up_no_other_record(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            reader = SelectiveReader()
            followers = Followers(data.changes, [reader.apply])
            await followers.start()
            records = ServedRecords(data.records, followers)
            slow = [asyncio.create_task(records.write(Put(KEY, {"a": number}))) for number in range(3)]
            await asyncio.sleep(0)  # they are written first
            other = await records.write(Put(OTHER, {"b": 1}))
            assert reader.served == [other]
            assert not any(task.done() for task in slow)
            reader.go_on.set()
            await asyncio.gather(*slow)
            assert reader.served == [other, *(task.result() for task in slow)]  # in order
            await followers.stop()

    asyncio.run(main())


def test_a_write_of_several_records_waits_for_all_of_them(tmp_path: Path) -> None:
    async def main() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            reader = SelectiveReader()
            followers = Followers(data.changes, [reader.apply])
            await followers.start()
            records = ServedRecords(data.records, followers)
            write = asyncio.create_task(records.write(Put(KEY, {"a": 1}), Put(OTHER, {"b": 1})))
            await asyncio.sleep(0)  # it is written first
            await records.write(Put(FUNCTIONS.key("third"), {"c": 1}))
            assert not write.done()
            reader.go_on.set()
            assert await write == 2
            await followers.stop()

    asyncio.run(main())


class EndingChanges:
    """Changes that can be followed once only."""

    def __init__(self) -> None:
        self.end = asyncio.Event()

    async def latest(self) -> int:
        return 0

    async def follow(self, after: int) -> AsyncIterator[Change]:
        yield Change(after + 1, KEY, False)
        await self.end.wait()
        raise ChangesLost("gone")


def test_when_changes_can_no_longer_be_followed_writes_fail_and_it_is_told() -> None:
    async def main() -> None:
        changes, reader = EndingChanges(), SelectiveReader()
        reader.go_on.set()
        followers = Followers(changes, [reader.apply])
        await followers.start()
        await followers.served(1)
        assert not followers.failed
        waiting = asyncio.create_task(followers.served(2))
        await asyncio.sleep(0)
        changes.end.set()
        with pytest.raises(StorageFailed):
            await waiting
        assert followers.failed
        with pytest.raises(StorageFailed):
            await followers.served(2)

    asyncio.run(main())
