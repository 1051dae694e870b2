"""A control plane without a server: operations are called as functions, over records in memory."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest
from tests.unit.control.apigateway.plane import NOW, Api, Flushes, PatchingPlane
from tests.unit.counters.ledger import Ledger

from gatelet.aws.errors import AwsError
from gatelet.aws.ids import Ids
from gatelet.aws.scope import DEFAULT_ACCOUNT, DEFAULT_REGION, Scope
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.counters.memory import MemoryQuotas
from gatelet.identity.principals import root_principal
from gatelet.storage.ports import Collection, Delete, Key, Put, Record, RevisionConflict


class DictRecords:
    """The port of Records over a dict: all or nothing, with revisions."""

    def __init__(self) -> None:
        self.rows: dict[Key, Record] = {}

    async def get(self, key: Key) -> Record | None:
        await asyncio.sleep(0)
        return copy.deepcopy(self.rows.get(key))

    async def list(
        self, collection: Collection, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> Sequence[Record]:
        rows = [
            record
            for key, record in sorted(self.rows.items(), key=lambda row: row[0].id)
            if collection.key(key.id) == key and parent in (None, record.parent) and key.id > after
        ]
        return copy.deepcopy(rows[:limit])

    async def list_everywhere(self, service: str, kind: str) -> Sequence[Record]:
        return copy.deepcopy([row for key, row in self.rows.items() if (key.service, key.kind) == (service, kind)])

    async def write(self, *writes: Put | Delete) -> int:
        await asyncio.sleep(0)
        for one in writes:
            held = self.rows.get(one.key)
            if one.expected is not None and one.expected != (held.revision if held else 0):
                raise RevisionConflict
        for one in writes:
            if isinstance(one, Delete):
                self.rows.pop(one.key, None)
            else:
                held = self.rows.get(one.key)
                revision = held.revision + 1 if held else 1
                self.rows[one.key] = Record(one.key, revision, copy.deepcopy(dict(one.value)), one.parent)
        return len(self.rows)


class FixedClock:
    """A clock that stands still."""

    def now(self) -> float:
        return NOW + 0.25

    def monotonic(self) -> float:
        return 0.0


class MemoryPlane(PatchingPlane):
    """Calls the operations as functions."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.account = DEFAULT_ACCOUNT
        self._runner = runner
        self._registry = Registry()
        self.records = DictRecords()
        absent = cast(Any, None)
        self.ports = Ports(
            records=self.records,
            blobs=absent,
            log_chunks=absent,
            log_writer=absent,
            functions=absent,
            gateway=cast(Any, Flushes()),
            identity=absent,
            quotas=MemoryQuotas(Ledger()),
            clock=FixedClock(),
            ids=Ids(seed=7),
        )

    def __call__(self, name: str, /, *, region: str = DEFAULT_REGION, **params: Any) -> dict[str, Any]:
        return copy.deepcopy(dict(self._runner.run(self._start(name, region, params))))

    async def _start(self, name: str, region: str, params: dict[str, Any]) -> Any:
        operation = self._registry.find("apigateway", name)
        assert operation is not None, name
        scope, principal = Scope(DEFAULT_ACCOUNT, region), root_principal(DEFAULT_ACCOUNT, "test")
        return await operation(Call(scope, principal, "request-id", "http://127.0.0.1:4566", self.ports), params)

    def together(self, name: str, /, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        """Calls that run at the same time."""

        async def gather() -> list[Any]:
            return await asyncio.gather(*(self._start(name, DEFAULT_REGION, request) for request in requests))

        return self._runner.run(gather())

    def fails(self, name: str, /, **params: Any) -> tuple[str, str]:
        """The code and message of the call's error; nothing may have been written."""
        before = copy.deepcopy(self.records.rows)
        with pytest.raises(AwsError) as caught:
            self(name, **params)
        assert self.records.rows == before
        return caught.value.code, caught.value.message or ""


@pytest.fixture
def plane() -> Iterator[MemoryPlane]:
    with asyncio.Runner() as runner:
        yield MemoryPlane(runner)


@pytest.fixture
def api(plane: MemoryPlane) -> Api:
    return plane.api()
