"""The LogChunks port (storage/ports.py)."""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatelet.storage.ports import LogEvent, LogPosition, LogQuery, Storage, StreamKey, StreamSummary

HERE = ("000000000000", "us-east-1", "/aws/lambda/f")


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


def stream(name: str, group: str = HERE[2]) -> StreamKey:
    return StreamKey(HERE[0], HERE[1], group, name)


def told(events: Any) -> list[tuple[int, str]]:
    return [(event.timestamp, event.message) for event in events]


def test_events_are_read_in_order_of_time_then_arrival(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        await logs.append({stream("a"): [(20, "late"), (10, "early"), (10, "next")]}, 1)
        await logs.append({stream("a"): [(10, "after"), (15, "between\n")]}, 2)
        events = await logs.read(stream("a"))
        assert told(events) == [(10, "early"), (10, "next"), (10, "after"), (15, "between\n"), (20, "late")]
        assert [event.ingestion_time for event in events] == [1, 1, 2, 2, 1]
        assert {event.stream for event in events} == {"a"}
        assert len({event.sequence for event in events}) == 5
        assert await logs.read(stream("b")) == []

    driver.run(story)


def test_a_range_includes_its_start_and_not_its_end(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.log_chunks.append({stream("a"): [(n, str(n)) for n in range(10)]}, 0)
        assert told(await storage.log_chunks.read(stream("a"), start=3, end=5)) == [(3, "3"), (4, "4")]
        assert await storage.log_chunks.read(stream("a"), start=0, end=0) == []

    driver.run(story)


def test_a_summary_tells_what_a_stream_holds(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        assert await logs.create_stream(stream("empty"), 5)
        assert not await logs.create_stream(stream("empty"), 6)
        await logs.append({stream("b"): [(30, "x")], stream("a"): [], stream("other", "/g"): []}, 40)
        await logs.append({stream("b"): [(10, "y"), (20, "z")]}, 50)
        full, empty = await logs.streams(*HERE)
        assert (full.key, full.created, full.first_event, full.last_event) == (stream("b"), 40, 10, 30)
        assert full.last_ingestion == 50
        assert full.stored_bytes > 0
        assert empty == StreamSummary(stream("empty"), 5, None, None, None, 0)

    driver.run(story)


def test_any_text_is_a_message(driver: Driver) -> None:
    texts = ["", "\0", "ü😀\u2028\r\n", "\ud800 alone", "x" * 300_000]

    async def story(storage: Storage) -> None:
        await storage.log_chunks.append({stream("a"): [(n, text) for n, text in enumerate(texts)]}, 0)
        read = [event.message for event in await storage.log_chunks.read(stream("a"))]
        assert read == [text.replace("\ud800", "?") for text in texts]

    driver.run(story)


def test_pages_from_both_ends_meet(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        for chunk in range(6):  # three streams whose chunks overlap in time
            await logs.append({stream(f"s{chunk % 3}"): [(chunk * 5 + n, f"{chunk}.{n}") for n in range(10)]}, 0)
        whole = await logs.page(LogQuery(*HERE))
        assert len(whole) == 60
        assert list(whole) == sorted(whole, key=lambda event: event.position)
        forward: list[LogEvent] = []
        while page := await logs.page(LogQuery(*HERE, after=forward[-1].position if forward else None, limit=7)):
            assert len(page) <= 7
            forward += page
        assert forward == whole
        backward: list[LogEvent] = []
        while page := await logs.page(
            LogQuery(*HERE, before=backward[0].position if backward else None, limit=7, newest=True)
        ):
            backward = [*page, *backward]
        assert backward == whole
        some = await logs.page(LogQuery(*HERE, streams=frozenset({"s0", "s2"})))
        assert some == [event for event in whole if event.stream != "s1"]

    driver.run(story)


def test_a_page_is_bounded_in_bytes_and_never_empty_for_it(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.log_chunks.append({stream("a"): [(n, "€" * 100) for n in range(5)]}, 0)
        assert len(await storage.log_chunks.page(LogQuery(*HERE, max_bytes=650))) == 2
        assert len(await storage.log_chunks.page(LogQuery(*HERE, max_bytes=1))) == 1
        assert await storage.log_chunks.page(LogQuery(*HERE, after=LogPosition(9, 0))) == []

    driver.run(story)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chunks=st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 30), min_size=1, max_size=6)), max_size=8),
    start=st.none() | st.integers(0, 30),
    end=st.none() | st.integers(0, 30),
    newest=st.booleans(),
    limit=st.integers(1, 12),
)
def test_a_page_is_what_sorting_everything_gives(
    driver: Driver, chunks: list[Any], start: int | None, end: int | None, newest: bool, limit: int
) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        await logs.delete(*HERE)
        for name, times in chunks:
            await logs.append({stream(str(name)): [(at, "m") for at in times]}, 0)
        wanted = sorted(
            at for _, times in chunks for at in times if (start is None or at >= start) and (end is None or at < end)
        )
        page = await logs.page(LogQuery(*HERE, start=start, end=end, newest=newest, limit=limit))
        assert [event.timestamp for event in page] == (wanted[-limit:] if newest else wanted[:limit])

    driver.run(story)


