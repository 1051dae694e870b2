-- Messages that wait for work to be done, and what each queue holds. Times are epoch milliseconds.

create table queue_messages (
    id integer primary key autoincrement,
    queue text not null,
    due integer not null,
    leased_until integer not null default 0,
    leases integer not null default 0,
    state blob not null,
    body blob not null
);

create index queue_messages_due on queue_messages (queue, due, id, leased_until);

create table queues (
    queue text primary key,
    messages integer not null,
    bytes integer not null
);
