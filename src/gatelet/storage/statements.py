"""The SQL of records, changes and log events, with named parameters: one text for every SQL driver.

Only the migrations (and each driver's way of numbering changes) differ between databases.
"""

# ruff: noqa: S608 - every part of these texts stands in this file

from __future__ import annotations

from typing import Final

EVERYTHING: Final = 2**62
"""The ``:limit`` that means no limit."""

_KEY = "service = :service and kind = :kind and account = :account and region = :region and id = :id"
_COLLECTION = "service = :service and kind = :kind and account = :account and region = :region"

GET_RECORD: Final = f"select revision, value, parent from records where {_KEY}"

LIST_RECORDS: Final = f"""
select id, revision, value, parent from records
where {_COLLECTION} and id > :after order by id limit :limit"""

LIST_CHILDREN: Final = f"""
select id, revision, value, parent from records
where {_COLLECTION} and parent = :parent and id > :after order by id limit :limit"""

LIST_EVERYWHERE: Final = """
select account, region, id, revision, value, parent from records
where service = :service and kind = :kind order by account, region, id"""

PUT_ANY: Final = """
insert into records (service, kind, account, region, id, parent, revision, value)
values (:service, :kind, :account, :region, :id, :parent, 1, :value)
on conflict (service, kind, account, region, id)
do update set parent = excluded.parent, value = excluded.value, revision = records.revision + 1"""

PUT_NEW: Final = """
insert into records (service, kind, account, region, id, parent, revision, value)
values (:service, :kind, :account, :region, :id, :parent, 1, :value)
on conflict (service, kind, account, region, id) do nothing"""

PUT_EXPECTED: Final = f"""
update records set parent = :parent, value = :value, revision = revision + 1
where {_KEY} and revision = :expected"""

DELETE_ANY: Final = f"delete from records where {_KEY}"

DELETE_EXPECTED: Final = f"delete from records where {_KEY} and revision = :expected"

ADD_CHANGE: Final = """
insert into changes (service, kind, account, region, id, deleted)
values (:service, :kind, :account, :region, :id, :deleted)"""

LATEST_CHANGE: Final = "select coalesce(max(sequence), 0) from changes"

OLDEST_CHANGE: Final = "select coalesce(min(sequence), 0) from changes"

CHANGES_AFTER: Final = """
select sequence, service, kind, account, region, id, deleted from changes
where sequence > :after order by sequence limit :limit"""

TRIM_CHANGES: Final = "delete from changes where sequence <= :until"

_GROUP = "account = :account and region = :region and log_group = :log_group"

CREATE_STREAM: Final = """
insert into streams (account, region, log_group, stream, created)
values (:account, :region, :log_group, :stream, :created)
on conflict (account, region, log_group, stream) do nothing"""

STREAM_ID: Final = f"select id from streams where {_GROUP} and stream = :stream"

STREAMS_OF_GROUP: Final = f"""
select stream, created, first_event, last_event, last_ingestion, stored_bytes
from streams where {_GROUP} order by stream"""

ADD_CHUNK: Final = """
insert into chunks (stream_id, first_event, last_event, events, bytes, data)
values (:stream_id, :first_event, :last_event, :events, :bytes, :data)"""

GROW_STREAM: Final = """
update streams set
    first_event = case when first_event < :first_event then first_event else :first_event end,
    last_event = case when last_event > :last_event then last_event else :last_event end,
    last_ingestion = case when last_ingestion > :ingestion then last_ingestion else :ingestion end,
    stored_bytes = stored_bytes + :bytes
where id = :stream_id"""

_CHUNKS_OF_GROUP = f"""
select chunks.id, chunks.first_event, chunks.last_event, streams.stream
from chunks join streams on streams.id = chunks.stream_id
where {_GROUP} and chunks.last_event >= :from_time and chunks.first_event <= :to_time"""
_ONE_STREAM = " and streams.stream = :stream"
_OLDEST_FIRST = " order by chunks.first_event, chunks.id"
_NEWEST_FIRST = " order by chunks.last_event desc, chunks.id desc"

GROUP_CHUNKS: Final = _CHUNKS_OF_GROUP + _OLDEST_FIRST
GROUP_CHUNKS_BACKWARDS: Final = _CHUNKS_OF_GROUP + _NEWEST_FIRST
STREAM_CHUNKS: Final = _CHUNKS_OF_GROUP + _ONE_STREAM + _OLDEST_FIRST
STREAM_CHUNKS_BACKWARDS: Final = _CHUNKS_OF_GROUP + _ONE_STREAM + _NEWEST_FIRST

CHUNK_DATA: Final = "select data from chunks where id = :id"

_STREAMS_OF_GROUP = f"select id from streams where {_GROUP}"

DELETE_GROUP_CHUNKS: Final = f"delete from chunks where stream_id in ({_STREAMS_OF_GROUP})"
DELETE_GROUP_STREAMS: Final = f"delete from streams where {_GROUP}"
DELETE_STREAM_CHUNKS: Final = f"delete from chunks where stream_id in ({_STREAMS_OF_GROUP} and stream = :stream)"
DELETE_STREAM: Final = f"delete from streams where {_GROUP} and stream = :stream"

TRIM_GROUP: Final = f"delete from chunks where last_event < :before and stream_id in ({_STREAMS_OF_GROUP})"

_MEASURE = """
update streams set
    first_event = (select min(first_event) from chunks where stream_id = streams.id),
    last_event = (select max(last_event) from chunks where stream_id = streams.id),
    stored_bytes = (select coalesce(sum(bytes), 0) from chunks where stream_id = streams.id)
where """

MEASURE_GROUP: Final = f"{_MEASURE} {_GROUP}"
MEASURE_STREAM: Final = f"{_MEASURE} id = :stream_id"

TOTAL_BYTES: Final = "select coalesce(sum(stored_bytes), 0) from streams"

OLDEST_CHUNKS: Final = "select id, stream_id, bytes from chunks order by id limit :limit"

DELETE_CHUNKS_UNTIL: Final = "delete from chunks where id <= :until"

DELETE_EMPTIED_STREAMS: Final = "delete from streams where stored_bytes = 0 and last_ingestion is not null"