def test_more_events_than_a_chunk_holds(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.log_chunks.append({stream("a"): [(n, f"m{n}") for n in range(10_001)]}, 0)
        assert told(await storage.log_chunks.read(stream("a"))) == [(n, f"m{n}") for n in range(10_001)]

    driver.run(story)


def test_a_stream_or_a_group_is_deleted_whole(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        for key in (stream("a"), stream("b"), stream("a", "/other")):
            await logs.append({key: [(1, "x")]}, 0)
        await logs.delete(*HERE, "a")
        assert await logs.read(stream("a")) == []
        assert [summary.key.stream for summary in await logs.streams(*HERE)] == ["b"]
        await logs.delete(*HERE)
        assert await logs.streams(*HERE) == []
        assert told(await logs.read(stream("a", "/other"))) == [(1, "x")]

    driver.run(story)


def test_retention_trims_chunks_whose_newest_event_is_too_old(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        await logs.append({stream("a"): [(1, "old"), (9, "old too")]}, 0)
        await logs.append({stream("a"): [(5, "kept beside a newer one"), (10, "new")]}, 0)
        await logs.trim(*HERE, 10)
        assert told(await logs.read(stream("a"))) == [(5, "kept beside a newer one"), (10, "new")]
        (summary,) = await logs.streams(*HERE)
        assert (summary.first_event, summary.last_event) == (5, 10)

    driver.run(story)


@pytest.mark.parametrize("chunks", [10, 600])
def test_the_budget_takes_the_oldest_chunks(driver: Driver, chunks: int) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        for n in range(chunks):
            await logs.append({stream(f"s{n % 2}"): [(n, f"{n:04}" * 50)]}, 0)
        before = sum(summary.stored_bytes for summary in await logs.streams(*HERE))
        assert await logs.enforce_budget(before) == 0
        budget = before // 10
        freed = await logs.enforce_budget(budget)
        after = sum(summary.stored_bytes for summary in await logs.streams(*HERE))
        assert before - freed == after <= budget
        left = [event.timestamp for event in await logs.page(LogQuery(*HERE))]
        assert left == list(range(chunks - len(left), chunks))
        assert await logs.enforce_budget(0) == after
        assert await logs.page(LogQuery(*HERE)) == []

    driver.run(story)


def test_streams_that_the_budget_empties_go_too(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        logs = storage.log_chunks
        await logs.create_stream(stream("made"), 1)
        for number in range(20):
            await logs.append({stream(f"s{number:02}"): [(number, str(number) * 100)]}, number)
        await logs.trim(*HERE, 5)
        assert len(await logs.streams(*HERE)) == 21  # retention keeps empty streams, as AWS does
        held = sum(each.stored_bytes for each in await logs.streams(*HERE))
        await logs.enforce_budget(held // 2)
        left = await logs.streams(*HERE)
        assert "made" in {each.key.stream for each in left}  # nothing was ever written there
        assert all(each.stored_bytes for each in left if each.key.stream != "made")
        await logs.append({stream("s00"): [(50, "again")]}, 50)
        assert told(await logs.read(stream("s00"))) == [(50, "again")]

    driver.run(story)


def test_logs_are_there_after_reopening(driver: Driver) -> None:
    async def before(storage: Storage) -> None:
        await storage.log_chunks.append({stream("a"): [(1, "x")]}, 0)

    async def after(storage: Storage) -> None:
        assert told(await storage.log_chunks.read(stream("a"))) == [(1, "x")]

    driver.run(before)
    driver.run(after)
