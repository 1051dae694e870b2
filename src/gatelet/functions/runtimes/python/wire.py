"""The worker's end of the channel: a blocking socket, one sender at a time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections import deque

from . import frames

RECEIVE_BYTES = 65_536
STREAM = b"S"
PACKETS = b"P"
"""The first byte from the gateway: whether frames come through the stream, or as packets of a socket beside it."""


class Wire:
    """Sends and receives frames. Threads of the handler may send log events while an event runs."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        os.set_inheritable(fd, False)
        self._packets = self._greet()
        self._splitter = frames.FrameSplitter()
        self._ready: deque[tuple[int, bytes]] = deque()
        self._lock = threading.Lock()
        self._owner = os.getpid()
        os.register_at_fork(after_in_child=self._abandon)

    def receive(self) -> tuple[int, bytes]:
        """The next frame; ends the process when the gateway is gone."""
        if self._packets is None:
            return self._from_stream()
        return self._of_packet(self._packets.recv(frames.PACKET_BYTES))

    def _of_packet(self, packet: bytes) -> tuple[int, bytes]:
        if not packet:
            os._exit(0)
        kind, payload = frames.decode_packet(packet)
        return self._from_stream() if kind == frames.STREAMED else (kind, payload)

    @property
    def events(self) -> int:
        """The descriptor that is readable when a frame is there."""
        return (self._socket if self._packets is None else self._packets).fileno()

    @property
    def stream(self) -> int:
        """The descriptor of the stream, which ends when the gateway lets the worker go."""
        return self._socket.fileno()

    def ended(self) -> bool:
        """Whether it has ended; what is there stays there."""
        with contextlib.suppress(BlockingIOError):
            return not self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        return False

    def poll(self) -> tuple[int, bytes] | None:
        """The next frame if one is there and the gateway does not take it back; ends the process as ``receive``."""
        if self._packets is None:
            return self._from_stream()
        try:
            packet = self._packets.recv(frames.PACKET_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        return self._of_packet(packet)

    def _greet(self) -> socket.socket | None:
        greeting, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        if not greeting:
            os._exit(0)
        if greeting != PACKETS:
            return None
        os.set_inheritable(descriptors[0], False)
        return socket.socket(fileno=descriptors[0])

    def _from_stream(self) -> tuple[int, bytes]:
        while not self._ready:
            data = self._socket.recv(RECEIVE_BYTES)
            if not data:
                os._exit(0)
            self._ready.extend(self._splitter.feed(data))
        return self._ready.popleft()

    def send(self, frame: bytes) -> None:
        """Send a whole frame; ends the process when the gateway is gone."""
        try:
            with self._lock:
                self._socket.sendall(frame)
        except OSError:
            os._exit(0)

    @property
    def owned(self) -> bool:
        """False in a process that the handler forked: it must not speak for the worker."""
        return self._owner == os.getpid()

    def _abandon(self) -> None:
        self._lock = threading.Lock()
        self._socket.close()
        if self._packets is not None:
            self._packets.close()
