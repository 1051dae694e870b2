"""The port of durable queues: messages that are worked on at least once, whatever dies in between.

Its errors are those of gatelet.storage.ports (QueueFull, StorageFull, StorageFailed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """Work for later. ``due`` is when, in epoch milliseconds; a queue comes into being with its first message.

    ``state`` is what the worker wants to know again at the next attempt; ``body`` never changes.
    """

    queue: str
    due: int
    body: bytes
    state: bytes = b""


@dataclass(frozen=True, slots=True)
class QueueBounds:
    """How much may wait: in the message's own queue, and in all together. Bytes are those of bodies."""

    messages: int
    bytes: int
    all_messages: int
    all_bytes: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one message, until another takes it after the lease's end."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class LeasedMessage:
    """A message and the lease on it."""

    lease: Lease
    message: Message


@dataclass(frozen=True, slots=True)
class QueueHead:
    """A queue with messages that nobody works on: the earliest is due then (epoch milliseconds)."""

    queue: str
    due: int


@dataclass(frozen=True, slots=True)
class QueueSize:
    """What a queue holds, leased messages included."""

    messages: int
    bytes: int


class Queue(Protocol):
    """Queues by name, each ordered by due time, then arrival.

    A lease ends when its time is over, and when the store learns that its process is dead: a store that one
    process holds at a time ends all leases when it is opened. All times are the caller's (epoch milliseconds).
    """

    async def put(self, message: Message, bounds: QueueBounds) -> None:
        """Store a message; it is durable when this returns. Raises QueueFull, StorageFull, StorageFailed."""

    async def heads(self, now: int) -> Sequence[QueueHead]:
        """The queues with messages that no lease holds at that time, ordered by due time."""

    async def take(self, queue: str, *, now: int, until: int, limit: int) -> Sequence[LeasedMessage]:
        """Lease the first messages of a queue that are due and free, until then."""

    async def extend(self, leases: Sequence[Lease], until: int) -> None:
        """Keep leases longer; one that another took meanwhile stays the other's."""

    async def release(self, lease: Lease, *, due: int, state: bytes) -> bool:
        """Give the message back, due anew, with a new state. False: the lease was another's already."""

    async def acknowledge(self, lease: Lease, then: Sequence[Message] = ()) -> bool:
        """The work is done: forget the message and, in the same commit, store what follows from it.

        False: the lease was another's already, and nothing happened. What follows is not held to any bound.
        """

    async def size(self, queue: str) -> QueueSize:
        """What the queue holds."""

    async def total(self) -> QueueSize:
        """What all queues hold together."""
