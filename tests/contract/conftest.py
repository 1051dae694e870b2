"""Every driver of a port runs the same suite: a new one is a line in DRIVERS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatelet.storage.ports import Storage
from gatelet.storage.sqlite.directory import open_data_directory

Open = Callable[[Path], AbstractAsyncContextManager[Storage]]

DRIVERS: dict[str, Open] = {"sqlite": open_data_directory}


@dataclass(frozen=True)
class Driver:
    """A driver and a place of its own; what one story leaves there, the next one finds."""

    open_at: Open
    place: Path

    def run(self, story: Callable[[Storage], Awaitable[None]]) -> None:
        """Open the store, live the story, close the store."""

        async def opened() -> None:
            async with self.open_at(self.place) as storage:
                await story(storage)

        asyncio.run(opened())


@pytest.fixture(params=DRIVERS)
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Driver:
    """Each driver in turn."""
    return Driver(DRIVERS[request.param], tmp_path / "data")
