"""The data plane as the rest of the house sees it."""

from __future__ import annotations

from typing import Protocol

from gatelet.storage.ports import Change


class Gateway(Protocol):
    """Serves deployed APIs (gatelet.gateway.live.LiveGateway)."""

    async def apply(self, change: Change) -> None:
        """Serve a committed change: build beside, swap one reference."""
