"""Limits of concurrency that several processes keep together: what this one holds of each.

A limit's calls to the store go one after the other: what comes while one is under way goes together in the next.
While the store does not answer, every process keeps the limits by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import LEASE_SECONDS, Leases
from gatelet.functions.concurrency import Lease, Limit

_REMINDER_SECONDS = LEASE_SECONDS / 3
_SETTLE_SECONDS = 1.0
"""How long a stop waits until the others know that nothing is held here any more."""


class _Share:
    """What this process holds of one limit. The store is never told less than that."""

    __slots__ = ("_empty", "_held", "_leases", "_limit", "_said", "_waiting", "talk")

    def __init__(self, leases: Leases, limit: Limit, empty: Callable[[str], None]) -> None:
        self._leases = leases
        self._limit = limit
        self._empty = empty
        self._held = 0
        self._said: int | None = 0
        """What the store knows; None: nobody can tell until it answers again."""
        self._waiting: list[tuple[Lease, asyncio.Future[bool]]] = []
        self.talk: asyncio.Task[None] | None = None
        """The calls that are under way."""

    def want(self, lease: Lease, limit: Limit) -> asyncio.Future[bool]:
        """Whether the lease got one; from then on it gives it back with its release."""
        self._limit = limit
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((lease, answer))
        self._begin()
        return answer

    async def remind(self) -> None:
        """Say again what is held here."""
        await asyncio.wait([self._begin()])

    def _give_back(self) -> None:
        self._held -= 1
        self._begin()

    def _begin(self) -> asyncio.Task[None]:
        if self.talk is None:
            self.talk = asyncio.get_running_loop().create_task(self._talk())
        return self.talk

    async def _talk(self) -> None:
        try:
            await self._say()
            while self._waiting or self._said not in (None, self._held):
                await self._say()
        except Exception as error:
            self._refuse(error)
            raise
        finally:
            self.talk = None
            if not self._held:  # what the store may still count ends by itself
                self._empty(self._limit.name)

    async def _say(self) -> None:
        wanted, held = len(self._waiting), self._held
        try:
            granted = await self._leases.hold(self._limit.name, self._limit.most, held, wanted)
            self._said = held + granted
        except CountersUnavailable:
            granted, self._said = wanted, None
        answered, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        for place, (lease, answer) in enumerate(answered):
            if answer.done():
                continue  # nobody waits any more
            if place < granted:
                self._held += 1
                lease.share(self._give_back)
            answer.set_result(place < granted)

    def _refuse(self, error: Exception) -> None:
        """Whatever happens, nobody waits for ever."""
        for _, answer in self._waiting:
            if not answer.done():
                answer.set_exception(error)


class SharedLeases:
    """The limits of which this process holds something."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._shares: dict[str, _Share] = {}

    async def join(self, lease: Lease, limit: Limit) -> bool:
        """Count an event of this process in the limit of all, if it has room; otherwise the lease is released."""
        share = self._shares.get(limit.name)
        if share is None:
            share = self._shares[limit.name] = _Share(self._leases, limit, self._forget)
        joined = False
        try:
            joined = await share.want(lease, limit)
        finally:
            if not joined:
                lease.release()
        return joined

    def _forget(self, name: str) -> None:
        del self._shares[name]

    async def remind(self) -> None:
        """Say again what is held, before it is forgotten."""
        for share in list(self._shares.values()):
            await share.remind()

    @property
    def limits(self) -> int:
        """Of how many limits this process holds something."""
        return len(self._shares)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """What is held stays held meanwhile; at the end the others are told what was given back."""
        reminders = asyncio.get_running_loop().create_task(self._remind_again())
        try:
            yield
        finally:
            reminders.cancel()
            talks = [share.talk for share in self._shares.values() if share.talk is not None]
            if talks:
                await asyncio.wait(talks, timeout=_SETTLE_SECONDS)

    async def _remind_again(self) -> None:
        while True:
            await asyncio.sleep(_REMINDER_SECONDS)
            await self.remind()
