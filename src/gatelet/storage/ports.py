"""The ports of storage. Every driver passes the same contract suite (tests/contract).

Exception
└── StorageError
    ├── RevisionConflict     another writer was first; nothing of this write happened
    ├── ChangesLost          the follower is too far behind: read everything anew
    ├── StorageFull          the disk is full; nothing of this write happened
    ├── QueueFull            a message would take a queue, or all of them, over a bound; nothing was stored
    └── StorageFailed        the driver cannot go on (an fsync failed); the process stops
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

from gatelet.storage.metric_points import MetricPoints
from gatelet.storage.queue import Queue


class StorageError(Exception):
    """Storage could not do what was asked; nothing was changed."""


class RevisionConflict(StorageError):
    """The record's revision is not the expected one: another writer was first."""


class ChangesLost(StorageError):
    """Changes after the given sequence are no longer all kept; what they led to must be read anew."""


class StorageFull(StorageError):
    """No space is left; reads and invocations go on."""


class QueueFull(StorageError):
    """No room for the message."""


class StorageFailed(StorageError):
    """The store can no longer promise durability."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Records of one kind in one scope, for example ``("apigateway", "Stage", account, region)``."""

    service: str
    kind: str
    account: str
    region: str

    def key(self, id: str) -> Key:
        """The key of one record of the collection."""
        return Key(self.service, self.kind, self.account, self.region, id)


@dataclass(frozen=True, slots=True)
class Key:
    """The identity of one record."""

    service: str
    kind: str
    account: str
    region: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """A stored JSON document. ``revision`` starts at 1 and grows by one with every write.

    ``value`` is the caller's own copy: changing it changes nothing that is stored.
    """

    key: Key
    revision: int
    value: dict[str, Any]
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """Write a record. ``expected``: 0 = must not exist yet, n = must be at revision n, None = either way."""

    key: Key
    value: Mapping[str, Any]
    parent: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a record; deleting what does not exist is a conflict only if a revision is expected."""

    key: Key
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One committed write, in commit order."""

    sequence: int
    key: Key
    deleted: bool


class Records(Protocol):
    """Documents keyed by (service, kind, account, region, id), with optimistic concurrency."""

    async def get(self, key: Key) -> Record | None:
        """One record, or None."""

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        """Records of a collection (of one parent, if given), ordered by id, those after ``after`` only."""

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        """Records of one kind in every account and region, ordered by key: what start-up reads."""

    async def write(self, *writes: Put | Delete) -> int:
        """All or nothing, durable when it returns. The sequence of the last change.

        Raises RevisionConflict, StorageFull, StorageFailed.
        """


class Changes(Protocol):
    """The sequence of committed writes, which readers follow."""

    async def latest(self) -> int:
        """The sequence of the newest change; 0 when nothing was ever written."""

    def follow(self, after: int) -> AsyncIterator[Change]:
        """Every change after that sequence, as it is committed, forever.

        The iterator raises ChangesLost when the follower is further behind than changes are kept.
        """


class Blobs(Protocol):
    """Immutable bytes, addressed by the SHA-256 of their content (64 hexadecimal digits)."""

    async def put(self, data: bytes) -> str:
        """Store the bytes durably (write, fsync, rename, fsync of the directory); their address."""

    async def get(self, address: str) -> bytes | None:
        """The bytes, or None."""

    async def path(self, address: str) -> Path | None:
        """A local file that holds the bytes, for readers that want one; never to be written to."""

    async def delete(self, address: str) -> None:
        """Forget the bytes; deleting what does not exist is fine."""


TimedMessage: TypeAlias = tuple[int, str]
"""A log event on its way in: epoch milliseconds and its text."""


class LogEvent(NamedTuple):
    """One log event as it is stored; times are epoch milliseconds.

    ``sequence`` is a positive number, unique in the store, growing with arrival.
    """

    timestamp: int
    message: str
    ingestion_time: int
    stream: str
    sequence: int

    @property
    def position(self) -> LogPosition:
        """Where the event stands in the order of its group."""
        return LogPosition(self.timestamp, self.sequence)


@dataclass(frozen=True, slots=True, order=True)
class LogPosition:
    """A place in the order of events: by timestamp, then by arrival."""

    timestamp: int
    sequence: int


class StreamKey(NamedTuple):
    """A log stream of a log group in a scope."""

    account: str
    region: str
    group: str
    stream: str


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What a stream holds; times are epoch milliseconds, None while it is empty."""

    key: StreamKey
    created: int
    first_event: int | None
    last_event: int | None
    last_ingestion: int | None
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class LogQuery:
    """One page of the events of a group, or of some of its streams.

    ``start <= timestamp < end``, and positions strictly between ``after`` and ``before``. ``newest``
    takes the page from the end of what matches instead of its beginning; its events still ascend.
    """

    account: str
    region: str
    group: str
    streams: frozenset[str] | None = None
    start: int | None = None
    end: int | None = None
    after: LogPosition | None = None
    before: LogPosition | None = None
    newest: bool = False
    limit: int = 10_000
    max_bytes: int = 1_048_576


class LogChunks(Protocol):
    """Log events on disk: appended in chunks, one row a chunk, never one fsync a line."""

    async def append(self, chunks: Mapping[StreamKey, Sequence[TimedMessage]], ingestion_time: int) -> None:
        """Append events to streams (created where they do not exist) in one commit; they came just now."""

    async def create_stream(self, key: StreamKey, created: int) -> bool:
        """Create an empty stream; False if it exists."""

    async def streams(self, account: str, region: str, group: str) -> Sequence[StreamSummary]:
        """The streams of a group, ordered by name."""

    async def read(self, key: StreamKey, *, start: int | None = None, end: int | None = None) -> Sequence[LogEvent]:
        """Events of a stream with ``start <= timestamp < end``, ordered by timestamp, then arrival."""

    async def page(self, query: LogQuery) -> Sequence[LogEvent]:
        """At most ``limit`` events and ``max_bytes`` of messages, at least one event if any matches.

        Ordered by position. Empty only when nothing (more) matches.
        """

    async def delete(self, account: str, region: str, group: str, stream: str | None = None) -> None:
        """Delete the events of a stream, or of a whole group."""

    async def trim(self, account: str, region: str, group: str, before: int) -> None:
        """Delete chunks whose newest event is older than ``before`` (retention)."""

    async def enforce_budget(self, budget: int) -> int:
        """Delete the oldest chunks until all logs take at most ``budget`` bytes; bytes deleted.

        Streams that held events and hold none any more go with them.
        """


@dataclass(frozen=True)
class Storage:
    """Everything that must survive, whatever the driver."""

    records: Records
    changes: Changes
    blobs: Blobs
    log_chunks: LogChunks
    queue: Queue
    metric_points: MetricPoints
