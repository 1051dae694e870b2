"""Heavy work of user pools in threads: a few pieces side by side, a bounded number that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gatelet.aws import quotas

_T = TypeVar("_T")


class Busy(Exception):
    """Too many wait already."""


class Gate:
    """Runs functions in threads."""

    __slots__ = ("_slots", "_waiting")

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(quotas.PASSWORD_CHECKS_AT_ONCE)
        self._waiting = 0

    async def run(self, function: Callable[..., _T], *arguments: object) -> _T:
        """What the function returns. Raises Busy, and what the function raises."""
        if self._waiting >= quotas.PASSWORD_CHECKS_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(function, *arguments)
        finally:
            self._waiting -= 1
