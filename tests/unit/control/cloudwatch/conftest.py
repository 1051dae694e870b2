"""CloudWatch's operations over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.control.plane import Plane

from gatelet.metrics.service import Metrics
from gatelet.storage.sqlite.directory import open_data_directory


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[Plane]:
    """A plane of CloudWatch with metrics."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        data = runner.run(stack.enter_async_context(open_data_directory(tmp_path)))
        plane = Plane(runner, "cloudwatch")
        plane.ports = replace(plane.ports, metrics=Metrics(data.metric_points, plane.clock))
        yield plane
        runner.run(stack.aclose())
