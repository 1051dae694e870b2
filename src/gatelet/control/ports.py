"""What the control plane needs from the rest of the house; server/wiring.py supplies it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.control.background import Background
from gatelet.control.lambda_.payload_check import PayloadCheck
from gatelet.control.outbox import MemoryOutbox, Outbox
from gatelet.counters.ports import Quotas
from gatelet.functions.service import Functions
from gatelet.gateway.admission import DEFAULT_THROTTLE, AccountThrottle
from gatelet.gateway.service import Gateway
from gatelet.identity.service import Identity
from gatelet.logs.writer import LogWriter
from gatelet.metrics.service import Metrics
from gatelet.storage.ports import Blobs, LogChunks, Records
from gatelet.tables.service import Tables


class Editing:
    """One editor at a time for one thing: read, change, write without a lost update in this process.

    Other processes are kept off by the records' revisions.
    """

    __slots__ = ("_locks",)

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, what: Hashable) -> AsyncIterator[None]:
        """Hold the thing until the block ends."""
        lock = self._locks.get(what)
        if lock is None:
            lock = self._locks[what] = asyncio.Lock()
        async with lock:
            yield


@dataclass(frozen=True, slots=True)
class Ports:
    """The other organs. A write to ``records`` returns after this process serves the change."""

    records: Records
    blobs: Blobs
    log_chunks: LogChunks
    log_writer: LogWriter
    functions: Functions
    gateway: Gateway
    identity: Identity
    quotas: Quotas
    clock: Clock
    ids: Ids
    editing: Editing = field(default_factory=Editing)
    background: Background = field(default_factory=Background)
    service_endpoints: frozenset[str] = frozenset()
    """AWS services whose endpoints the operator has set up for integrations, as integration URIs name them."""
    payloads: PayloadCheck = field(default_factory=PayloadCheck)
    tables: Tables | None = None
    metrics: Metrics | None = None
    """None: CloudWatch answers 501."""
    traces: bool = False
    """Whether traced requests are told to somebody: stages may have ``tracingEnabled``."""
    lacking: Callable[[str], str] = lambda _: ""
    """Why this host cannot run functions of a runtime; empty: it can."""
    account_throttle: AccountThrottle = DEFAULT_THROTTLE
    outbox: Outbox = field(default_factory=MemoryOutbox)
    """Where codes for users go."""
