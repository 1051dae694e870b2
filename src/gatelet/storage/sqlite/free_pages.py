"""Pages that nothing uses any more, given back to the file system a part at a time.

``pragma incremental_vacuum(N)`` frees a page for each step of the statement, and Python's driver takes one step of a
statement that has no columns, whatever N is: so it is asked for one page at a time, some 20 us each.
"""

from __future__ import annotations

import sqlite3
from typing import Final

KEPT: Final = 4_096
"""Free pages (4 KiB each) that stay in the file, for what is written next."""
_TURN: Final = 1_000


def surplus(connection: sqlite3.Connection) -> bool:
    """Whether there are more free pages than are kept."""
    return bool(connection.execute("pragma freelist_count").fetchone()[0] > KEPT)


def give_back(connection: sqlite3.Connection) -> bool:
    """One turn, inside a transaction; whether another is due."""
    free = connection.execute("pragma freelist_count").fetchone()[0]
    for _ in range(min(_TURN, free - KEPT)):
        connection.execute("pragma incremental_vacuum(1)")
    return bool(free - KEPT > _TURN)
