"""The MetricPoints port (storage/metric_points.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from gatelet.storage.metric_points import Distribution, MetricKey, MetricPoint, Thinning
from gatelet.storage.ports import Storage

KEY = MetricKey("000000000000", "us-east-1", "Own", "m", (("a", "1"), ("b", "2")), "Count")


class Driver(Protocol):
    def run(self, story: Any) -> None: ...


def samples(*values: float) -> Distribution:
    found = Distribution()
    for value in values:
        found.add(value)
    return found


def test_points_of_one_moment_are_added_up_and_survive(driver: Driver) -> None:
    async def write(storage: Storage) -> None:
        await storage.metric_points.add([MetricPoint(KEY, 60, samples(1, 5)), MetricPoint(KEY, 120, samples(9))])
        await storage.metric_points.add([MetricPoint(KEY, 60, samples(0.5))])

    async def read(storage: Storage) -> None:
        first, second = await storage.metric_points.read(KEY, 0, 1_000)
        assert (first.key, first.at, first.width, first.samples) == (KEY, 60, 60, samples(1, 5, 0.5))
        assert (second.at, second.samples) == (120, samples(9))
        assert [point.at for point in await storage.metric_points.read(KEY, 61, 120)] == []
        assert [point.at for point in await storage.metric_points.read(KEY, 120, 121)] == [120]

    driver.run(write)
    driver.run(read)


def test_a_metric_is_told_by_scope_namespace_name_dimensions_and_unit(driver: Driver) -> None:
    others = [
        KEY._replace(account="111111111111"),
        KEY._replace(region="eu-west-1"),
        KEY._replace(namespace="Other"),
        KEY._replace(name="n"),
        KEY._replace(dimensions=()),
        KEY._replace(unit="None"),
    ]

    async def story(storage: Storage) -> None:
        await storage.metric_points.add([MetricPoint(key, 60, samples(2)) for key in others])
        await storage.metric_points.add([MetricPoint(KEY, 60, samples(7))])
        points = await storage.metric_points.read(KEY, 0, 100)
        assert {point.key.unit: point.samples.total for point in points} == {"Count": 7, "None": 2}
        here = await storage.metric_points.list(KEY.account, KEY.region, {})
        assert {listing.key for listing in here} == {KEY, *others[2:]}
        named = await storage.metric_points.list(KEY.account, KEY.region, {"namespace": "Own", "name": "n"})
        assert [(listing.key, listing.newest) for listing in named] == [(others[3], 60)]

    driver.run(story)


def test_old_minutes_become_five_and_older_ones_go(driver: Driver) -> None:
    async def story(storage: Storage) -> None:
        points = storage.metric_points
        await points.add([MetricPoint(KEY, 60 * n, samples(n)) for n in range(5, 25)])
        await points.add([MetricPoint(KEY._replace(name=f"m{n}"), 60 * (30 + n), samples(n)) for n in range(4)])
        thinning = Thinning(five_minutes_before=60 * 20, gone_before=60 * 10, metrics=3)
        while await points.thin(thinning):
            pass
        kept = await points.list(KEY.account, KEY.region, {})
        assert [listing.key.name for listing in kept] == ["m1", "m2", "m3"]
        assert await points.read(KEY, 0, 10_000) == []
        await points.add([MetricPoint(KEY, 60 * n, samples(n)) for n in range(5, 25)])
        while await points.thin(replace(thinning, metrics=9)):
            pass
        found = await points.read(KEY, 0, 10_000)
        assert [(point.at, point.width) for point in found] == [(600, 300), (900, 300)] + [
            (60 * n, 60) for n in range(20, 25)
        ]
        assert found[0].samples == samples(10, 11, 12, 13, 14)

    driver.run(story)
