"""The SQL of metrics, the same for every driver."""

from __future__ import annotations

_IDENTITY = """account = :account and region = :region and namespace = :namespace and name = :name
    and dimensions = :dimensions"""

ENTER_METRIC = """insert into metrics (account, region, namespace, name, dimensions, unit, newest)
    values (:account, :region, :namespace, :name, :dimensions, :unit, :at)
    on conflict (account, region, namespace, name, dimensions, unit) do update set newest = max(newest, excluded.newest)
    returning id"""

POINT = (
    "select count, total, low, high, buckets from metric_points where metric_id = :id and at = :at and width = :width"
)

PUT_POINT = """insert into metric_points (metric_id, at, width, count, total, low, high, buckets)
    values (:id, :at, :width, :count, :total, :low, :high, :buckets)
    on conflict (metric_id, at, width) do update set count = excluded.count, total = excluded.total,
    low = excluded.low, high = excluded.high, buckets = excluded.buckets"""

POINTS = f"""select unit, at, width, count, total, low, high, buckets
    from metrics join metric_points on metric_id = id
    where {_IDENTITY} and at >= :start and at < :end order by at, unit"""  # noqa: S608 - constants

LIST_METRICS = """select namespace, name, dimensions, unit, newest from metrics
    where account = :account and region = :region and namespace = coalesce(:namespace, namespace)
    and name = coalesce(:name, name) order by namespace, name, dimensions, unit"""

OLD_MINUTES = """select metric_id, at, count, total, low, high, buckets from metric_points
    where width = 60 and at < :before limit :limit"""

DELETE_POINT = "delete from metric_points where metric_id = :id and at = :at and width = :width"

DELETE_OLD = """delete from metric_points where (metric_id, at, width) in
    (select metric_id, at, width from metric_points where at < :before limit :limit)"""

SURPLUS_METRICS = """select id from metrics where newest < :before or id not in
    (select id from metrics order by newest desc, id desc limit :kept) limit :limit"""

DELETE_POINTS_OF = "delete from metric_points where metric_id = :id"

DELETE_METRIC = "delete from metrics where id = :id"
