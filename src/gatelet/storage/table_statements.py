"""The SQL of tables, with named parameters where speed allows: one text for every SQL driver."""

# ruff: noqa: S105, S608 - tokens are no secrets; every part of these texts stands in this file

from __future__ import annotations

from typing import Final

LIST_DEFINITIONS: Final = """
select id, account, region, name, revision, document from definitions order by account, region, name"""
ADD_DEFINITION: Final = """
insert into definitions (account, region, name, revision, document)
values (:account, :region, :name, 1, :document)
on conflict (account, region, name) do nothing returning id"""
REPLACE_DEFINITION: Final = """
update definitions set document = :document, revision = revision + 1 where id = :id and revision = :revision"""
REMOVE_DEFINITION: Final = "delete from definitions where id = :id and revision = :revision"
GET_REVISION: Final = "select revision from definitions where id = ?"

GET_ITEM: Final = "select item from items where owner = ? and partition = ? and sort = ?"
PUT_ITEM: Final = """
insert into items (owner, partition, sort, size, item) values (?, ?, ?, ?, ?)
on conflict (owner, partition, sort) do update set size = excluded.size, item = excluded.item"""
DELETE_ITEM: Final = "delete from items where owner = ? and partition = ? and sort = ?"
PUT_ENTRY: Final = """
insert into entries (owner, partition, sort, base_partition, base_sort, item, size) values (?, ?, ?, ?, ?, ?, ?)
on conflict (owner, partition, sort, base_partition, base_sort)
do update set size = excluded.size, item = excluded.item"""
DELETE_ENTRY: Final = """
delete from entries where owner = ? and partition = ? and sort = ? and base_partition = ? and base_sort = ?"""
COUNT: Final = """
insert into counts (owner, items, bytes) values (?, ?, ?)
on conflict (owner) do update set items = counts.items + excluded.items, bytes = counts.bytes + excluded.bytes"""
RECOUNT: Final = """
insert into counts (owner, items, bytes)
select :owner, count(*), coalesce(sum(size), 0) from entries where owner = :owner
on conflict (owner) do update set items = excluded.items, bytes = excluded.bytes"""
GET_COUNT: Final = "select items, bytes from counts where owner = :owner"

PUT_STREAM: Final = """
insert into streams (owner, account, region, table_name, label, document, created, closed)
values (:owner, :account, :region, :table, :label, :document, :created, :closed)
on conflict (owner) do update set document = excluded.document, closed = excluded.closed"""
LIST_STREAMS: Final = """
select owner, account, region, table_name, label, document, created, closed from streams
where account = :account and region = :region order by owner"""
ADD_RECORD: Final = "insert into stream_records (owner, created, body) values (?, ?, ?)"
RECORDS_AFTER: Final = """
select sequence, created, body from stream_records where owner = :owner and sequence > :after
order by sequence limit :limit"""
RECORD_BOUNDS: Final = """
select coalesce(min(sequence), 0), coalesce(max(sequence), 0) from stream_records where owner = :owner"""
LATEST_RECORD: Final = "select coalesce(max(sequence), 0) from stream_records"
OLD_RECORDS: Final = "select sequence, created from stream_records order by sequence limit :limit"
TRIM_RECORDS: Final = "delete from stream_records where sequence <= :until"
TRIM_STREAMS: Final = "delete from streams where closed < :before"
TRIM_TOKENS: Final = "delete from tokens where expires < :now"

GET_TOKEN: Final = "select digest from tokens where name = :name and expires >= :now"
PUT_TOKEN: Final = """
insert into tokens (name, digest, expires) values (:name, :digest, :expires)
on conflict (name) do update set digest = excluded.digest, expires = excluded.expires"""

DROP_OWNER: Final = "insert into dropped (owner) values (:owner) on conflict (owner) do nothing"
FIRST_DROPPED: Final = "select owner from dropped order by owner limit 1"
PURGE_ITEMS: Final = """
delete from items where owner = :owner and (partition, sort) in
(select partition, sort from items where owner = :owner limit :limit)"""
PURGE_ENTRIES: Final = """
delete from entries where owner = :owner and (partition, sort, base_partition, base_sort) in
(select partition, sort, base_partition, base_sort from entries where owner = :owner limit :limit)"""
PURGE_RECORDS: Final = "delete from counts where owner = :owner"
FORGET_DROPPED: Final = "delete from dropped where owner = :owner"


def page_statement(*, entries: bool, one_partition: bool, ended: bool, continued: bool, backwards: bool) -> str:
    """The rows of a range (see ports.PageRange), in order.

    Parameters: owner, partition (one_partition), low, high (ended), and of ``after`` (continued) after_partition,
    after_sort, after_base_partition, after_base_sort.
    """
    table, base = ("entries", "base_partition, base_sort") if entries else ("items", "x'', x''")
    sorted_by = "sort" if one_partition else "partition"
    order = ["sort"] if one_partition else ["partition", "sort"]
    if entries:
        order += ["base_partition", "base_sort"]
    where = ["owner = :owner"]
    if one_partition:
        where.append("partition = :partition")
    where.append(f"{sorted_by} >= :low")
    if ended:
        where.append(f"{sorted_by} < :high")
    if continued:
        sign = "<" if backwards else ">"
        where.append(f"({', '.join(order)}) {sign} ({', '.join(f':after_{column}' for column in order)})")
    direction = " desc" if backwards else ""
    ordered = ", ".join(column + direction for column in order)
    return f"select partition, sort, {base}, item, size from {table} where {' and '.join(where)} order by {ordered}"
