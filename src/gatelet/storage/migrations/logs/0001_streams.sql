-- Log streams, and their events in chunks. Times are epoch milliseconds; bytes are those on disk.

create table streams (
    id integer primary key autoincrement,
    account text not null,
    region text not null,
    log_group text not null,
    stream text not null,
    created integer not null,
    first_event integer,
    last_event integer,
    last_ingestion integer,
    stored_bytes integer not null default 0,
    unique (account, region, log_group, stream)
);

create table chunks (
    id integer primary key autoincrement,
    stream_id integer not null references streams (id),
    first_event integer not null,
    last_event integer not null,
    events integer not null,
    bytes integer not null,
    data blob not null
);

create index chunks_of_stream on chunks (stream_id, last_event, first_event, bytes);
