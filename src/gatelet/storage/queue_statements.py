"""The SQL of queues, with named parameters: one text for every SQL driver."""

from __future__ import annotations

from typing import Final

ADD_MESSAGE: Final = """
insert into queue_messages (queue, due, state, body) values (:queue, :due, :state, :body)"""

GROW_QUEUE: Final = """
insert into queues (queue, messages, bytes) values (:queue, 1, :bytes)
on conflict (queue) do update set messages = queues.messages + 1, bytes = queues.bytes + :bytes"""

SHRINK_QUEUE: Final = "update queues set messages = messages - 1, bytes = bytes - :bytes where queue = :queue"

FORGET_EMPTY_QUEUE: Final = "delete from queues where queue = :queue and messages = 0"

QUEUE_SIZE: Final = """
select coalesce(sum(messages), 0), coalesce(sum(bytes), 0) from queues where queue = :queue"""

ALL_SIZES: Final = "select coalesce(sum(messages), 0), coalesce(sum(bytes), 0) from queues"

HEADS: Final = """
select queue, due from (
    select queue, (
        select due from queue_messages as held
        where held.queue = queues.queue and leased_until <= :now order by due, id limit 1
    ) as due from queues
) as waiting where due is not null order by due, queue"""

FREE_MESSAGES: Final = """
select id, leases, due, state, body from queue_messages
where queue = :queue and due <= :now and leased_until <= :now order by due, id limit :limit"""

LEASE_MESSAGE: Final = """
update queue_messages set leased_until = :until, leases = leases + 1 where id = :id"""

EXTEND_LEASE: Final = """
update queue_messages set leased_until = :until where id = :id and leases = :number"""

RELEASE_MESSAGE: Final = """
update queue_messages set leased_until = 0, due = :due, state = :state, leases = leases + 1
where id = :id and leases = :number"""

LEASED_MESSAGE: Final = "select queue, length(body) from queue_messages where id = :id and leases = :number"

DELETE_MESSAGE: Final = "delete from queue_messages where id = :id"

END_ALL_LEASES: Final = "update queue_messages set leased_until = 0, leases = leases + 1 where leased_until > 0"
