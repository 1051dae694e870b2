"""The counters: in this process's memory, or in the Valkey server that is configured."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gatelet.counters.memory import MemoryBuckets, MemoryCache, MemoryQuotas
from gatelet.counters.ports import Buckets, Cache, Leases, Quotas
from gatelet.counters.valkey import ValkeyBuckets, ValkeyCache, ValkeyLeases, ValkeyQuotas, ValkeyServer
from gatelet.server.quota_ledger import RecordedQuotas
from gatelet.storage.ports import Records

_log = logging.getLogger(__name__)
_PREFIX = "gatelet"


@dataclass(frozen=True, slots=True)
class Counters:
    """Every counter of a Gatelet."""

    buckets: Buckets
    quotas: Quotas
    cache: Cache
    leases: Leases | None = None
    """None: no other process holds any."""
    server: ValkeyServer | None = None

    @property
    def state(self) -> str:
        """``own``: in this process's memory; ``shared``; ``unavailable``: the server did not answer."""
        if self.server is None:
            return "own"
        return "shared" if self.server.answers else "unavailable"


@asynccontextmanager
async def open_counters(url: str, process: str, records: Records, cache_bytes: int) -> AsyncIterator[Counters]:
    """The counters of a server (``valkey://``, ``redis://`` or ``unix://``), or in memory for an empty ``url``.

    ``process`` is this process's name among those that share the server. ``cache_bytes``: what all kept values may
    take in memory.
    """
    if url:
        server = ValkeyServer(url, _PREFIX, time.monotonic, _log.warning)
        try:
            leases = ValkeyLeases(server, process)
            yield Counters(ValkeyBuckets(server), ValkeyQuotas(server), ValkeyCache(server), leases, server)
        finally:
            await server.close()
    else:
        quotas = MemoryQuotas(RecordedQuotas(records))
        try:
            yield Counters(MemoryBuckets(), quotas, MemoryCache(cache_bytes))
        finally:
            await quotas.settle()
