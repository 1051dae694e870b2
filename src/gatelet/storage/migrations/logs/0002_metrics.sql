-- What is measured, and the samples of a minute (later of five) summed up. Times are epoch seconds.

create table metrics (
    id integer primary key autoincrement,
    account text not null,
    region text not null,
    namespace text not null,
    name text not null,
    dimensions text not null,
    unit text not null,
    newest integer not null,
    unique (account, region, namespace, name, dimensions, unit)
);

create table metric_points (
    metric_id integer not null references metrics (id),
    at integer not null,
    width integer not null,
    count real not null,
    total real not null,
    low real not null,
    high real not null,
    buckets text not null,
    primary key (metric_id, at, width)
) without rowid;

create index metric_points_by_age on metric_points (width, at);
