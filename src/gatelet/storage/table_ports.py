"""The port of tables' items: rows that are sorted by bytes, changed in transactions that read first.

``owner`` is the number of a base table or of one of its indexes, or of a stream: a caller's own numbering, unique
in the store for good. Rows of a base table are *items*; rows of an index are *entries*, each of which belongs to
the item with the same ``base`` key. What a change leaves (items, entries, counts, stream records) is committed
together, or not at all.

StorageError
├── DefinitionExists     a definition of that name exists; nothing happened
└── DefinitionChanged    a definition is not at the expected revision (or gone); nothing happened
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, TypeVar

from gatelet.storage.ports import StorageError

_T = TypeVar("_T")


class DefinitionExists(StorageError):
    """Another definition has the name."""


class DefinitionChanged(StorageError):
    """The definition is not at the revision that the caller knows."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A table's stored definition. ``id`` is never used again; ``revision`` grows with every write."""

    id: int
    account: str
    region: str
    name: str
    revision: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredStream:
    """A stream of a table, which outlives it. ``closed`` is the epoch second after which nothing was added."""

    owner: int
    account: str
    region: str
    table: str
    label: str
    document: dict[str, Any]
    created: float
    closed: float | None = None

    def of(self, definition: int) -> StoredStream:
        """The stream, its number (see ``owner_of``) replaced by the owner that it is in that definition."""
        return replace(self, owner=owner_of(definition, self.owner))


class ItemKey(NamedTuple):
    """Where an item is."""

    owner: int
    partition: bytes
    sort: bytes


class Entry(NamedTuple):
    """A row of an index: ``base`` is the item's key, ``item`` what the index keeps of it."""

    owner: int
    partition: bytes
    sort: bytes
    base_partition: bytes
    base_sort: bytes
    item: bytes
    size: int


class Row(NamedTuple):
    """One row that a page holds; ``base_*`` are empty for items."""

    partition: bytes
    sort: bytes
    base_partition: bytes
    base_sort: bytes
    item: bytes
    size: int


@dataclass(frozen=True, slots=True)
class StreamDraft:
    """A record to append to a stream; the store numbers it."""

    owner: int
    created: float
    body: bytes


class StreamRecord(NamedTuple):
    """A record of a stream; ``sequence`` grows over the whole store."""

    sequence: int
    created: float
    body: bytes


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What becomes of one item. ``item`` None: it goes; ``keep``: it stays as it is, whatever ``item`` says.

    ``counted``: growth in (rows, bytes) of each owner.
    """

    key: ItemKey
    item: bytes | None
    size: int = 0
    removed: Sequence[Entry] = ()
    added: Sequence[Entry] = ()
    counted: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    record: StreamDraft | None = None
    keep: bool = False


Decide = Callable[[Sequence[bytes | None]], tuple[Sequence[ItemChange], _T]]
"""From the items that are stored now (None: absent) to what to change, and what to tell the caller.

Pure: it may run more than once, in any thread. What it raises ends the transaction, and is raised to the caller.
"""


@dataclass(frozen=True, slots=True)
class Token:
    """A request that counts once. ``name`` holds its scope; ``digest`` tells another request from the same one."""

    name: str
    digest: bytes
    now: float
    expires: float


@dataclass(frozen=True, slots=True)
class PageRange:
    """Which rows of an owner a page may hold, ordered by (partition, sort, base).

    With ``partition`` its rows with ``low <= sort < high``; without it the rows of the partitions with
    ``low <= partition < high``. ``after`` is the position (partition, sort, base partition, base sort) that the
    last page ended at. ``backwards`` needs ``partition``. ``entries``: the owner is an index.
    """

    owner: int
    entries: bool
    partition: bytes | None = None
    low: bytes = b""
    high: bytes | None = None
    after: tuple[bytes, bytes, bytes, bytes] | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order. ``more``: rows of the range were left out because of the page's limits."""

    rows: Sequence[Row]
    more: bool


class TableItems(Protocol):
    """Definitions, items, index entries and stream records of tables."""

    async def definitions(self) -> Sequence[Definition]:
        """Every definition, ordered by account, region and name."""

    async def create(
        self, account: str, region: str, name: str, document: Mapping[str, Any], streams: Sequence[StoredStream] = ()
    ) -> Definition:
        """A new definition at revision 1; an owner in ``streams`` counts from the new id (see ``owner_of``).

        Raises DefinitionExists, StorageFull, StorageFailed.
        """

    async def replace(
        self,
        old: Definition,
        document: Mapping[str, Any],
        streams: Sequence[StoredStream] = (),
        drop: Sequence[int] = (),
    ) -> Definition:
        """The definition with another document; streams are added or replaced, owners in ``drop`` lose their rows.

        Raises DefinitionChanged.
        """

    async def remove(self, old: Definition, streams: Sequence[StoredStream], drop: Sequence[int]) -> None:
        """Forget the definition; the owners in ``drop`` lose their rows (later, by ``purge``).

        Raises DefinitionChanged.
        """

    async def get(self, key: ItemKey) -> bytes | None:
        """One committed item, or None."""

    async def get_many(self, keys: Sequence[ItemKey]) -> Sequence[bytes | None]:
        """Items as they are at one moment."""

    async def change(
        self, revisions: Mapping[int, int], keys: Sequence[ItemKey], decide: Decide[_T], token: Token | None = None
    ) -> _T | None:
        """Read the keys, decide, change: one transaction, durable when it returns, serial with all others.

        ``revisions`` are the definitions (id to revision) that the decision rests on. None, and nothing changed,
        if the token's request was done before. Raises DefinitionChanged, TokenUsed, what ``decide`` raises,
        StorageFull, StorageFailed.
        """

    async def page(self, wanted: PageRange, limit: int | None, max_bytes: int, shape: Callable[[Page], _T]) -> _T:
        """A page, shaped where it was read: in a thread if it is long. At least one row if there is one."""

    async def count(self, owner: int) -> tuple[int, int]:
        """Rows and bytes of an owner."""

    async def recount(self, owner: int) -> None:
        """Count the rows of an index anew."""

    async def purge(self, limit: int) -> bool:
        """Delete that many rows of dropped owners; False when nothing was left to do."""

    async def streams(self, account: str, region: str) -> Sequence[StoredStream]:
        """The streams of a scope, ordered by owner."""

    async def records(self, owner: int, after: int, limit: int, max_bytes: int) -> Sequence[StreamRecord]:
        """Records of a stream in order, at least one if there is any after that sequence."""

    async def record_bounds(self, owner: int) -> tuple[int, int]:
        """The first and the last sequence of a stream that are still kept; (0, 0) if there are none."""

    async def latest_record(self) -> int:
        """The newest sequence of any stream; 0 before the first."""

    async def trim_records(self, before: float, limit: int) -> int:
        """Delete records that were created before the moment, streams closed before it, and tokens that expired."""

    async def written(self) -> None:
        """Return after the next commit; ``latest_record`` tells whether it appended to a stream."""


class TokenUsed(StorageError):
    """The token belongs to another request."""


_OWNERS = 1 << 20


def owner_of(definition: int, number: int) -> int:
    """The owner with that number (0: the base table; below 2**20) of a definition."""
    return definition * _OWNERS + number
