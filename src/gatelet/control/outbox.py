"""Where messages to users go, as there is no mail; the operator reads them there."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final, Protocol

from gatelet.aws.scope import Scope

_KEPT: Final = 100


class Outbox(Protocol):
    """Takes messages (gatelet.server.outbox.FileOutbox)."""

    async def deliver(self, scope: Scope, pool_id: str, message: Mapping[str, str]) -> None:
        """Keep a message: ``to``, ``medium``, ``username``, ``kind``, ``code``, ``subject``, ``message``."""


class MemoryOutbox:
    """Keeps the last hundred messages in memory."""

    def __init__(self) -> None:
        self.messages: deque[Mapping[str, str]] = deque(maxlen=_KEPT)

    async def deliver(self, scope: Scope, pool_id: str, message: Mapping[str, str]) -> None:  # noqa: ARG002 - the port
        """Keep a message."""
        self.messages.append(message)
