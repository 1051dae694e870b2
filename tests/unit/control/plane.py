"""A control plane without a server: operations are called as functions, over storage in memory."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from tests.unit.counters.ledger import Ledger
from tests.unit.identity.world import identity_over

from gatelet.aws.errors import AwsError
from gatelet.aws.ids import Ids
from gatelet.aws.scope import DEFAULT_ACCOUNT, DEFAULT_REGION, Scope
from gatelet.control.operation import Call
from gatelet.control.ports import Ports
from gatelet.control.registry import Registry
from gatelet.counters.memory import MemoryQuotas
from gatelet.functions import archive
from gatelet.functions.invocation import FunctionTarget, Invocation, InvocationResult, ProxyInvocation, ProxyResult
from gatelet.functions.model import CodeReference
from gatelet.functions.provisioned import ProvisionedState
from gatelet.identity.principals import Principal, root_principal
from gatelet.storage.ports import Change, Collection, Delete, Key, Put, Record, RevisionConflict

NOW = 1_767_225_600.25
"""2026-01-01T00:00:00.250Z"""


class DictRecords:
    """The port of Records over a dict: all or nothing, with revisions."""

    def __init__(self) -> None:
        self.rows: dict[Key, Record] = {}
        self.readers: list[Callable[[Change], Awaitable[None]]] = []
        """Who follows the changes."""

    async def get(self, key: Key) -> Record | None:
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
            for apply in self.readers:
                await apply(Change(0, one.key, isinstance(one, Delete)))
        return len(self.rows)


class DictBlobs:
    """The port of Blobs over a dict."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        address = hashlib.sha256(data).hexdigest()
        self.held[address] = data
        return address

    async def get(self, address: str) -> bytes | None:
        return self.held.get(address)

    async def path(self, address: str) -> Path | None:
        return None

    async def delete(self, address: str) -> None:
        self.held.pop(address, None)


class RecordedFunctions:
    """The port of Functions: archives are really checked, invocations are recorded and answered as told."""

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self.ready.set()
        self.broken: Exception | None = None
        self.invocations: list[Invocation] = []
        self.provisioning = ProvisionedState(0)
        self.accepted: list[Invocation] = []
        self.answer: InvocationResult | Exception = InvocationResult(b"null", "request-id", "$LATEST")

    async def apply(self, change: Change) -> None:
        raise AssertionError("these tests have no followers")

    async def check_code(self, zip_bytes: bytes) -> int:
        return archive.check(zip_bytes)

    async def prepare(self, code: CodeReference) -> None:
        await self.ready.wait()
        if self.broken is not None:
            raise self.broken

    async def provisioned(self, target: FunctionTarget) -> ProvisionedState:
        return self.provisioning

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        self.invocations.append(invocation)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def invoke_async(self, invocation: Invocation) -> None:
        self.accepted.append(invocation)
        if isinstance(self.answer, Exception):
            raise self.answer

    async def invoke_proxy(self, invocation: ProxyInvocation) -> ProxyResult:
        raise AssertionError("the control plane never does this")


class TickingClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class Plane:
    """Calls operations of one service by name: ``plane("GetFunction", FunctionName="f")``."""

    def __init__(self, runner: asyncio.Runner, service: str) -> None:
        self._runner = runner
        self._registry = Registry()
        self._service = service
        self.principal = root_principal(DEFAULT_ACCOUNT, "test")
        self.records = DictRecords()
        self.blobs = DictBlobs()
        self.functions = RecordedFunctions()
        self.clock = TickingClock()
        absent = cast(Any, None)
        ids = Ids(seed=7)
        identity = identity_over(self.records, self.clock, ids)
        self.records.readers += [identity.directory.apply, identity.user_pools.apply]
        self.ports = Ports(
            records=self.records,
            blobs=self.blobs,
            log_chunks=absent,
            log_writer=absent,
            functions=self.functions,
            gateway=absent,
            identity=identity,
            quotas=MemoryQuotas(Ledger()),
            clock=self.clock,
            ids=ids,
        )

    def of(self, service: str, principal: Principal | None = None) -> Plane:
        """Another service over the same state, called by somebody."""
        other = copy.copy(self)
        other._service = service
        other.principal = principal or self.principal
        return other

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine on the test's event loop."""
        return self._runner.run(coroutine)

    def call(self, *, region: str = DEFAULT_REGION, headers: dict[str, str] | None = None) -> Call:
        """A call by the plane's principal: the account's root unless told otherwise."""
        return Call(
            Scope(DEFAULT_ACCOUNT, region),
            self.principal,
            "request-id",
            "http://127.0.0.1:4566",
            self.ports,
            headers or {},
        )

    def __call__(self, name: str, /, *, region: str = DEFAULT_REGION, **params: Any) -> dict[str, Any]:
        operation = self._registry.find(self._service, name)
        assert operation is not None, name
        result = self.run(cast(Any, operation(self.call(region=region), params)))
        return {key: value for key, value in copy.deepcopy(dict(result)).items() if value is not None}

    def refusal(self, name: str, /, **params: Any) -> AwsError:
        """The error of a call that fails; it must have changed nothing."""
        before = copy.deepcopy((self.records.rows, self.blobs.held))
        with pytest.raises(AwsError) as caught:
            self(name, **params)
        assert (self.records.rows, self.blobs.held) == before
        return caught.value

    def fails(self, name: str, /, **params: Any) -> tuple[str, str | None]:
        """The code and message of a call that fails."""
        error = self.refusal(name, **params)
        return error.code, error.message

    def settle(self) -> None:
        """Let the background work end."""
        self.run(self.ports.background.idle())
