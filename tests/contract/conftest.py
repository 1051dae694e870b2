"""Every driver of a port runs the same suite: a new one is a line in DRIVERS."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.counters import Story, in_memory, in_valkey, serving
from tests.contract.counters_server import CountersServer

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


@pytest.fixture(scope="module")
def server() -> Iterator[CountersServer]:
    with serving() as running:
        yield running


@pytest.fixture
def own() -> Iterator[CountersServer]:
    """A test's own server."""
    with serving() as running:
        yield running


@pytest.fixture(params=["memory", "valkey"])
def live(request: pytest.FixtureRequest, server: CountersServer) -> Callable[[Story], None]:
    """Live a story with each driver in turn."""

    def run(story: Story) -> None:
        async def opened() -> None:
            opening = in_memory() if request.param == "memory" else in_valkey(server.url, request.node.name)
            async with opening as counters:
                await story(counters)

        asyncio.run(opened())

    return run
