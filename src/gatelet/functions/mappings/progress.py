"""How far the lanes of a mapping are: written before the next batch begins.

A lane's position is the sequence up to which everything of its share is settled. The document is written with its
revision, so that a run whose mapping is gone, or runs elsewhere, writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from gatelet.functions.mappings.model import Mapping, progress_key
from gatelet.storage.ports import Put, Records

NOTHING_YET = "No records processed"


class Progress:
    """One for each run of a mapping."""

    def __init__(self, records: Records, mapping: Mapping) -> None:
        self._records = records
        self._key = progress_key(mapping.key)
        self._lanes = mapping.lanes
        self._positions: list[int] = []
        self._result = NOTHING_YET
        self._revision = 0
        self._written: tuple[list[int], str] | None = None
        self._lock = asyncio.Lock()

    async def load(self) -> bool:
        """Read it; False if the mapping is gone. Another number of lanes begins where the slowest was."""
        record = await self._records.get(self._key)
        if record is None:
            return False
        held: Sequence[int] = record.value["positions"]
        self._positions = list(held) if len(held) == self._lanes else [min(held)] * self._lanes
        self._result = record.value["result"]
        self._revision = record.revision
        self._written = (list(held), self._result)
        return True

    def position(self, lane: int) -> int:
        """Where the lane goes on."""
        return self._positions[lane]

    async def settled(self, lane: int, position: int, result: str) -> None:
        """Keep a lane's position; it is on disk when this returns. Raises RevisionConflict, StorageError."""
        self._positions[lane] = max(position, self._positions[lane])
        await self.tell(result)

    async def tell(self, result: str) -> None:
        """Keep what LastProcessingResult shows. Raises RevisionConflict, StorageError."""
        self._result = result
        async with self._lock:
            state = (list(self._positions), self._result)
            if state == self._written:
                return
            await self._records.write(Put(self._key, document(*state), self._key.id, expected=self._revision))
            self._revision += 1
            self._written = state


def document(positions: Sequence[int], result: str = NOTHING_YET) -> dict[str, Any]:
    """The stored form."""
    return {"positions": list(positions), "result": result}
