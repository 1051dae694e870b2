"""Whether payloads are JSON, however large, without holding the event loop.

The parser is native code that lets no other thread run meanwhile: 6 MB take it 50 ms. So a large payload is parsed by
a process that is started for it (``payload_child``).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from typing import Final

from gatelet.aws.quotas import KIB
from gatelet.control.lambda_.json_payload import fault_of

_log = logging.getLogger(__name__)

_SMALL: Final = 32 * KIB
"""Payloads up to here are parsed at once."""
_LARGE: Final = 512 * KIB
"""Payloads from here on are parsed by a process; what is between, by a thread in less than 5 ms."""
_PIECE: Final = 256 * KIB
_PROCESSES: Final = 2
"""At once; other payloads wait."""
_SECONDS: Final = 10.0
"""Then the process is given up: 6 MB, by Python's own parser if need be, take it a tenth."""


class PayloadCheck:
    """Checks payloads; bounded in processes."""

    __slots__ = ("_room",)

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_PROCESSES)

    async def fault_of(self, payload: bytes) -> str | None:
        """What is wrong with the payload (gatelet.control.lambda_.json_payload), None if it is one JSON value."""
        if len(payload) <= _SMALL:
            return fault_of(payload)
        if len(payload) >= _LARGE:
            async with self._room:
                try:
                    return await _fault_by_process(payload)
                except (OSError, ValueError, TimeoutError):
                    _log.warning("no process could check a payload: a thread does", exc_info=True)
        return await asyncio.to_thread(fault_of, payload)


async def _fault_by_process(payload: bytes) -> str | None:
    """Raises OSError and ValueError (no answer), TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gatelet.control.lambda_.payload_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        start_new_session=True,  # Ctrl-C comes to Gatelet alone
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_SECONDS):
            for begin in range(0, len(payload), _PIECE):
                process.stdin.write(payload[begin : begin + _PIECE])
                await process.stdin.drain()
            process.stdin.close()
            said: str | None = json.loads(await process.stdout.read())
            return said
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
