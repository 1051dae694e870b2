"""Log groups: records of service ``logs``, kind ``LogGroup``; their events are log chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from gatelet.aws.clock import Clock
from gatelet.aws.scope import Scope
from gatelet.logs.errors import GroupExists, GroupNotFound
from gatelet.storage.ports import Collection, Delete, LogChunks, Put, Record, Records, RevisionConflict

SERVICE = "logs"
KIND = "LogGroup"


@dataclass(frozen=True, slots=True)
class LogGroup:
    """One group. ``created`` in epoch milliseconds; without ``retention_days`` its events never expire."""

    scope: Scope
    name: str
    created: int
    retention_days: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The ARN that tags go by, without ``:*``."""
        scope = self.scope
        return f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:{self.name}"


class LogGroups:
    """The groups of every scope. Groups come and go only through one of these in a process."""

    def __init__(self, records: Records, chunks: LogChunks, clock: Clock) -> None:
        self._records = records
        self._chunks = chunks
        self._clock = clock
        self._known: set[tuple[Scope, str]] = set()
        self._making = asyncio.Lock()

    async def create(self, scope: Scope, name: str, tags: Mapping[str, str]) -> LogGroup:
        """A new group. Raises GroupExists."""
        group = LogGroup(scope, name, int(self._clock.now() * 1000), tags=dict(tags))
        try:
            await self._records.write(Put(_collection(scope).key(name), _document(group), expected=0))
        except RevisionConflict:
            raise GroupExists from None
        return group

    async def ensure(self, scope: Scope, name: str) -> None:
        """Create the group unless it exists: Lambda and API Gateway make theirs as they first log."""
        if (scope, name) in self._known:
            return
        async with self._making:
            if await self.find(scope, name) is None:
                with suppress(GroupExists):  # made by another in the meantime: all that was wanted
                    await self.create(scope, name, {})
            self._known.add((scope, name))

    async def find(self, scope: Scope, name: str) -> LogGroup | None:
        """The group, or None."""
        record = await self._records.get(_collection(scope).key(name))
        return None if record is None else _group(record)

    async def get(self, scope: Scope, name: str) -> LogGroup:
        """The group. Raises GroupNotFound."""
        found = await self.find(scope, name)
        if found is None:
            raise GroupNotFound
        return found

    async def list(self, scope: Scope) -> Sequence[LogGroup]:
        """The groups of a scope, ordered by name."""
        return [_group(record) for record in await self._records.list(_collection(scope))]

    async def list_everywhere(self) -> Sequence[LogGroup]:
        """The groups of every scope."""
        return [_group(record) for record in await self._records.list_everywhere(SERVICE, KIND)]

    async def set_retention(self, scope: Scope, name: str, days: int | None) -> None:
        """Keep events for that many days, or forever. Raises GroupNotFound."""
        await self._change(scope, name, lambda group: replace(group, retention_days=days))

    async def change_tags(
        self, scope: Scope, name: str, change: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> None:
        """Replace the tags by what ``change`` makes of them. Raises GroupNotFound, and what it raises."""
        await self._change(scope, name, lambda group: replace(group, tags=change(group.tags)))

    async def delete(self, scope: Scope, name: str) -> None:
        """Delete the group with all its streams and events. Raises GroupNotFound.

        The events go first: whatever happens on the way, none is left that no group leads to.
        """
        async with self._making:
            await self.get(scope, name)
            await self._chunks.delete(scope.account, scope.region, name)
            await self._records.write(Delete(_collection(scope).key(name)))
            self._known.discard((scope, name))
            await self._chunks.delete(scope.account, scope.region, name)  # what was logged in between

    async def _change(self, scope: Scope, name: str, change: Callable[[LogGroup], LogGroup]) -> None:
        key = _collection(scope).key(name)
        while (record := await self._records.get(key)) is not None:
            try:
                await self._records.write(Put(key, _document(change(_group(record))), expected=record.revision))
            except RevisionConflict:
                continue  # another was first: the change is made to what it wrote
            return
        raise GroupNotFound


def _collection(scope: Scope) -> Collection:
    return Collection(SERVICE, KIND, scope.account, scope.region)


def _document(group: LogGroup) -> dict[str, object]:
    return {"created": group.created, "retention_days": group.retention_days, "tags": dict(group.tags)}


def _group(record: Record) -> LogGroup:
    value = record.value
    scope = Scope(record.key.account, record.key.region)
    return LogGroup(scope, record.key.id, value["created"], value["retention_days"], value["tags"])
