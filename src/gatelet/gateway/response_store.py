"""Where kept responses are, and which of them are being made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import Cache
from gatelet.gateway.caching import CachePlan

Place = tuple[str, str]
"""Namespace and key."""


class ResponseStore:
    """A cache that loses an answer rather than a request: without its server there is nothing in it."""

    __slots__ = ("_limit", "_refilling", "cache")

    def __init__(self, cache: Cache, limit: int) -> None:
        """``limit`` in bytes: what a stage may take on this machine, whatever size it names."""
        self.cache = cache
        self._limit = limit
        self._refilling: dict[Place, asyncio.Future[None]] = {}

    async def get(self, plan: CachePlan, key: str, now: float) -> bytes | None:
        """The kept answer."""
        try:
            return await self.cache.get(plan.namespace, key, now)
        except CountersUnavailable:
            return None

    async def generation(self, plan: CachePlan) -> int | None:
        """For ``put``, before an answer is made; None: none can be kept."""
        try:
            return await self.cache.generation(plan.namespace)
        except CountersUnavailable:
            return None

    async def put(self, plan: CachePlan, key: str, packed: bytes, generation: int, now: float) -> None:
        """Keep an answer, unless the cache was flushed since its ``generation``: that may have meant this answer."""
        capacity = min(plan.capacity, self._limit)
        try:
            await self.cache.put(
                plan.namespace, key, packed, generation=generation, ttl=plan.ttl, capacity=capacity, now=now
            )
        except CountersUnavailable:
            return

    async def flush(self, namespace: str) -> None:
        """Forget a namespace's answers, those in the making with them, in every process. Raises CountersUnavailable."""
        await self.cache.flush(namespace)

    def refill_of(self, place: Place) -> asyncio.Future[None] | None:
        """Done when who refills the place now has ended, well or not; None: nobody does."""
        return self._refilling.get(place)

    @contextmanager
    def refilling(self, place: Place) -> Iterator[None]:
        """Others wait for the place until the block ends."""
        done = self._refilling[place] = asyncio.get_running_loop().create_future()
        try:
            yield
        finally:
            if self._refilling.get(place) is done:
                del self._refilling[place]
            done.set_result(None)
