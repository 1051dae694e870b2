"""LogWriter, LogGroups and the upkeep, over the real store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.logs.errors import GroupExists, GroupNotFound
from gatelet.logs.groups import LogGroup, LogGroups
from gatelet.logs.upkeep import sweep, upkeep
from gatelet.logs.writer import LogWriter
from gatelet.storage.ports import LogChunks, LogQuery, StorageError, StreamKey
from gatelet.storage.sqlite.directory import open_data_directory

SCOPE = Scope("000000000000", "us-east-1")
GROUP = "/aws/lambda/f"
KEY = StreamKey(SCOPE.account, SCOPE.region, GROUP, "s")
DAY = 24 * 60 * 60


@dataclass
class StillClock:
    """A clock that the test moves."""

    moment: float = 1_700_000_000.0

    def now(self) -> float:
        return self.moment

    monotonic = now


@dataclass
class House:
    """The organ over a real store."""

    groups: LogGroups
    writer: LogWriter
    chunks: LogChunks
    clock: StillClock

    async def messages(self, group: str = GROUP) -> list[str]:
        return [e.message for e in await self.chunks.page(LogQuery(SCOPE.account, SCOPE.region, group))]

    async def holds(self, count: int) -> None:
        """Wait until so many events are readable."""
        for _ in range(1_000):
            if len(await self.messages()) == count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(await self.messages())


def live(place: Path, story: Callable[[House], Awaitable[None]], **bounds: int) -> None:
    async def opened() -> None:
        clock = StillClock()
        async with open_data_directory(place) as data:
            groups = LogGroups(data.records, data.log_chunks, clock)
            await story(House(groups, LogWriter(groups, data.log_chunks, clock, **bounds), data.log_chunks, clock))

    asyncio.run(opened())


def test_events_are_readable_after_a_flush_and_their_group_exists(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.writer.write(SCOPE.account, SCOPE.region, GROUP, "s", 5, "one\n")
        house.writer.write_many(KEY, [(6, "two"), (7, "three")])
        assert await house.groups.find(SCOPE, GROUP) is None
        await house.writer.flush()
        assert await house.messages() == ["one\n", "two", "three"]
        group = await house.groups.get(SCOPE, GROUP)
        assert (group.created, group.retention_days) == (1_700_000_000_000, None)
        assert group.arn == "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f"
        (event, *_) = await house.chunks.read(KEY)
        assert (event.timestamp, event.ingestion_time) == (5, 1_700_000_000_000)

    live(tmp_path, story)


def test_events_reach_the_disk_without_being_asked(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.writer.write_many(KEY, [(1, "x")])
        await house.holds(1)
        house.writer.write_many(KEY, [(2, "y")])  # and again, after the first flush
        await house.holds(2)

    live(tmp_path, story)


def test_the_list_of_events_stays_the_callers(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        events = [(1, "x")]
        house.writer.write_many(KEY, events)
        events.append((2, "y"))
        house.writer.write_many(KEY, events)
        assert events == [(1, "x"), (2, "y")]
        await house.writer.close()
        assert await house.messages() == ["x", "x", "y"]

    live(tmp_path, story)


def test_beyond_the_bound_events_are_dropped_counted_and_spoken_of(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        for n in range(10):
            house.writer.write_many(KEY, [(n, "x" * 174), (n, "x" * 174)])  # 1,682 bytes at most
        await house.writer.flush()
        *kept, line = await house.messages()
        assert kept == ["x" * 174] * 4
        assert line == "[gatelet] 16 log events were dropped here: more than 3400 bytes were waiting.\n"
        house.writer.write_many(KEY, [(11, "room again")])
        await house.writer.flush()
        assert "room again" in await house.messages()

    live(tmp_path, story, pending_bytes=3_400)


def test_a_flush_that_nobody_waits_for_any_more_loses_nothing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.writer.write_many(KEY, [(1, "x")])
        flush = asyncio.create_task(house.writer.flush())
        await asyncio.sleep(0)  # it makes the group
        await asyncio.sleep(0)
        flush.cancel()
        await asyncio.gather(flush, return_exceptions=True)
        await house.writer.close()
        assert await house.messages() == ["x"]

    live(tmp_path, story)


def test_many_events_go_in_order_through_many_appends(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        for n in range(30):
            house.writer.write_many(KEY, [(1, f"{n}.{m}") for m in range(1_000)])
        await house.writer.flush()
        assert [e.message for e in await house.chunks.read(KEY)] == [f"{n}.{m}" for n in range(30) for m in range(1000)]

    live(tmp_path, story)


def test_a_message_larger_than_an_event_is_cut_into_several(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        message = "ab" * quotas.LOG_EVENT_BYTES
        house.writer.write_many(KEY, [(1, message)])
        await house.writer.flush()
        parts = [event.message for event in await house.chunks.read(KEY)]
        assert list(map(len, parts)) == [quotas.LOG_EVENT_BYTES, quotas.LOG_EVENT_BYTES]
        assert "".join(parts) == message

    live(tmp_path, story)


def test_a_group_that_was_deleted_is_made_again_by_the_next_event(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.writer.write_many(KEY, [(1, "x")])
        await house.writer.flush()
        await house.groups.delete(SCOPE, GROUP)
        assert await house.messages() == []
        house.writer.write_many(KEY, [(2, "y")])
        await house.writer.flush()
        assert await house.messages() == ["y"]
        assert await house.groups.find(SCOPE, GROUP) is not None

    live(tmp_path, story)


def test_groups_come_go_and_change(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.groups.create(SCOPE, "b", {"team": "x"})
        await house.groups.create(SCOPE, "a", {})
        await house.groups.create(Scope("111111111111", "eu-west-1"), "a", {})
        with pytest.raises(GroupExists):
            await house.groups.create(SCOPE, "a", {})
        assert [group.name for group in await house.groups.list(SCOPE)] == ["a", "b"]
        assert len(await house.groups.list_everywhere()) == 3
        await asyncio.gather(
            house.groups.set_retention(SCOPE, "b", 7),
            house.groups.change_tags(SCOPE, "b", lambda tags: {**tags, "env": "dev"}),
            house.groups.change_tags(SCOPE, "b", lambda tags: {**tags, "more": "yes"}),
        )
        group = await house.groups.get(SCOPE, "b")
        assert (group.retention_days, group.tags) == (7, {"team": "x", "env": "dev", "more": "yes"})
        await house.groups.delete(SCOPE, "b")
        for gone in (
            house.groups.get(SCOPE, "b"),
            house.groups.delete(SCOPE, "b"),
            house.groups.set_retention(SCOPE, "b", 1),
        ):
            with pytest.raises(GroupNotFound):
                await gone

    live(tmp_path, story)


def test_retention_and_the_budget_are_swept(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        now = int(house.clock.moment * 1000)
        await house.groups.create(SCOPE, "days", {})
        await house.groups.set_retention(SCOPE, "days", 3)
        for group in ("days", "forever"):
            for age in (4, 2):
                key = StreamKey(SCOPE.account, SCOPE.region, group, "s")
                await house.chunks.append({key: [(now - age * DAY * 1000, f"{age} days")]}, 0)
        await sweep(house.groups, house.chunks, house.clock.now(), 1_000_000)
        assert await house.messages("days") == ["2 days"]
        assert await house.messages("forever") == ["4 days", "2 days"]
        await sweep(house.groups, house.chunks, house.clock.now(), 0)
        assert await house.messages("forever") == []

    live(tmp_path, story)


def test_the_upkeep_survives_a_round_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([RuntimeError("a fault"), StorageError("no room")])

    async def story(house: House) -> None:
        list_everywhere = house.groups.list_everywhere

        async def failing() -> Sequence[LogGroup]:
            if (error := next(failures, None)) is not None:
                raise error
            return await list_everywhere()

        monkeypatch.setattr(house.groups, "list_everywhere", failing)
        await house.chunks.append({KEY: [(1, "x")]}, 0)
        async with upkeep(house.groups, house.chunks, house.clock, budget=0, every=0.01):
            await house.holds(0)

    live(tmp_path, story)


def test_the_upkeep_goes_on_while_its_block_runs(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        async with upkeep(house.groups, house.chunks, house.clock, budget=0, every=0.01):
            for _ in range(2):
                await house.chunks.append({KEY: [(1, "x")]}, 0)
                await house.holds(0)
        await house.chunks.append({KEY: [(1, "left alone")]}, 0)
        await asyncio.sleep(0.03)
        assert await house.messages() == ["left alone"]

    live(tmp_path, story)


def test_a_deletion_that_is_cut_in_the_middle_leaves_no_events_without_their_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutError(Exception):
        """The process ends."""

    async def cut(*_: object) -> None:
        raise CutError

    async def story(house: House) -> None:
        house.writer.write_many(KEY, [(1, "x")])
        await house.writer.flush()
        with monkeypatch.context() as patch:
            patch.setattr(house.groups._records, "write", cut)
            with pytest.raises(CutError):
                await house.groups.delete(SCOPE, GROUP)
        assert await house.messages() == []
        await house.groups.delete(SCOPE, GROUP)
        assert await house.groups.find(SCOPE, GROUP) is None

    live(tmp_path, story)
