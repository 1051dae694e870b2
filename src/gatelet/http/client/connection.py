"""One connection to an endpoint: one exchange at a time, and what came is judged as it comes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import cast

from gatelet.http.client.answer_head import UNTIL_CLOSE, AnswerHead
from gatelet.http.client.bodies import BodyReader
from gatelet.http.client.errors import AnswerTooLarge, BadAnswer, ClientError, ConnectionLost
from gatelet.http.client.limits import ClientLimits
from gatelet.http.client.message import Answer
from gatelet.http.client.stream import AnswerStream
from gatelet.http.client.target import Origin

_END_OF_HEAD = b"\r\n\r\n"


class Held:
    """Bytes of answers in the making, over all connections of one client."""

    __slots__ = ("_limit", "octets")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.octets = 0

    def take(self, octets: int) -> None:
        """Raises AnswerTooLarge when there is no room for them."""
        self.octets += octets
        if self.octets > self._limit:
            raise AnswerTooLarge("no memory is left for more answers")


class Connection(asyncio.Protocol):
    """``freed`` is called when an exchange is over, whatever its end; ``lost`` when the connection is."""

    def __init__(
        self,
        origin: Origin,
        limits: ClientLimits,
        held: Held,
        freed: Callable[[Connection], None],
        lost: Callable[[Connection], None],
    ) -> None:
        self.origin = origin
        self.exchanges = 0
        self.idle_since = 0.0
        self.patience = math.inf
        """For how many idle seconds the endpoint keeps it, as it says."""
        self._limits = limits
        self._held = held
        self._freed = freed
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._closed = False
        self._waiter: asyncio.Future[Answer] | None = None
        self._stream: AnswerStream | None = None
        self._wanted_stream: AnswerStream | None = None
        self._forget()

    @property
    def usable(self) -> bool:
        """Whether another exchange may go over it."""
        return not self._closed and not self._transport.is_closing()

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._waiter is not None or self._stream is not None

    def exchange(
        self, head: bytes, body: bytes, *, to_head: bool, stream: AnswerStream | None = None
    ) -> asyncio.Future[Answer]:
        """Send a request; the answer, whole or (with ``stream``) as soon as its header is there.

        The future fails with ClientError. ``to_head``: it is a HEAD request, whose answer has no body.
        """
        self.exchanges += 1
        self._to_head = to_head
        self._wanted_stream = stream
        self._waiter = self._loop.create_future()
        if len(body) > self._limits.read_ahead_bytes:
            self._transport.write(head)
            self._transport.write(body)
        else:
            self._transport.write(head + body)
        return self._waiter

    def abandon(self, answer: asyncio.Future[Answer]) -> None:
        """Nobody waits for this answer any more: cut the connection, unless it has gone on to others already."""
        if self._waiter is answer:
            self.abort()

    def abort(self) -> None:
        """Cut it: whatever was under way is of no interest any more."""
        if not self._closed:
            self._transport.abort()

    def close(self) -> None:
        """Close it in peace."""
        if not self._closed:
            self._transport.close()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if not self.busy:
            self.abort()  # nobody asked: no later answer on this connection could be trusted
            return
        try:
            self._advance(data)
        except ClientError as error:
            self._end(error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        if self.busy:
            whole = self._head is not None and self._head.framing == UNTIL_CLOSE and exc is None
            unanswered = self._head is None and not self._seen
            self._end(None if whole else ConnectionLost("the endpoint closed the connection", unanswered=unanswered))
        self._lost(self)

    # The answer

    def _forget(self) -> None:
        self._seen = bytearray()
        self._interim = 0
        self._head: AnswerHead | None = None
        self._body: BodyReader | None = None
        self._data = bytearray()
        self._to_head = False
        self._wanted_stream = None

    def _advance(self, data: bytes) -> None:
        if self._body is None:
            rest = self._take_head(data)
            if rest is None:
                return
            data = rest
        assert self._body is not None
        part, after = self._body.feed(data)
        if part:
            self._take(part)
        if after is not None:
            self._end(None, clean=not after)

    def _take_head(self, data: bytes) -> bytes | None:
        """What follows the final answer's head, or None while it is not complete."""
        bound = self._limits.head_bytes
        while True:
            start = max(len(self._seen) - 3, 0)
            self._seen += data
            end = self._seen.find(_END_OF_HEAD, start)
            if (end if end >= 0 else len(self._seen)) > bound:
                raise AnswerTooLarge(f"the answer's header is larger than {bound} bytes")
            if end < 0:
                return None
            head = AnswerHead(bytes(self._seen[: end + 4]), to_head_request=self._to_head)
            data = bytes(self._seen[end + 4 :])
            self._seen.clear()
            if head.status >= 200:
                self._begin(head)
                return data
            self._interim += 1
            if head.status == 101 or self._interim > self._limits.interim_answers:
                raise BadAnswer(f"an interim answer ({head.status}) that nobody asked for")

    def _begin(self, head: AnswerHead) -> None:
        stream = self._wanted_stream
        self._head = head
        self._body = BodyReader(
            head.framing, self._limits.body_bytes if stream is None else None, self._limits.head_bytes
        )
        if stream is None:
            return
        stream.hold, stream.go_on, stream.drop = self._pause, self._resume, self.abort
        self._stream = stream
        self._answer(stream)

    def _take(self, part: bytes) -> None:
        if self._stream is not None:
            self._stream.put(part)
            return
        self._data += part
        self._held.take(len(part))

    def _answer(self, body: bytes | AnswerStream) -> None:
        waiter, self._waiter = self._waiter, None
        assert waiter is not None
        assert self._head is not None
        if not waiter.done():
            waiter.set_result(Answer(self._head.status, self._head.headers, body))
        elif self._stream is not None:
            self.abort()  # nobody will ever read it

    def _end(self, error: ClientError | None, *, clean: bool = False) -> None:
        """The exchange is over. ``clean``: the connection stands exactly behind it."""
        head, stream = self._head, self._stream
        self._held.octets -= len(self._data)
        if stream is not None:
            stream.end(error)
            self._resume()
        elif error is None:
            self._answer(bytes(self._data))
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        self._waiter = self._stream = None
        self.patience = math.inf if head is None else head.patience
        reusable = clean and head is not None and head.keep_alive and self.usable
        # An answer that came before the request was sent whole leaves a connection in the middle of it.
        reusable = reusable and self._transport.get_write_buffer_size() == 0
        self._forget()
        if not reusable:
            self.close()
        self._freed(self)

    def _pause(self) -> None:
        if not self._closed:
            self._transport.pause_reading()

    def _resume(self) -> None:
        if not self._closed and not self._transport.is_closing():
            self._transport.resume_reading()
