"""A QuotaLedger whose disk is a dict."""

from __future__ import annotations

from dataclasses import dataclass, field

from gatelet.counters.ports import Usage


@dataclass
class Ledger:
    """What was saved, by meter."""

    saved: dict[str, Usage] = field(default_factory=dict)

    async def load(self, meter: str) -> Usage | None:
        return self.saved.get(meter)

    async def save(self, meter: str, usage: Usage) -> None:
        self.saved[meter] = usage

    async def delete(self, meter: str) -> None:
        self.saved.pop(meter, None)
