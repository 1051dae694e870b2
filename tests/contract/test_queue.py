"""The Queue port (storage/queue.py)."""

from __future__ import annotations

from typing import Any, Protocol

import pytest

from gatelet.storage.ports import QueueFull, Storage
from gatelet.storage.queue import Lease, LeasedMessage, Message, QueueBounds, QueueHead, QueueSize

BOUNDS = QueueBounds(messages=5, bytes=100, all_messages=7, all_bytes=120)


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


def message(body: str = "a", queue: str = "q", due: int = 10, state: bytes = b"") -> Message:
    return Message(queue, due, body.encode(), state)


async def fill(storage: Storage, *messages: Message) -> None:
    for one in messages:
        await storage.queue.put(one, BOUNDS)


async def bodies(storage: Storage, now: int, limit: int = 10, queue: str = "q", until: int = 1_000) -> list[str]:
    return [leased.message.body.decode() for leased in await take(storage, now, limit, queue, until)]


async def take(
    storage: Storage, now: int, limit: int = 10, queue: str = "q", until: int = 1_000
) -> list[LeasedMessage]:
    return list(await storage.queue.take(queue, now=now, until=until, limit=limit))


def test_messages_are_ordered_by_due_time_then_arrival(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message("late", due=30), message("b", due=20), message("c", due=20), message("a", due=10))
        assert await bodies(storage, now=9) == []
        assert await bodies(storage, now=20, limit=2) == ["a", "b"]
        assert await bodies(storage, now=20) == ["c"], "what is leased is nobody else's"
        assert await bodies(storage, now=30) == ["late"]

    driver.run(story)


def test_a_message_comes_as_it_was_put(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        given = Message("q", 10, bytes(range(256))[:100], b"\x00state")
        await fill(storage, given)
        assert [leased.message for leased in await take(storage, 10)] == [given]

    driver.run(story)


def test_queues_are_apart(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message("a", "one", due=20), message("b", "two", due=10))
        assert await storage.queue.heads(0) == [QueueHead("two", 10), QueueHead("one", 20)]
        assert await bodies(storage, 20, queue="one") == ["a"]
        assert await storage.queue.heads(20) == [QueueHead("two", 10)]
        assert await storage.queue.size("one") == QueueSize(1, 1)
        assert await storage.queue.size("three") == QueueSize(0, 0)
        assert (await storage.queue.total()).messages == 2

    driver.run(story)


def test_what_is_acknowledged_never_comes_again(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message())
        (leased,) = await take(storage, 10)
        assert await storage.queue.acknowledge(leased.lease)
        assert not await storage.queue.acknowledge(leased.lease)
        assert await storage.queue.size("q") == QueueSize(0, 0)
        assert await storage.queue.heads(5_000) == []

    async def later(storage: Storage) -> None:
        assert await bodies(storage, now=5_000) == []

    driver.run(story)
    driver.run(later)


def test_what_follows_is_stored_in_the_same_commit(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message("cause"))
        (leased,) = await take(storage, 10)
        effect = message("effect", "other", due=50)
        assert await storage.queue.acknowledge(leased.lease, [effect])
        assert not await storage.queue.acknowledge(leased.lease, [message("again", "other")])
        assert [one.message for one in await take(storage, 50, queue="other")] == [effect]

    driver.run(story)


def test_a_released_message_is_due_anew_with_its_state(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message("first", due=10), message("second", due=11))
        (leased,) = await take(storage, 11, limit=1)
        assert await storage.queue.release(leased.lease, due=60, state=b"one")
        assert not await storage.queue.release(leased.lease, due=12, state=b"two")
        assert await bodies(storage, now=59) == ["second"]
        (again,) = await take(storage, 60)
        assert again.message == Message("q", 60, b"first", b"one")

    driver.run(story)


def test_a_lease_that_is_over_is_another_s(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message())
        (first,) = await take(storage, 10, until=20)
        assert await take(storage, 19) == []
        (second,) = await take(storage, 20, until=40)
        assert second.lease != first.lease
        assert not await storage.queue.acknowledge(first.lease)
        assert not await storage.queue.release(first.lease, due=0, state=b"")
        assert await storage.queue.acknowledge(second.lease)

    driver.run(story)


def test_a_lease_can_be_kept_longer_by_its_holder_alone(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message())
        (leased,) = await take(storage, 10, until=20)
        await storage.queue.extend([leased.lease, Lease(leased.lease.id + 1, 1)], 40)
        assert await take(storage, 39) == []
        (other,) = await take(storage, 40, until=50)
        await storage.queue.extend([leased.lease], 90)
        assert len(await take(storage, 50)) == 1
        assert not await storage.queue.acknowledge(other.lease)

    driver.run(story)


def test_leases_end_with_the_process_that_took_them(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, message("a"), message("b"))
        await take(storage, 10, until=10**12)

    async def later(storage: Storage) -> None:
        assert await bodies(storage, now=10) == ["a", "b"]

    driver.run(story)
    driver.run(later)


@pytest.mark.parametrize(
    ("held", "one_more"),
    [
        ([message() for _ in range(5)], message()),
        ([message("x" * 99)], message("xx")),
        ([message("x" * 20, str(number)) for number in range(6)], message("x")),
        ([message(queue=str(number)) for number in range(7)], message()),
    ],
    ids=["messages", "bytes", "all_bytes", "all_messages"],
)
def test_a_message_over_a_bound_is_refused(driver: Driver, held: list[Message], one_more: Message) -> None:
    async def story(storage: Storage) -> None:
        await fill(storage, *held)
        with pytest.raises(QueueFull):
            await fill(storage, one_more)
        (leased, *_) = await take(storage, 10, queue=held[0].queue)
        await storage.queue.acknowledge(leased.lease)
        await fill(storage, one_more)

    driver.run(story)
