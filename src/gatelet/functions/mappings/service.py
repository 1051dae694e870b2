"""Every mapping of this process: those that are enabled run."""

from __future__ import annotations

import asyncio
import logging

from gatelet.functions.mappings.model import KIND, Mapping, compile_mapping
from gatelet.functions.mappings.run import Ports, Run
from gatelet.functions.model import SERVICE
from gatelet.storage.ports import Change, Key

_log = logging.getLogger(__name__)


class EventSources:
    """Follows the mappings' documents; ``start`` begins with what is stored."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._running: dict[Key, tuple[Run, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._started = False

    async def start(self) -> None:
        """Go on with every mapping that is enabled."""
        self._started = True
        for record in await self._ports.records.list_everywhere(SERVICE, KIND):
            self._begin(compile_mapping(record.key, record.value))

    async def apply(self, change: Change) -> None:
        """Follow a committed change of a mapping."""
        key = change.key
        if not self._started or (key.service, key.kind) != (SERVICE, KIND):
            return
        record = None if change.deleted else await self._ports.records.get(key)
        if record is None:
            self._end(key)
        else:
            self._begin(compile_mapping(key, record.value))

    async def stop(self, seconds: float) -> None:
        """Begin no more batches, and wait so long for those that run: what is left comes again."""
        self._started = False
        for key in list(self._running):
            self._end(key)
        if self._ending:
            await asyncio.wait(self._ending, timeout=seconds)
        for task in list(self._ending):
            task.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _begin(self, mapping: Mapping) -> None:
        """Run it as it is now, once the run of what it was has ended."""
        before = self._end(mapping.key)
        if mapping.enabled:
            run = Run(mapping, self._ports)
            task = asyncio.create_task(_after(before, run), name=f"event source mapping {mapping.key.id}")
            self._running[mapping.key] = (run, task)

    def _end(self, key: Key) -> asyncio.Task[None] | None:
        """Stop the run of a mapping; the task that ends soon."""
        held = self._running.pop(key, None)
        if held is None:
            return None
        run, task = held
        run.stop()
        self._ending.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)


async def _after(before: asyncio.Task[None] | None, run: Run) -> None:
    if before is not None:
        await asyncio.wait({before})
    await run.run()
