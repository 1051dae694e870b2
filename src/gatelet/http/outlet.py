"""The way out of a connection: whole and streamed answers, and flow control against slow readers."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from typing import Final

from gatelet.http import encode
from gatelet.http.limits import Limits
from gatelet.http.response import Response

log = logging.getLogger("gatelet.http")

_SEPARATE: Final = 65_536
"""From this size a body is written by itself instead of being copied behind its head."""


class Outlet:
    """The sending half of a transport.

    ``writable`` is false while the client takes less than we have; ``deadline`` is then the moment by which it
    must have taken ``write_timeout * bytes_per_second`` bytes.
    """

    __slots__ = ("_drained", "_left", "_limits", "_transport", "deadline", "writable", "write")

    def __init__(self, transport: asyncio.Transport, limits: Limits) -> None:
        self._transport = transport
        self._limits = limits
        self._left = 0
        self._drained: asyncio.Future[None] | None = None
        self.write = transport.write
        self.writable = True
        self.deadline = math.inf

    def send(self, response: Response, body: bytes, standing: bytes, *, head: bool) -> None:
        """Send a whole answer; only its head to a HEAD request. Raises BadResponse, then nothing is sent."""
        if head or response.status in encode.BODILESS:
            self.write(encode.head_only(response, body, standing))
        elif len(body) < _SEPARATE:
            self.write(encode.whole(response, body, standing))
        else:
            self.write(encode.head_only(response, body, standing))
            self.write(body)

    async def pump(self, body: AsyncIterator[bytes], *, chunked: bool) -> None:
        """Send a streamed body as it yields, never further ahead of the client than the transport's buffer."""
        async for part in body:
            if not part:
                continue
            self.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            if not self.writable:
                self._drained = asyncio.get_running_loop().create_future()
                await self._drained
                self._drained = None
        if chunked:
            self.write(encode.LAST_CHUNK)

    def pause(self, now: float) -> None:
        """The transport's buffer is full."""
        self.writable = False
        self._left = self._transport.get_write_buffer_size()
        self.deadline = now + self._limits.write_timeout

    def resume(self) -> None:
        """The transport's buffer has room again."""
        self.writable = True
        self.deadline = math.inf
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def empty(self) -> bool:
        """Whether everything written has been handed to the system."""
        return self._transport.get_write_buffer_size() == 0

    def progresses(self) -> bool:
        """Whether the client took enough since the last look."""
        left = self._transport.get_write_buffer_size()
        taken = self._left - left
        self._left = left
        return taken >= self._limits.bytes_per_second * self._limits.write_timeout


async def close_body(body: AsyncIterator[bytes]) -> None:
    """Let an async generator clean up, whether or not it was read to its end."""
    close = getattr(body, "aclose", None)
    if close is not None:
        try:
            await close()
        except Exception:  # whatever its clean-up raises: the answer is over, and the connection goes on
            log.exception("a streamed answer failed to close")
