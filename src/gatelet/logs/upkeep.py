"""What keeps logs from growing forever: each group's retention, and a budget for all of them together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gatelet.aws import quotas
from gatelet.aws.clock import Clock
from gatelet.logs.groups import LogGroups
from gatelet.storage.ports import LogChunks, StorageError

UPKEEP_SECONDS = 60.0
LOG_BUDGET_BYTES = 2 * 1024 * quotas.MIB

_DAY_MS = 24 * 60 * 60 * 1000

_log = logging.getLogger(__name__)


async def sweep(groups: LogGroups, chunks: LogChunks, now: float, budget: int) -> None:
    """One round: drop what its group's retention has expired, then the oldest events over the budget."""
    for group in await groups.list_everywhere():
        if group.retention_days is not None:
            before = int(now * 1000) - group.retention_days * _DAY_MS
            await chunks.trim(group.scope.account, group.scope.region, group.name, before)
    freed = await chunks.enforce_budget(budget)
    if freed:
        _log.warning("the oldest logs were deleted: %d bytes over the budget of %d", freed, budget)


@asynccontextmanager
async def upkeep(
    groups: LogGroups, chunks: LogChunks, clock: Clock, *, budget: int = LOG_BUDGET_BYTES, every: float = UPKEEP_SECONDS
) -> AsyncIterator[None]:
    """Sweep every so many seconds while the block runs."""

    async def rounds() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await sweep(groups, chunks, clock.now(), budget)
            except StorageError as error:
                _log.warning("sweeping the logs failed: %s", error)
            except Exception:  # noqa: BLE001 - a background task: logs that are never swept fill the disk
                _log.exception("sweeping the logs failed")

    task = asyncio.create_task(rounds())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
