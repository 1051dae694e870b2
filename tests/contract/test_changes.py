"""The Changes port (storage/ports.py)."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

from gatelet.storage.ports import Change, Collection, Delete, Put, Storage

STAGES = Collection("apigateway", "Stage", "000000000000", "eu-west-1")


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


async def take(storage: Storage, after: int, count: int) -> list[Change]:
    """The next changes."""
    found: list[Change] = []
    async for change in storage.changes.follow(after):
        found.append(change)
        if len(found) == count:
            break
    return found


def test_a_write_returns_the_sequence_of_its_last_change(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        assert await storage.changes.latest() == 0
        assert await storage.records.write(Put(STAGES.key("a"), {}), Put(STAGES.key("b"), {})) == 2
        assert await storage.records.write(Delete(STAGES.key("a"))) == 3
        assert await storage.changes.latest() == 3

    driver.run(story)


def test_changes_are_read_in_the_order_of_their_commits(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await storage.records.write(Put(STAGES.key("a"), {}), Put(STAGES.key("b"), {}))
        await storage.records.write(Delete(STAGES.key("a")), Delete(STAGES.key("never was")))
        assert await take(storage, 0, 3) == [
            Change(1, STAGES.key("a"), False),
            Change(2, STAGES.key("b"), False),
            Change(3, STAGES.key("a"), True),
        ]
        assert await take(storage, 2, 1) == [Change(3, STAGES.key("a"), True)]

    driver.run(story)


def test_followers_that_wait_are_woken(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        followers = [asyncio.create_task(take(storage, 0, 500)) for _ in range(3)]
        gone = asyncio.create_task(take(storage, 0, 1))
        await asyncio.sleep(0)
        gone.cancel()  # one that goes away takes nothing from the others
        await asyncio.gather(*(storage.records.write(Put(STAGES.key(str(n)), {})) for n in range(500)))
        for seen in await asyncio.wait_for(asyncio.gather(*followers), 20):
            assert [change.sequence for change in seen] == list(range(1, 501))

    driver.run(story)


def test_a_change_that_is_seen_can_be_read(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        follower = asyncio.create_task(take(storage, 0, 1))
        await asyncio.sleep(0)
        await storage.records.write(Put(STAGES.key("a"), {"n": 1}))
        (change,) = await asyncio.wait_for(follower, 20)
        assert await storage.records.get(change.key) is not None

    driver.run(story)
