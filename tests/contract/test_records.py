"""The Records port (storage/ports.py)."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import pytest

from gatelet.storage.ports import Collection, Delete, Put, RevisionConflict, Storage

STAGES = Collection("apigateway", "Stage", "000000000000", "eu-west-1")
ELSEWHERE = Collection("apigateway", "Stage", "111111111111", "eu-west-1")
PROD = STAGES.key("prod")


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


def test_a_record_is_read_back_as_it_was_written(driver: Driver) -> None:
    value = {"name": "prod", "n": 1.5, "nested": {"list": [1, None, True, "ü\u2028"]}, "big": 2**53}

    async def story(storage: Storage) -> None:
        assert await storage.records.get(PROD) is None
        await storage.records.write(Put(PROD, value, parent="api1"))
        record = await storage.records.get(PROD)
        assert record is not None
        assert (record.key, record.revision, record.value, record.parent) == (PROD, 1, value, "api1")

    driver.run(story)


def test_a_record_read_is_the_readers_own_copy(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        value = {"list": [1]}
        await storage.records.write(Put(PROD, value))
        value["list"].append(2)
        record = await storage.records.get(PROD)
        assert record is not None
        record.value["list"].append(3)
        again = await storage.records.get(PROD)
        assert again is not None
        assert again.value == {"list": [1]}

    driver.run(story)


def test_what_is_not_json_is_refused_before_anything_is_written(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        with pytest.raises(TypeError):
            await storage.records.write(Put(STAGES.key("good"), {}), Put(PROD, {"bytes": b"x"}))
        assert await storage.records.list(STAGES) == []
        assert await storage.changes.latest() == 0

    driver.run(story)


def test_the_revision_grows_by_one_with_every_write(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        for revision in (1, 2, 3):
            await storage.records.write(Put(PROD, {"n": revision}))
            record = await storage.records.get(PROD)
            assert record is not None
            assert (record.revision, record.value) == (revision, {"n": revision})

    driver.run(story)


def test_an_expected_revision_keeps_the_slower_writer_out(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(Put(PROD, {"by": "first"}, expected=0))
        with pytest.raises(RevisionConflict):
            await storage.records.write(Put(PROD, {"by": "second"}, expected=0))
        await storage.records.write(Put(PROD, {"by": "third"}, expected=1))
        for stale in (1, 3):
            with pytest.raises(RevisionConflict):
                await storage.records.write(Put(PROD, {"by": "fourth"}, expected=stale))
            with pytest.raises(RevisionConflict):
                await storage.records.write(Delete(PROD, expected=stale))
        record = await storage.records.get(PROD)
        assert record is not None
        assert (record.revision, record.value) == (2, {"by": "third"})
        await storage.records.write(Delete(PROD, expected=2))
        assert await storage.records.get(PROD) is None

    driver.run(story)


def test_of_many_writers_at_one_revision_exactly_one_wins(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(Put(PROD, {"n": 0}))
        results = await asyncio.gather(
            *(storage.records.write(Put(PROD, {"n": n}, expected=1)) for n in range(1, 21)), return_exceptions=True
        )
        assert sum(isinstance(result, RevisionConflict) for result in results) == 19
        record = await storage.records.get(PROD)
        assert record is not None
        assert record.revision == 2

    driver.run(story)


def test_a_conflict_undoes_the_whole_write_and_nothing_of_its_neighbours(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        results = await asyncio.gather(
            storage.records.write(Put(STAGES.key("before"), {})),
            storage.records.write(Put(STAGES.key("half"), {}), Delete(STAGES.key("other"), expected=7)),
            storage.records.write(Put(STAGES.key("after"), {})),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [int, RevisionConflict, int]
        assert [record.key.id for record in await storage.records.list(STAGES)] == ["after", "before"]
        assert await storage.changes.latest() == 2

    driver.run(story)


def test_deleting_what_is_not_there_conflicts_only_if_it_was_expected(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        assert await storage.records.write(Delete(PROD)) == 0
        with pytest.raises(RevisionConflict):
            await storage.records.write(Delete(PROD, expected=1))

    driver.run(story)


def test_a_record_made_anew_starts_at_revision_one(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(Put(PROD, {}), Put(PROD, {}))
        await storage.records.write(Delete(PROD), Put(PROD, {"new": True}, expected=0))
        record = await storage.records.get(PROD)
        assert record is not None
        assert record.revision == 1

    driver.run(story)


def test_a_list_is_ordered_by_id_and_paged_by_it(driver: Driver) -> None:
    ids = ["Z", "a", "a/b", "b", "ä", "😀"]  # by code point

    async def story(storage: Storage) -> None:
        await storage.records.write(*(Put(STAGES.key(name), {}) for name in reversed(ids)))
        await storage.records.write(Put(ELSEWHERE.key("other account"), {}))
        assert [record.key.id for record in await storage.records.list(STAGES)] == ids
        assert [r.key.id for r in await storage.records.list(STAGES, after="a/b", limit=2)] == ["b", "ä"]
        assert await storage.records.list(STAGES, after="😀") == []

    driver.run(story)


def test_a_list_of_one_parent(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(*(Put(STAGES.key(f"s{n}"), {"n": n}, parent=f"api{n % 2}") for n in range(6)))
        found = await storage.records.list(STAGES, "api1", after="s1")
        assert [(record.key.id, record.value, record.parent) for record in found] == [
            ("s3", {"n": 3}, "api1"),
            ("s5", {"n": 5}, "api1"),
        ]

    driver.run(story)


@pytest.mark.parametrize("size", [3_000, 300_000], ids=["many", "large"])
def test_a_long_list_is_whole(driver: Driver, size: int) -> None:
    count = 3_000 if size == 3_000 else 5

    async def story(storage: Storage) -> None:
        text = "x" * (size // count)
        await storage.records.write(*(Put(STAGES.key(f"{n:05}"), {"text": text}) for n in range(count)))
        assert [record.key.id for record in await storage.records.list(STAGES)] == [f"{n:05}" for n in range(count)]

    driver.run(story)


def test_start_up_lists_a_kind_everywhere(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(
            Put(ELSEWHERE.key("a"), {"at": 2}),
            Put(STAGES.key("b"), {"at": 1}),
            Put(Collection("apigateway", "Model", "000000000000", "eu-west-1").key("m"), {}),
        )
        found = await storage.records.list_everywhere("apigateway", "Stage")
        assert [(record.key, record.value["at"]) for record in found] == [
            (STAGES.key("b"), 1),
            (ELSEWHERE.key("a"), 2),
        ]

    driver.run(story)


def test_everything_is_there_after_reopening(driver: Driver) -> None:
    async def before(storage: Storage) -> None:
        await storage.records.write(Put(PROD, {"n": 1}), Put(PROD, {"n": 2}, parent="p"))

    async def after(storage: Storage) -> None:
        record = await storage.records.get(PROD)
        assert record is not None
        assert (record.revision, record.value, record.parent) == (2, {"n": 2}, "p")
        assert await storage.changes.latest() == 2
        assert await storage.records.write(Put(PROD, {})) == 3

    driver.run(before)
    driver.run(after)
