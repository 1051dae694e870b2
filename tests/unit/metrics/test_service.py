"""Metrics of a process: folded by the minute, kept on disk, thinned out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gatelet.metrics.requests import MethodLabels
from gatelet.metrics.service import Metrics
from gatelet.storage.metric_points import MetricKey, MetricPoint
from gatelet.storage.ports import StorageFailed, StorageFull
from gatelet.storage.sqlite.directory import open_data_directory

NOON = 1_767_268_800
LABELS = MethodLabels("000000000000", "us-east-1", "abc", "users", "prod")
COUNT = MetricKey("000000000000", "us-east-1", "AWS/ApiGateway", "Count", (("ApiName", "users"),))


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = float(NOON)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


def request(metrics: Metrics) -> None:
    which = ("arn", "users", False)
    (metrics.requests.get(which) or metrics.requests.open(which, LABELS)).record(200, 1.0, None, None)


async def counts(metrics: Metrics, start: int = 0, end: int = NOON * 2) -> list[tuple[int, float]]:
    return [(point.at - NOON, point.samples.total) for point in await metrics.read(COUNT, start, end)]


def test_what_is_counted_belongs_to_its_minute_and_survives(tmp_path: Path) -> None:
    clock = HandClock()

    async def first() -> None:
        async with open_data_directory(tmp_path) as data:
            metrics = Metrics(data.metric_points, clock)
            request(metrics)
            assert await counts(metrics) == [(0, 1)]
            clock.at += 59
            request(metrics)
            await metrics.flush()
            clock.at += 1
            await metrics.flush()
            request(metrics)
            request(metrics)
            assert await counts(metrics) == [(0, 2), (60, 2)]

    async def second() -> None:
        async with open_data_directory(tmp_path) as data:
            metrics = Metrics(data.metric_points, clock)
            async with metrics.kept():
                request(metrics)
            assert await counts(metrics) == [(0, 2), (60, 3)]

    asyncio.run(first())
    asyncio.run(second())


def test_after_three_hours_minutes_become_five_and_after_fifteen_days_they_go(tmp_path: Path) -> None:
    clock = HandClock()

    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            metrics = Metrics(data.metric_points, clock)
            for _ in range(7):
                request(metrics)
                await metrics.flush()
                clock.at += 60
                await metrics.flush()
            clock.at = NOON + 3 * 60 * 60 + 60 * 5
            await metrics.thin()
            assert await counts(metrics) == [(0, 5), (300, 1), (360, 1)]
            clock.at = NOON + 15 * 24 * 60 * 60 + 1
            await metrics.thin()
            assert await counts(metrics) == [(300, 2)]

    asyncio.run(story())


@pytest.mark.parametrize("error", [StorageFull("full"), StorageFailed("failed")], ids=["full", "failed"])
def test_a_store_that_fails_costs_metrics_and_nothing_else(tmp_path: Path, error: Exception) -> None:
    class Failing:
        async def add(self, points: Any) -> None:
            raise error

    async def story() -> None:
        metrics = Metrics(Failing(), HandClock())  # type: ignore[arg-type]
        request(metrics)
        await metrics.flush()
        assert metrics.dropped == 8  # four metrics of the API, and of the stage

    asyncio.run(story())


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            metrics = Metrics(data.metric_points, HandClock(), pending=3)
            request(metrics)
            await metrics.flush()
            assert metrics.dropped == 5

    asyncio.run(story())


def test_what_others_put_is_there_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_data_directory(tmp_path) as data:
            metrics = Metrics(data.metric_points, HandClock())
            request(metrics)
            await metrics.fold()
            ((_, samples), *_) = metrics._pending.items()
            await metrics.put([MetricPoint(COUNT._replace(namespace="Own"), NOON, samples)])
            listed = await metrics.list("000000000000", "us-east-1", {"namespace": "Own"})
            assert [listing.key.namespace for listing in listed] == ["Own"]

    asyncio.run(story())
