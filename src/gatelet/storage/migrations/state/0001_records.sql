-- Documents, and the sequence of their changes.

create table records (
    service text not null,
    kind text not null,
    account text not null,
    region text not null,
    id text not null,
    parent text not null,
    revision integer not null,
    value blob not null,
    primary key (service, kind, account, region, id)
);

create index records_by_parent on records (service, kind, account, region, parent, id);

create table changes (
    sequence integer primary key autoincrement,
    service text not null,
    kind text not null,
    account text not null,
    region text not null,
    id text not null,
    deleted integer not null
);
