"""One connection: bytes in, requests to the handler one after another, answers out in order.

A request is parsed only when the answer before it is written; until then pipelined bytes wait unparsed, and
beyond a bound the socket is not read. Its phases: gatelet.http.phase.

There are no timers here: a connection keeps its next deadline, and the server's sweep calls ``expire``.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Final, cast

from gatelet.http import encode
from gatelet.http.body import STEP_BYTES, Body, LengthBody, in_steps
from gatelet.http.chunked import ChunkedBody
from gatelet.http.errors import AnswerCut, BodyTooLarge, Overloaded, Refusal, RequestTimeout
from gatelet.http.head import HeadParser, check_begun, check_size
from gatelet.http.hub import Hub, log
from gatelet.http.outlet import Outlet, close_body
from gatelet.http.phase import Phase
from gatelet.http.request import Request
from gatelet.http.response import Response

NEVER: Final = math.inf
HEAD, BODY, BUSY, LINGER, CLOSING = Phase


class Connection(asyncio.Protocol):
    """The server's side of one TCP or TLS connection."""

    __slots__ = (
        *("_begun", "_body", "_counted", "_ended", "_head", "_hub", "_keep_alive", "_mark", "_outlet", "_peer"),
        *(
            "_pending",
            "_phase",
            "_port",
            "_reading",
            "_request",
            "_scheme",
            "_task",
            "_transport",
            "_waiting",
            "deadline",
        ),
    )

    def __init__(self, hub: Hub, scheme: str) -> None:
        self._hub = hub
        self._scheme = scheme
        self._head = HeadParser()
        self._phase = HEAD
        self._pending = b""
        self._body: Body | None = None
        self._counted = 0  # body bytes counted against the server's budget
        self._mark = 0  # body bytes at the last look
        self._begun = False  # part of a head is here
        self._ended = False  # the client will send no more
        self._keep_alive = True
        self._reading = True
        self._request: Request | None = None  # read, and not begun
        self._task: asyncio.Task[None] | None = None
        self._waiting: asyncio.Future[None] | None = None  # the task, for the next request
        self.deadline = NEVER

    @property
    def busy(self) -> bool:
        """Whether a request is being received or served, or an answer is not yet taken."""
        return self._phase in {BODY, BUSY} or len(self._pending) > 2 or not self._outlet.empty()

    def is_late(self, now: float) -> bool:
        """Whether a deadline has passed."""
        return self.deadline <= now or self._outlet.deadline <= now

    # Called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        hub = self._hub
        self._transport = cast("asyncio.Transport", transport)
        self._outlet = Outlet(self._transport, hub.limits)
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
        if phase is HEAD and self._outlet.writable:
            if self._pending:
                data = self._pending + data
                self._pending = b""
            self._advance(data)
        elif phase is BODY:
            try:
                self._take_body(data)
            except Refusal as refusal:
                self._refuse(refusal)
        elif phase is HEAD or phase is BUSY:
            self._pending += data
            if self._reading and len(self._pending) >= self._hub.limits.read_ahead_bytes:
                self._reading = False
                self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more. An answer on its way gets a moment; most clients that do this are gone."""
        if self._phase is not BUSY or self._scheme == "https":
            return False
        self._ended = True
        self.deadline = self._hub.now + self._hub.limits.linger_timeout
        return True

    def pause_writing(self) -> None:
        self._outlet.pause(self._hub.now)

    def resume_writing(self) -> None:
        self._outlet.resume()
        if self._phase is HEAD:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the transport's signature
        self._hub.connections.discard(self)
        self._phase = CLOSING
        self.deadline = self._outlet.deadline = NEVER
        self._release_body()
        self._pending = b""
        if self._task is not None:
            self._hub.cancel(self._task)
            self._task = None
        self._head.release()

    # Called by the server

    def expire(self, now: float) -> None:
        """Act on the deadline that has passed."""
        limits, outlet = self._hub.limits, self._outlet
        if outlet.deadline <= now:
            outlet.deadline = now + limits.write_timeout
            if not outlet.progresses():
                self._transport.abort()
        elif self._phase is HEAD:
            if self._begun:
                self._refuse(RequestTimeout("Request Timeout"))
            else:
                self.close()
        elif self._phase is BODY:
            received = 0 if self._body is None else len(self._body.data)
            if received - self._mark < limits.bytes_per_second * limits.body_timeout:
                self._refuse(RequestTimeout("Request Timeout"))
            else:
                self._mark = received
                self.deadline = now + limits.body_timeout
        elif self._phase is LINGER and not outlet.empty():
            self.close()  # answers before the last one are still being taken
        elif self._phase is not CLOSING or not outlet.progresses():
            self._transport.abort()
        else:
            self.deadline = now + limits.write_timeout

    def close(self) -> None:
        """Close once what is written has been taken."""
        if self._phase is CLOSING:
            return
        self._phase = CLOSING
        self._outlet.progresses()  # measured from here on, by this deadline alone
        self._outlet.deadline = NEVER
        self.deadline = self._hub.now + self._hub.limits.write_timeout
        self._transport.close()

    def abandon(self) -> None:
        """Cut the connection; what serves it is cancelled once the transport says that it is lost."""
        self._phase = CLOSING
        self._transport.abort()

    # Receiving

    def _advance(self, data: bytes) -> None:
        """Take a head from ``data``, with as much of its body as is there, and start serving it."""
        hub, head = self._hub, self._head
        try:
            begun = data
            if data[:2] == b"\r\n":  # RFC 9112 2.2: one empty line is forgiven
                data = data[2:]
            end = data.find(b"\r\n\r\n") + 4
            if end < 4:
                self._keep_begun(begun)
                return
            if end > hub.head_bytes:
                check_size(data, end - 2, hub.limits)
            if end == len(data):
                head.parse(data)
                rest = b""
            else:
                head.parse(data[:end])
                rest = data[end:]
            if head.has_body:
                self._begin_body(rest)
            else:
                self._pending = rest
                self._serve(b"")
        except Refusal as refusal:
            self._refuse(refusal)

    def _keep_begun(self, data: bytes) -> None:
        limits = self._hub.limits
        check_size(data, len(data) - 1, limits)
        check_begun(data)
        if self._ended:
            self.close()
        elif len(data) > 2 and not self._begun:
            self._begun = True
            self.deadline = self._hub.now + limits.header_timeout
        self._pending = data

    def _begin_body(self, rest: bytes) -> None:
        hub, head = self._hub, self._head
        limit = hub.limits.body_bytes
        if hub.body_limit is not None:
            limit = hub.body_limit(head.method, head.path, head.headers)
        length = head.content_length
        if length > limit:
            raise BodyTooLarge(limit)
        if length and len(rest) >= length:  # all here already, as small bodies mostly are
            self._count(length)
            self._pending = rest[length:]
            self._serve(rest[:length])
            return
        self._phase = BODY
        self._mark = 0
        self.deadline = hub.now + hub.limits.body_timeout
        self._body = ChunkedBody(limit, hub.limits.header_bytes) if head.chunked else LengthBody(length)
        if head.expects_continue and not rest:
            self._outlet.write(encode.CONTINUE)
        if rest:
            self._take_body(rest)

    def _take_body(self, segment: bytes) -> None:
        body = self._body
        assert body is not None
        rest = body.feed(segment)
        self._count(len(body.data) - self._counted)
        if rest is not None:
            self._body, self._pending = None, rest
            if len(body.data) <= STEP_BYTES:
                self._serve(bytes(body.data))
            else:
                self._phase, self.deadline = BUSY, self._hub.now + self._hub.limits.body_timeout
                self._hub.loop.run_in_executor(None, in_steps, body.data).add_done_callback(self._serve_large)

    def _serve_large(self, body: asyncio.Future[bytes]) -> None:
        if self._phase is BUSY:
            self._serve(body.result())

    def _count(self, octets: int) -> None:
        hub = self._hub
        self._counted += octets
        hub.body_bytes += octets
        if hub.body_bytes > hub.limits.bodies_in_flight:
            raise Overloaded

    def _release_body(self) -> None:
        self._hub.body_bytes -= self._counted
        self._counted = 0
        self._body = None

    # Serving

    def _serve(self, body: bytes) -> None:
        hub, head = self._hub, self._head
        self._phase = BUSY
        self.deadline = hub.now + hub.limits.linger_timeout if self._ended else NEVER
        self._keep_alive = head.keep_alive
        self._request = Request(
            head.method, head.path, head.query, head.headers, head.values, body, self._peer, self._scheme, self._port
        )
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.set_result(None)
        elif self._task is None:
            self._task = hub.loop.create_task(self._respond_to_all())

    async def _respond_to_all(self) -> None:
        """The connection's one task (to make one for every request costs more); it may read on by itself."""
        while self._phase is BUSY and self._request is not None:
            await self._respond()
            if self._phase is HEAD:
                self._waiting = self._hub.loop.create_future()
                await self._waiting
        self._task = None

    async def _respond(self) -> None:
        request, self._request = self._request, None
        assert request is not None
        try:
            response = await self._hub.handle(request)
            body = response.body
        except (Exception, asyncio.CancelledError):  # the listener: the client gets 500, the log the rest
            if self._phase is not BUSY:
                raise  # the client is gone
            log.exception("the handler failed on %s %s", request.method, request.path)
            response, body = Response(500), b""
        if not self._transport.is_closing():
            if isinstance(body, bytes):
                try:
                    self._outlet.send(response, body, self._standing(), head=request.method == "HEAD")
                except Exception as error:  # noqa: BLE001 - the listener: what cannot be encoded was not sent
                    self._fail(error)
            else:
                await self._stream(response, body, head=request.method == "HEAD")
        elif not isinstance(body, bytes):
            await close_body(body)
        if self._phase is BUSY:
            self._answered()

    def _standing(self) -> bytes:
        if self._keep_alive and not self._hub.draining:
            return self._hub.keep_alive
        self._keep_alive = False
        return self._hub.close

    def _fail(self, error: Exception) -> None:
        log.error("an answer that cannot be sent: %r", error)
        self._keep_alive = False
        self._outlet.write(encode.whole(Response(500), b"", self._hub.close))

    async def _stream(self, response: Response, body: AsyncIterator[bytes], *, head: bool) -> None:
        chunked = self._head.http_1_1
        bodiless = response.status in encode.BODILESS
        self._keep_alive = self._keep_alive and chunked
        try:
            begun = encode.begun(response, self._standing(), encode.CHUNKED if chunked and not bodiless else b"\r\n")
        except Exception as error:  # noqa: BLE001 - the listener: what cannot be encoded was not sent
            self._fail(error)
            await close_body(body)
            return
        try:
            self._outlet.write(begun)
            if not bodiless and not head:
                await self._outlet.pump(body, chunked=chunked)
        except (Exception, asyncio.CancelledError) as error:
            if self._phase is not BUSY:
                raise  # the client is gone
            log.error("a streamed answer failed: %s", error, exc_info=not isinstance(error, AnswerCut))
            self._transport.abort()  # the head is sent: only a cut tells the client
            self._keep_alive = False
        finally:
            await close_body(body)

    def _answered(self) -> None:
        """The answer is written: on to the next request, or to the end."""
        if self._counted:
            self._release_body()
        if not self._keep_alive or (self._ended and not self._pending):
            if self._pending or not self._reading:
                self._linger()
            else:
                self.close()
            return
        hub = self._hub
        self._phase = HEAD
        self._begun = False
        self.deadline = hub.now + hub.limits.idle_timeout
        if self._pending or not self._reading:
            self._go_on()

    def _go_on(self) -> None:
        """Take up what was read ahead, as soon as the client takes its answers."""
        if not self._outlet.writable:
            return
        if self._pending:
            data, self._pending = self._pending, b""
            self._advance(data)
        if not self._reading and len(self._pending) < self._hub.limits.read_ahead_bytes:
            self._reading = True
            self._transport.resume_reading()

    # Ending

    def _refuse(self, refusal: Refusal) -> None:
        """Answer by ourselves and close: after a malformed request nothing on this connection can be trusted."""
        self._release_body()
        if not self._transport.is_closing():
            self._outlet.write(encode.refusal(refusal.status, str(refusal), self._hub.close))
            self._linger()

    def _linger(self) -> None:
        self._phase = LINGER
        self._pending = b""
        self.deadline = self._hub.now + self._hub.limits.linger_timeout
        if not self._reading:
            self._reading = True
            self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
