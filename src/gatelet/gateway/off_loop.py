"""Work that users decide the size of (templates, patterns): small at once, anything more in a thread.

It is tried with little effort first. Work that runs into its limits then starts again in a thread with all of it,
so the event loop is held for a moment only, whatever a template does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeVar

from gatelet.aws import quotas
from gatelet.gateway import jsonpath, vtl

Result = TypeVar("Result")

_THREADS = 2
"""At once: pure Python gains nothing from more, and the loop has to get its turn between them."""


class Effort(Enum):
    """How much a piece of work may take.

    ``visits``: what reading JSONPaths and matching patterns may cost, all together in one piece of work.
    ``limits``: what rendering a template may use.
    """

    LITTLE = 5_000, vtl.Limits(steps=4_000, characters=256 * quotas.KIB)
    """What the event loop may be held for: well under 5 ms."""
    FULL = quotas.JSONPATH_VISITS, vtl.Limits()
    """What AWS lets a template do, as far as it bounds it."""

    def __init__(self, visits: int, limits: vtl.Limits) -> None:
        self.visits = visits
        self.limits = limits


LARGE_BYTES: Final = 32 * quotas.KIB
"""A body from here on is worked on in a thread at once."""


_TOO_MUCH: Final = (vtl.LimitExceeded, jsonpath.LimitExceeded)


def attempt(work: Callable[[Effort], Result]) -> Result | None:
    """The result of work that gives one with little effort; None: it is too much for the event loop."""
    try:
        return work(Effort.LITTLE)
    except _TOO_MUCH:
        return None


class OffLoop:
    """Runs such work; bounded in total."""

    __slots__ = ("_room",)

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_THREADS)

    async def run(self, work: Callable[[Effort], Result], *, large: bool) -> Result:
        """The work's result. ``large``: it is known to be too much for the loop. Raises what the work raises.

        The work may be begun twice and must not mind.
        """
        if not large:
            try:
                return work(Effort.LITTLE)
            except _TOO_MUCH:
                pass  # or just too much for here
        async with self._room:
            return await asyncio.to_thread(work, Effort.FULL)
