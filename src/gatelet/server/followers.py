"""Readers that follow the committed changes, and writes that return once this process serves them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from gatelet.storage.ports import Change, Changes, Collection, Delete, Key, Put, Record, Records, StorageFailed

_log = logging.getLogger(__name__)

Apply = Callable[[Change], Awaitable[None]]


class Followers:
    """Hands every change to every reader, the changes of one record in order; tells which are served.

    Changes of different records are applied side by side: a reader that takes long over one holds up nobody
    but who waits for that one.
    """

    __slots__ = ("_applying", "_begun", "_changes", "_failure", "_newest", "_readers", "_task", "_waiters")

    def __init__(self, changes: Changes, readers: Sequence[Apply]) -> None:
        self._changes = changes
        self._readers = tuple(readers)
        self._begun = 0
        self._applying: dict[int, asyncio.Task[None]] = {}
        self._newest: dict[Key, asyncio.Task[None]] = {}
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self._failure: StorageFailed | None = None

    @property
    def failed(self) -> bool:
        """Whether changes are no longer followed: what is served grows old."""
        return self._failure is not None

    async def start(self) -> None:
        """Follow from the newest change on; what came before, the readers have loaded."""
        self._begun = await self._changes.latest()
        self._task = asyncio.create_task(self._follow(self._begun), name="followers")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Follow no more."""
        tasks = [*self._applying.values(), *([self._task] if self._task is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def served(self, sequence: int, count: int = 1) -> None:
        """Return once every reader has applied the ``count`` changes that end with that sequence.

        Raises StorageFailed if the changes can no longer be followed.
        """
        if sequence > self._begun:
            if self._failure is not None:
                raise self._failure
            begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((sequence, begun))
            await begun
        own = range(sequence - count + 1, sequence + 1)
        if applying := [self._applying[number] for number in own if number in self._applying]:
            await asyncio.wait(applying)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._failure = StorageFailed("changes are no longer followed")
        if not task.cancelled():
            _log.critical("changes are no longer followed: restart Gatelet", exc_info=task.exception())
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(self._failure)

    async def _follow(self, after: int) -> None:
        async for change in self._changes.follow(after):
            self._begin(change)
            waiting = self._waiters
            self._waiters = [entry for entry in waiting if entry[0] > self._begun]
            for sequence, waiter in waiting:
                if sequence <= self._begun and not waiter.done():
                    waiter.set_result(None)

    def _begin(self, change: Change) -> None:
        task = asyncio.create_task(self._apply(change, self._newest.get(change.key)))
        self._applying[change.sequence] = self._newest[change.key] = task
        self._begun = change.sequence

    async def _apply(self, change: Change, before: asyncio.Task[None] | None) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            for apply in self._readers:
                try:
                    await apply(change)
                except Exception:  # noqa: BLE001 - a background task: one reader's fault must not stop the others
                    _log.exception("a change of %s could not be applied", change.key)
        finally:
            if self._newest.get(change.key) is self._applying.pop(change.sequence):
                del self._newest[change.key]


class ServedRecords:
    """Records whose writes return only after this process serves the change (design section 3).

    Nor does a read tell of a change before it is served: a client that sees ``LastUpdateStatus`` Successful may
    count on the new code.
    """

    __slots__ = ("_followers", "_inner", "_writing")

    def __init__(self, inner: Records, followers: Followers) -> None:
        self._inner = inner
        self._followers = followers
        self._writing: dict[Key, asyncio.Future[None]] = {}

    async def get(self, key: Key) -> Record | None:
        """One record, or None."""
        record = await self._inner.get(key)
        await self._until_served(key)
        return record

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        """Records of a collection."""
        records = await self._inner.list(collection, parent, after=after, limit=limit)
        for key in [key for key in self._writing if collection.key(key.id) == key]:
            await self._until_served(key)
        return records

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        """Records of one kind in every scope."""
        return await self._inner.list_everywhere(service, kind)

    async def write(self, *writes: Put | Delete) -> int:
        """Write durably, then wait until the change is served."""
        served: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        own = [write.key for write in writes]
        self._writing.update(dict.fromkeys(own, served))
        try:
            sequence = await self._inner.write(*writes)
            await self._followers.served(sequence, len(writes))
            return sequence
        finally:
            served.set_result(None)
            for key in own:
                if self._writing.get(key) is served:
                    del self._writing[key]

    async def _until_served(self, key: Key) -> None:
        served = self._writing.get(key)
        if served is not None:
            await asyncio.shield(served)
