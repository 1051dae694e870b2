"""The outbox: messages to the users of user pools, in a file of the data directory and in a log group.

``cognito-outbox.jsonl`` has one message a line, the newest last, and is readable by its owner alone; beyond a
mebibyte it becomes ``cognito-outbox.1.jsonl``. The log group is ``/gatelet/cognito/{pool id}``.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson

from gatelet.aws.clock import Clock, zulu_timestamp
from gatelet.aws.quotas import MIB
from gatelet.aws.scope import Scope
from gatelet.logs.writer import LogWriter

FILE: Final = "cognito-outbox.jsonl"
_OLDER: Final = "cognito-outbox.1.jsonl"
_MOST_BYTES: Final = MIB
_OWNER_ALONE: Final = 0o600


class FileOutbox:
    """Writes one message after another."""

    __slots__ = ("_clock", "_directory", "_log", "_writing")

    def __init__(self, directory: Path, log: LogWriter, clock: Clock) -> None:
        self._directory = directory
        self._log = log
        self._clock = clock
        self._writing = asyncio.Lock()

    async def deliver(self, scope: Scope, pool_id: str, message: Mapping[str, str]) -> None:
        """Keep a message; it is in the file when this returns."""
        now = self._clock.now()
        line = orjson.dumps({"time": zulu_timestamp(now), "pool": pool_id, **message})
        group = f"/gatelet/cognito/{pool_id}"
        self._log.write(scope.account, scope.region, group, "outbox", int(now * 1000), line.decode())
        async with self._writing:
            await asyncio.to_thread(self._append, line + b"\n")

    def _append(self, line: bytes) -> None:
        path = self._directory / FILE
        if path.exists() and path.stat().st_size + len(line) > _MOST_BYTES:
            path.replace(self._directory / _OLDER)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _OWNER_ALONE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(line)
