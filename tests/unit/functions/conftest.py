"""Function services: ``world`` is shared by the tests of a file, ``make_world`` makes one to a test's measure."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.world import World, open_world

_ON_LINUX = ["test_templates.py", "test_fork_servers.py", "test_layers_of_the_sandbox.py"]
collect_ignore = [] if sys.platform == "linux" else _ON_LINUX
"""Elsewhere no process is forked, and there is no sandbox."""


@contextmanager
def running_world(place: Path, **settings: Any) -> Iterator[World]:
    """A world and its loop."""
    with asyncio.Runner() as runner:
        manager = open_world(place, runner, **settings)
        world = runner.run(manager.__aenter__())
        try:
            yield world
        finally:
            runner.run(manager.__aexit__(None, None, None))


@pytest.fixture(scope="module", params=[True, False], ids=["zygote", "spawn"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both ways of starting a worker."""
    with running_world(tmp_path_factory.mktemp("world"), fork=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The usual way only: where the way of starting makes no difference."""
    with running_world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """``make_world(**settings)``."""
    with ExitStack() as stack:
        numbers = iter(range(100))

        def make(**settings: Any) -> World:
            return stack.enter_context(running_world(tmp_path / str(next(numbers)), **settings))

        yield make
