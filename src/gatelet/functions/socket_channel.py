"""A channel over a Unix socket pair: non-blocking sockets on the loop's selector, no transport between."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress

from gatelet.functions.channel import OnClosed, OnFrame
from gatelet.functions.runtimes.python.frames import FrameError, FrameSplitter
from gatelet.functions.runtimes.python.wire import STREAM

_RECEIVE_BYTES = 65_536
_SOCKET_BUFFER_BYTES = 1_048_576
_DRAIN_BYTES = 2 * _SOCKET_BUFFER_BYTES
"""More is not on its way at any moment: the kernel gives a socket at most twice what was asked for."""


class SocketChannel:
    """Driver of gatelet.functions.channel.Channel."""

    __slots__ = ("_greeting", "_loop", "_on_closed", "_on_frame", "_socket", "_splitter", "_unsent")

    def __init__(self, loop: asyncio.AbstractEventLoop, greeting: bytes = STREAM) -> None:
        self._loop = loop
        self._greeting = greeting
        self._socket: socket.socket | None = None
        self._splitter = FrameSplitter()
        self._unsent = bytearray()
        self._on_frame: OnFrame
        self._on_closed: OnClosed

    def open(self, on_frame: OnFrame, on_closed: OnClosed, descriptors: Sequence[int] = ()) -> socket.socket:
        """Make the pair, greet the worker (with descriptors for it, if any) and listen to the near end."""
        near, far = socket.socketpair()
        near.setblocking(False)
        for end in (near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER_BYTES)
        self._on_frame, self._on_closed = on_frame, on_closed
        self._socket = near
        socket.send_fds(near, [self._greeting], list(descriptors))
        self._loop.add_reader(near.fileno(), self._receive)
        return far

    def send(self, frame: bytes, *, at_once: bool = True) -> None:  # noqa: ARG002 - it always does
        """Send at once what the socket takes, the rest when it takes more."""
        if self._socket is None:
            return
        if self._unsent:
            self._unsent += frame
            return
        try:
            sent = self._socket.send(frame)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return  # the worker is gone: its end of file is on the way
        if sent < len(frame):
            self._unsent += memoryview(frame)[sent:]
            self._loop.add_writer(self._socket.fileno(), self._writable)

    def take_back(self) -> int:
        """Bytes of a stream cannot be taken back."""
        return 0

    def say_goodbye(self) -> None:
        """The worker reads the end of the stream."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def pause(self) -> None:
        """Leave what comes to the socket's buffer, which holds the worker up when it is full."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())

    def resume(self) -> None:
        """Read again."""
        if self._socket is not None:
            self._loop.add_reader(self._socket.fileno(), self._receive)

    def drain(self) -> None:
        """Read what the worker has sent, no more: one that sends and sends would never let this end."""
        left = _DRAIN_BYTES
        while self._socket is not None and left > 0 and (received := self._receive()):
            left -= received

    def close(self) -> None:
        """Stop listening and close the near end."""
        if self._socket is None:
            return
        self._loop.remove_reader(self._socket.fileno())
        if self._unsent:
            self._loop.remove_writer(self._socket.fileno())
            self._unsent = bytearray()
        self._socket.close()
        self._socket = None

    def _receive(self) -> int:
        """Read once and deliver; how many bytes were there."""
        near = self._socket
        assert near is not None
        try:
            data = near.recv(_RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            data = b""
        try:
            received = self._splitter.feed(data)
        except FrameError:
            data, received = b"", []
        for kind, payload in received:
            if self._socket is not None:
                self._on_frame(kind, payload)
        if not data and self._socket is not None:
            self.close()
            self._on_closed()
        return len(data)

    def _writable(self) -> None:
        assert self._socket is not None
        try:
            sent = self._socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._socket.fileno())
