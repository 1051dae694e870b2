"""Where a connection stands.

HEAD ──► BODY ──► BUSY ──► HEAD           keep-alive
  │        │        └────► CLOSING        Connection: close, drained, failed
  └────────┴─────► LINGER ──► CLOSING     refused: what the client still sends is read and dropped,
                                          or it would get a reset instead of its answer
"""

from __future__ import annotations

from enum import IntEnum


class Phase(IntEnum):
    """What it waits for: a head, a body, an answer, the rest of what the client sends, its end."""

    HEAD = 0
    BODY = 1
    BUSY = 2
    LINGER = 3
    CLOSING = 4
