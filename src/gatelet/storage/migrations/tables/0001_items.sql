-- Definitions of tables, their items, the entries of their indexes, and the records of their streams.
-- An owner is a table's id times 2**20 plus a number: 0 for the table itself, others for indexes and streams.

create table definitions (
    id integer primary key autoincrement,
    account text not null,
    region text not null,
    name text not null,
    revision integer not null,
    document blob not null,
    unique (account, region, name)
);

create table items (
    owner integer not null,
    partition blob not null,
    sort blob not null,
    size integer not null,
    item blob not null,
    primary key (owner, partition, sort)
) without rowid;

create table entries (
    owner integer not null,
    partition blob not null,
    sort blob not null,
    base_partition blob not null,
    base_sort blob not null,
    size integer not null,
    item blob not null,
    primary key (owner, partition, sort, base_partition, base_sort)
) without rowid;

create table counts (
    owner integer primary key,
    items integer not null,
    bytes integer not null
);

create table dropped (
    owner integer primary key
);

create table streams (
    owner integer primary key,
    account text not null,
    region text not null,
    table_name text not null,
    label text not null,
    document blob not null,
    created real not null,
    closed real
);

create table stream_records (
    sequence integer primary key autoincrement,
    owner integer not null,
    created real not null,
    body blob not null
);

create index stream_records_by_owner on stream_records (owner, sequence);

create table tokens (
    name text primary key,
    digest blob not null,
    expires real not null
) without rowid;
