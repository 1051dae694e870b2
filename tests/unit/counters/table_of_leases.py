"""Leases of several processes, in one table of this process: what the driver over Valkey does, by a clock of hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import LEASE_SECONDS


@dataclass
class Table:
    """What every process said last of each limit: how many, and until when that counts."""

    monotonic: Callable[[], float]
    seconds: float = LEASE_SECONDS
    said: dict[str, dict[str, tuple[int, float]]] = field(default_factory=dict)
    turns: Callable[[], int] = lambda: 0
    """How many turns of the loop the way to the table takes, and the way back."""
    answers: bool = True
    calls: int = 0


@dataclass(frozen=True)
class TableLeases:
    """Implements gatelet.counters.ports.Leases for one process."""

    table: Table
    process: str

    async def hold(self, limit: str, most: int, held: int, wanted: int) -> int:
        table = self.table
        table.calls += 1
        await self._way()
        if not table.answers:
            raise CountersUnavailable("the table is away")
        now = table.monotonic()
        before = table.said.get(limit, {})
        others = {name: said for name, said in before.items() if said[1] > now and name != self.process}
        granted = max(0, min(wanted, most - sum(count for count, _ in others.values()) - held))
        mine = {self.process: (held + granted, now + table.seconds)} if held + granted else {}
        table.said[limit] = others | mine
        await self._way()
        return granted

    async def _way(self) -> None:
        for _ in range(self.table.turns()):
            await asyncio.sleep(0)
