"""A table as its definition describes it: keys, indexes, stream, time to live. Pure.

The stored document has DynamoDB's own members (those of CreateTable and of TableDescription), and a ``Number`` for
each index, stream and time to live: its owner in the store. Numbers are never used again (``NextNumber``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gatelet.aws.scope import Scope
from gatelet.storage.table_ports import Definition, owner_of

LOCAL: Final = "LOCAL"
GLOBAL: Final = "GLOBAL"


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """A key attribute: its name and type (S, N or B)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index. ``projected``: the attributes that it keeps beside keys; None: all of them."""

    owner: int
    name: str
    kind: str
    partition: KeyAttribute
    sort: KeyAttribute | None
    projected: frozenset[str] | None
    active: bool = True

    @property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """The index's own key attributes."""
        return (self.partition,) if self.sort is None else (self.partition, self.sort)


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """Where a table's changes are recorded, and what of them."""

    owner: int
    label: str
    view: str


@dataclass(frozen=True, slots=True)
class TimeToLive:
    """Which attribute holds the epoch second at which an item expires; ``owner`` has an entry for each item."""

    owner: int
    attribute: str


@dataclass(frozen=True)
class Table:
    """A table: its stored definition, and what is read off it."""

    stored: Definition

    @property
    def document(self) -> dict[str, Any]:
        """The definition's document, which nobody changes."""
        return self.stored.document

    @property
    def name(self) -> str:
        """The table's name."""
        return self.stored.name

    @cached_property
    def scope(self) -> Scope:
        """The account and region."""
        return Scope(self.stored.account, self.stored.region)

    @cached_property
    def arn(self) -> str:
        """``arn:aws:dynamodb:us-east-1:000000000000:table/users``."""
        return table_arn(self.scope, self.name)

    @cached_property
    def owner(self) -> int:
        """The owner of the table's items."""
        return owner_of(self.stored.id, 0)

    @cached_property
    def revisions(self) -> Mapping[int, int]:
        """What a transaction rests on."""
        return {self.stored.id: self.stored.revision}

    @cached_property
    def partition(self) -> KeyAttribute:
        """The partition key."""
        return self._keys(self.document["KeySchema"])[0]

    @cached_property
    def sort(self) -> KeyAttribute | None:
        """The sort key, if there is one."""
        return self._keys(self.document["KeySchema"])[1]

    @cached_property
    def keys(self) -> tuple[KeyAttribute, ...]:
        """The key attributes, the partition key first."""
        return (self.partition,) if self.sort is None else (self.partition, self.sort)

    @cached_property
    def indexes(self) -> tuple[Index, ...]:
        """Every secondary index."""
        kinds = ((LOCAL, "LocalSecondaryIndexes"), (GLOBAL, "GlobalSecondaryIndexes"))
        return tuple([self._index(kind, one) for kind, member in kinds for one in self.document.get(member) or ()])

    @cached_property
    def stream(self) -> StreamSettings | None:
        """The stream, if it is enabled."""
        stream = self.document.get("Stream")
        if stream is None:
            return None
        return StreamSettings(owner_of(self.stored.id, stream["Number"]), stream["Label"], stream["View"])

    @cached_property
    def time_to_live(self) -> TimeToLive | None:
        """The time to live, if it is enabled."""
        settings = self.document.get("TimeToLive")
        if settings is None:
            return None
        return TimeToLive(owner_of(self.stored.id, settings["Number"]), settings["AttributeName"])

    def index(self, name: str) -> Index | None:
        """The index of that name."""
        return next((index for index in self.indexes if index.name == name), None)

    @cached_property
    def has_local_indexes(self) -> bool:
        """Whether item collections have metrics."""
        return any(index.kind == LOCAL for index in self.indexes)

    def _keys(self, schema: list[dict[str, str]]) -> tuple[KeyAttribute, KeyAttribute | None]:
        types = {one["AttributeName"]: one["AttributeType"] for one in self.document["AttributeDefinitions"]}
        found = {one["KeyType"]: KeyAttribute(one["AttributeName"], types[one["AttributeName"]]) for one in schema}
        return found["HASH"], found.get("RANGE")

    def _index(self, kind: str, document: Mapping[str, Any]) -> Index:
        partition, sort = self._keys(document["KeySchema"])
        projection = document["Projection"]
        projected: frozenset[str] | None = None
        if projection["ProjectionType"] != "ALL":
            of_keys = {key.name for key in (partition, sort, *self.keys) if key is not None}
            projected = frozenset(of_keys | set(projection.get("NonKeyAttributes") or ()))
        owner = owner_of(self.stored.id, document["Number"])
        active = document.get("IndexStatus", "ACTIVE") == "ACTIVE"
        return Index(owner, document["IndexName"], kind, partition, sort, projected, active)


def table_arn(scope: Scope, name: str) -> str:
    """The ARN of a table."""
    return f"arn:{scope.partition}:dynamodb:{scope.region}:{scope.account}:table/{name}"
