"""One connection: bytes in, requests to the handler one after another, answers out in order.

A request is parsed only when the answer before it is written; until then pipelined bytes wait unparsed, and
beyond a bound the socket is not read. The phases:

    HEAD ──► BODY ──► BUSY ──► HEAD           keep-alive
      │        │        └────► CLOSING        Connection: close, drained, failed
      └────────┴─────► LINGER ──► CLOSING     refused: what the client still sends is read and dropped,
                                              or it would get a reset instead of its answer

There are no timers here: a connection keeps its next deadline, and the server's sweep calls ``expire``.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from enum import IntEnum
from typing import Final, cast

from gatelet.http import encode
from gatelet.http.chunked import ChunkedBody
from gatelet.http.errors import BodyTooLarge, Overloaded, Refusal, RequestTimeout
from gatelet.http.head import HeadParser, check_begun, check_size
from gatelet.http.hub import Hub, log
from gatelet.http.request import Request
from gatelet.http.response import Response

NEVER: Final = math.inf
_SEPARATE_WRITE: Final = 65_536
"""From this size a body is written by itself instead of being copied behind its head."""


class Phase(IntEnum):
    """Where a connection stands."""

    HEAD = 0
    BODY = 1
    BUSY = 2
    LINGER = 3
    CLOSING = 4


class Connection(asyncio.Protocol):
    """The server's side of one TCP or TLS connection."""

    __slots__ = (
        "_begun",
        "_body",
        "_chunks",
        "_counted",
        "_drained",
        "_ended",
        "_head",
        "_hub",
        "_keep_alive",
        "_left",
        "_mark",
        "_need",
        "_peer",
        "_pending",
        "_phase",
        "_port",
        "_reading",
        "_scheme",
        "_task",
        "_transport",
        "_writable",
        "deadline",
        "write_deadline",
    )

    def __init__(self, hub: Hub, scheme: str) -> None:
        self._hub = hub
        self._scheme = scheme
        self._head = HeadParser()
        self._phase = Phase.HEAD
        self._pending = b""
        self._body = bytearray()
        self._chunks: ChunkedBody | None = None
        self._need = 0
        self._counted = 0
        self._mark = 0  # body bytes at the last look
        self._left = 0  # unsent bytes at the last look
        self._begun = False  # part of a head is here
        self._ended = False  # the client will send no more
        self._keep_alive = True
        self._reading = True
        self._writable = True
        self._drained: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.deadline = NEVER
        self.write_deadline = NEVER

    @property
    def busy(self) -> bool:
        """Whether a request is being received or served, or an answer is not yet taken."""
        return (
            self._phase in {Phase.BODY, Phase.BUSY}
            or bool(self._pending)
            or self._transport.get_write_buffer_size() > 0
        )

    # Called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        hub = self._hub
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        name = transport.get_extra_info("sockname")
        self._peer: str = peer[0] if isinstance(peer, tuple) else ""
        self._port: int = name[1] if isinstance(name, tuple) else 0
        full = len(hub.connections) >= hub.limits.max_connections
        hub.connections.add(self)
        self.deadline = hub.now + hub.limits.header_timeout
        if full:
            self._refuse(Overloaded())

    def data_received(self, data: bytes) -> None:
        phase = self._phase
        if phase == Phase.HEAD and self._writable:
            if self._pending:
                data = self._pending + data
                self._pending = b""
            self._advance(data)
        elif phase == Phase.BODY:
            try:
                self._take_body(data)
            except Refusal as refusal:
                self._refuse(refusal)
        elif phase <= Phase.BUSY:
            self._pending += data
            if len(self._pending) >= self._hub.limits.read_ahead_bytes:
                self._pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more. An answer on its way gets a moment; most clients that do this are gone."""
        if self._phase != Phase.BUSY or self._scheme == "https":
            return False
        self._ended = True
        self.deadline = self._hub.now + self._hub.limits.linger_timeout
        return True

    def pause_writing(self) -> None:
        self._writable = False
        self._left = self._transport.get_write_buffer_size()
        self.write_deadline = self._hub.now + self._hub.limits.write_timeout

    def resume_writing(self) -> None:
        self._writable = True
        self.write_deadline = NEVER
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        if self._phase == Phase.HEAD:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the transport's signature
        hub = self._hub
        hub.connections.discard(self)
        self._phase = Phase.CLOSING
        self.deadline = self.write_deadline = NEVER
        self._release_body()
        self._pending = b""
        if self._task is not None:
            self._task.cancel()
        self._head.release()

    # Called by the server

    def expire(self, now: float) -> None:
        """Act on a deadline that has passed."""
        if self.write_deadline <= now and not self._reader_progresses():
            self._transport.abort()
        elif self.deadline > now:
            return
        elif self._phase == Phase.HEAD:
            if self._pending:
                self._refuse(RequestTimeout("Request Timeout"))
            else:
                self.close()
        elif self._phase == Phase.BODY:
            received = self._received()
            if received - self._mark < self._hub.limits.bytes_per_second * self._hub.limits.body_timeout:
                self._refuse(RequestTimeout("Request Timeout"))
            else:
                self._mark = received
                self.deadline = now + self._hub.limits.body_timeout
        elif self._phase in {Phase.BUSY, Phase.LINGER} or not self._reader_progresses():
            self._transport.abort()
        else:
            self.deadline = now + self._hub.limits.write_timeout

    def close(self) -> None:
        """Close once what is written has been taken."""
        if self._phase == Phase.CLOSING:
            return
        self._phase = Phase.CLOSING
        self._left = self._transport.get_write_buffer_size()
        self.deadline = self._hub.now + self._hub.limits.write_timeout
        self._transport.close()

    def abandon(self) -> asyncio.Task[None] | None:
        """Cut the connection; the task that was serving it, cancelled, for the caller to await."""
        task = self._task
        if task is not None:
            task.cancel()
        self._phase = Phase.CLOSING
        self._transport.abort()
        return task

    # Receiving

    def _advance(self, data: bytes) -> None:
        """Take a head from ``data``, with as much of its body as is there, and start serving it."""
        try:
            if data[:2] == b"\r\n":  # RFC 9112 2.2: one empty line before a request is forgiven
                data = data[2:]
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:
                self._keep_begun(data)
                return
            limits = self._hub.limits
            if end > limits.header_bytes or end > limits.url_characters:
                check_size(data, end - 2, limits.header_bytes, limits.url_characters)
            head = self._head
            if end == len(data):
                head.parse(data)
                rest = b""
            else:
                head.parse(data[:end])
                rest = data[end:]
            if head.content_length or head.chunked:
                self._begin_body(rest)
            else:
                self._pending = rest
                self._serve(b"")
        except Refusal as refusal:
            self._refuse(refusal)

    def _keep_begun(self, data: bytes) -> None:
        limits = self._hub.limits
        check_size(data, len(data) - 1, limits.header_bytes, limits.url_characters)
        check_begun(data)
        if self._ended:
            self.close()
        elif data and not self._begun:
            self._begun = True
            self.deadline = self._hub.now + limits.header_timeout
        self._pending = data

    def _begin_body(self, rest: bytes) -> None:
        hub, head = self._hub, self._head
        limit = hub.limits.body_bytes
        if hub.body_limit is not None:
            limit = hub.body_limit(head.method, head.path, head.headers)
        if head.content_length > limit:
            raise BodyTooLarge(limit)
        self._phase = Phase.BODY
        self._mark = 0
        self.deadline = hub.now + hub.limits.body_timeout
        self._need = head.content_length
        self._chunks = ChunkedBody(limit, hub.limits.header_bytes) if head.chunked else None
        if head.expects_continue and not rest:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if rest:
            self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        if self._chunks is not None:
            rest = self._chunks.feed(data)
            self._count(len(self._chunks.data) - self._counted)
            if rest is not None:
                body = bytes(self._chunks.data)
                self._chunks = None
                self._pending = rest
                self._serve(body)
            return
        need = self._need - len(self._body)
        taken = data if len(data) <= need else data[:need]
        self._count(len(taken))
        if len(taken) < need:
            self._body += taken
            return
        self._pending = data[need:]
        if self._body:
            self._body += taken
            taken = bytes(self._body)
            self._body = bytearray()
        self._serve(taken)

    def _received(self) -> int:
        return len(self._body) if self._chunks is None else len(self._chunks.data)

    def _count(self, octets: int) -> None:
        hub = self._hub
        self._counted += octets
        hub.body_bytes += octets
        if hub.body_bytes > hub.limits.bodies_in_flight:
            raise Overloaded

    def _release_body(self) -> None:
        self._hub.body_bytes -= self._counted
        self._counted = 0
        self._chunks = None
        self._body = bytearray()

    # Serving

    def _serve(self, body: bytes) -> None:
        head = self._head
        self._phase = Phase.BUSY
        self.deadline = NEVER if not self._ended else self._hub.now + self._hub.limits.linger_timeout
        self._keep_alive = head.keep_alive
        request = Request(head.method, head.path, head.query, head.headers, body, self._peer, self._scheme, self._port)
        self._task = self._hub.loop.create_task(self._respond(request))

    async def _respond(self, request: Request) -> None:
        try:
            response = await self._hub.handle(request)
            body = response.body
        except (Exception, asyncio.CancelledError):  # the listener: the client gets 500, the log the rest
            if self._phase != Phase.BUSY:
                raise  # the client is gone
            log.exception("the handler failed on %s %s", request.method, request.path)
            response, body = Response(500), b""
        if not self._transport.is_closing():
            if isinstance(body, bytes):
                self._answer(response, body)
            else:
                await self._stream(response, body)
        self._task = None
        self._answered()

    def _standing(self) -> bytes:
        if self._keep_alive and not self._hub.draining:
            return self._hub.keep_alive
        self._keep_alive = False
        return self._hub.close

    def _answer(self, response: Response, body: bytes) -> None:
        bodiless = self._head.method == "HEAD"
        separate = len(body) >= _SEPARATE_WRITE and not bodiless and response.status not in encode.BODILESS
        try:
            data = encode.whole(response, body, self._standing(), bodiless=bodiless or separate)
        except Exception as error:  # noqa: BLE001 - the listener: nothing is sent yet
            self._fail(error)
            return
        self._transport.write(data)
        if separate:
            self._transport.write(body)

    def _fail(self, error: Exception) -> None:
        log.error("an answer that cannot be sent: %r", error)
        self._keep_alive = False
        self._transport.write(encode.whole(Response(500), b"", self._standing(), bodiless=False))

    async def _stream(self, response: Response, body: AsyncIterator[bytes]) -> None:
        chunked = self._head.http_1_1
        bodiless = response.status in encode.BODILESS
        if not chunked:
            self._keep_alive = False
        try:
            head = encode.begun(response, self._standing(), encode.CHUNKED if chunked and not bodiless else b"\r\n")
        except Exception as error:  # noqa: BLE001 - the listener: nothing is sent yet
            self._fail(error)
            await _close(body)
            return
        try:
            self._transport.write(head)
            if not bodiless and self._head.method != "HEAD":
                await self._pump(body, chunked=chunked)
        except (Exception, asyncio.CancelledError):
            if self._phase != Phase.BUSY:
                raise  # the client is gone
            log.exception("a streamed answer failed")
            self._transport.abort()  # the head is sent: only a cut tells the client
        finally:
            await _close(body)

    async def _pump(self, body: AsyncIterator[bytes], *, chunked: bool) -> None:
        write = self._transport.write
        async for part in body:
            if not part:
                continue
            write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            if not self._writable:
                self._drained = self._hub.loop.create_future()
                await self._drained
                self._drained = None
        if chunked:
            write(encode.LAST_CHUNK)

    def _answered(self) -> None:
        """The answer is written: on to the next request, or to the end."""
        if self._counted:
            self._release_body()
        if self._phase != Phase.BUSY:
            return
        if not self._keep_alive or (self._ended and not self._pending):
            if self._pending or not self._reading:
                self._linger()
            else:
                self.close()
            return
        self._phase = Phase.HEAD
        self._begun = False
        self.deadline = self._hub.now + self._hub.limits.idle_timeout
        if self._pending or not self._reading:
            self._go_on()

    def _go_on(self) -> None:
        """Take up what was read ahead, as soon as the client takes its answers."""
        if not self._writable:
            return
        if self._pending:
            data, self._pending = self._pending, b""
            self._advance(data)
        if not self._reading and len(self._pending) < self._hub.limits.read_ahead_bytes:
            self._reading = True
            self._transport.resume_reading()

    def _pause_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._transport.pause_reading()

    # Ending

    def _refuse(self, refusal: Refusal) -> None:
        """Answer by ourselves and close: after a malformed request nothing on this connection can be trusted."""
        self._release_body()
        if not self._transport.is_closing():
            self._transport.write(encode.plain(refusal.status, str(refusal), self._hub.close))
            self._linger()

    def _linger(self) -> None:
        self._phase = Phase.LINGER
        self._pending = b""
        self.deadline = self._hub.now + self._hub.limits.linger_timeout
        if not self._reading:
            self._reading = True
            self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _reader_progresses(self) -> bool:
        """Whether the client took enough since the last look; looks again a write timeout later."""
        left = self._transport.get_write_buffer_size()
        taken = self._left - left
        self._left = left
        if self.write_deadline != NEVER:
            self.write_deadline = self._hub.now + self._hub.limits.write_timeout
        return taken >= self._hub.limits.bytes_per_second * self._hub.limits.write_timeout


async def _close(body: AsyncIterator[bytes]) -> None:
    """Let an async generator clean up, whether or not it was read to its end."""
    close = getattr(body, "aclose", None)
    if close is not None:
        try:
            await close()
        except Exception:
            log.exception("a streamed answer failed to close")
