"""Access log lines in a file, or on standard output, beside the groups that stages name.

Taking a line never waits. Lines are written within a quarter of a second by a thread; the file is opened anew each
time, so it may be rotated by renaming it. Lines beyond the bound are dropped and counted, and a line says so.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gatelet.aws.quotas import MIB
from gatelet.gateway.ports import AccessLogs
from gatelet.gateway.stage_logs import LogTarget

STANDARD_OUTPUT = "-"
_FLUSH_SECONDS = 0.25
_MOST_CHARACTERS = 8 * MIB
_log = logging.getLogger(__name__)


class FileAccessLog:
    """Writes lines to a place, and passes them on."""

    def __init__(self, place: str, onward: AccessLogs, most: int = _MOST_CHARACTERS) -> None:
        """``place`` is a path, or ``-`` for standard output."""
        self._place = place
        self._onward = onward
        self._most = most
        self._waiting: list[str] = []
        self._characters = 0
        self._dropped = 0

    def write(self, target: LogTarget, request_id: str, line: str) -> None:
        """Take a line."""
        self._onward.write(target, request_id, line)
        if self._characters + len(line) > self._most:
            self._dropped += 1
        else:
            self._waiting.append(line)
            self._characters += len(line)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[FileAccessLog]:
        """Write until the block ends, and then what is left."""
        writing = asyncio.create_task(self._write_on())
        try:
            yield self
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await self.flush()

    async def flush(self) -> None:
        """Write what waits. A place that cannot be written to loses lines, and says so; requests go on."""
        if self._dropped:
            self._waiting.append(f"[{self._dropped} lines were dropped]")
            self._dropped = 0
        if not self._waiting:
            return
        text = "".join(f"{line}\n" for line in self._waiting)
        self._waiting, self._characters = [], 0
        try:
            await asyncio.to_thread(self._append, text)
        except (OSError, ValueError) as error:  # ValueError: a closed output, or one that cannot encode the text
            _log.error("access log lines could not be written to %s: %s", self._place, error)

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    def _append(self, text: str) -> None:
        if self._place == STANDARD_OUTPUT:
            sys.stdout.write(text.encode("utf-8", "replace").decode())
            sys.stdout.flush()
        else:
            with Path(self._place).expanduser().open("a", encoding="utf-8", errors="replace") as file:
                file.write(text)
