"""Metrics in the file of the logs, with its durability: they survive the process, not always the machine's crash."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from gatelet.storage import metric_statements as statements
from gatelet.storage.metric_points import Distribution, MetricKey, MetricListing, MetricPoint, Thinning
from gatelet.storage.sqlite.reader import Reader
from gatelet.storage.sqlite.writer import Writer

_AT_ONCE = 500
_FIVE_MINUTES = 300


class SqliteMetricPoints:
    """Implements gatelet.storage.metric_points.MetricPoints."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def add(self, points: Sequence[MetricPoint]) -> None:
        """See MetricPoints. The points stay unchanged until this returns."""
        for start in range(0, len(points), _AT_ONCE):
            await self._writer.run(partial(_add, points[start : start + _AT_ONCE]))

    async def read(self, key: MetricKey, start: int, end: int) -> Sequence[MetricPoint]:
        """See MetricPoints."""

        def point(row: tuple[Any, ...]) -> MetricPoint:
            return MetricPoint(key._replace(unit=row[0]), row[1], _samples(row[3:]), row[2])

        return await self._reader.many(statements.POINTS, _columns(key) | {"start": start, "end": end}, point)

    async def list(self, account: str, region: str, filters: Mapping[str, str]) -> Sequence[MetricListing]:
        """See MetricPoints."""
        columns = {"account": account, "region": region, "namespace": None, "name": None, **filters}

        def listing(row: tuple[Any, ...]) -> MetricListing:
            dimensions = tuple((name, value) for name, value in orjson.loads(row[2]))
            return MetricListing(MetricKey(account, region, row[0], row[1], dimensions, row[3]), row[4])

        return await self._reader.many(statements.LIST_METRICS, columns, listing)

    async def thin(self, thinning: Thinning) -> int:
        """See MetricPoints."""
        return await self._writer.run(partial(_thin, thinning))


def _columns(key: MetricKey) -> dict[str, Any]:
    return {**key._asdict(), "dimensions": orjson.dumps(key.dimensions).decode()}


def _samples(row: tuple[Any, ...]) -> Distribution:
    count, total, low, high, buckets = row
    return Distribution(count, total, low, high, {int(bucket): times for bucket, times in orjson.loads(buckets)})


def _add(points: Sequence[MetricPoint], connection: sqlite3.Connection) -> None:
    for key, at, samples, width in points:
        (metric,) = connection.execute(statements.ENTER_METRIC, _columns(key) | {"at": at}).fetchone()
        _merge(metric, at, width, samples, connection)


def _merge(metric: int, at: int, width: int, samples: Distribution, connection: sqlite3.Connection) -> None:
    place = {"id": metric, "at": at, "width": width}
    row = connection.execute(statements.POINT, place).fetchone()
    held = samples
    if row is not None:
        held = _samples(row)
        held.merge(samples)
    connection.execute(
        statements.PUT_POINT,
        place
        | {"count": held.count, "total": held.total, "low": held.low, "high": held.high}
        | {"buckets": orjson.dumps(list(held.buckets.items())).decode()},
    )


def _thin(thinning: Thinning, connection: sqlite3.Connection) -> int:
    gone = {"before": thinning.gone_before, "limit": _AT_ONCE}
    touched = connection.execute(statements.DELETE_OLD, gone).rowcount
    old = {"before": thinning.five_minutes_before, "limit": _AT_ONCE}
    rows = connection.execute(statements.OLD_MINUTES, old).fetchall()
    for metric, at, *samples in rows:
        _merge(metric, at - at % _FIVE_MINUTES, _FIVE_MINUTES, _samples(tuple(samples)), connection)
        connection.execute(statements.DELETE_POINT, {"id": metric, "at": at, "width": 60})
    surplus = connection.execute(statements.SURPLUS_METRICS, gone | {"kept": thinning.metrics}).fetchall()
    for (metric,) in surplus:
        connection.execute(statements.DELETE_POINTS_OF, {"id": metric})
        connection.execute(statements.DELETE_METRIC, {"id": metric})
    return touched + len(rows) + len(surplus)
