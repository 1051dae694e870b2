"""A channel whose frames can be taken back: several may wait at a busy worker.

Frames to the worker are packets of a SOCK_SEQPACKET pair, of which the gateway keeps the worker's end, too.
Each packet is read once, by whoever reads first: a frame that the worker has not taken yet is taken back by
reading it, and the kernel decides who owns it (design section 4). A worker that is busy is not woken by a
frame, and finds it when it is done: the hot path makes no process sleep. Frames leave at the end of a round of
the event loop, all at once, so that a worker is woken once for all of them. Answers, and frames that are too
large for a packet, go through a stream pair beside it, whose end tells that the worker is gone.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import suppress

from gatelet.functions.channel import OnClosed, OnFrame
from gatelet.functions.runtimes.python import frames
from gatelet.functions.runtimes.python.wire import PACKETS
from gatelet.functions.socket_channel import SocketChannel

_BUFFER_BYTES = 1_048_576


class PacketChannel:
    """Driver of gatelet.functions.channel.Channel; Linux alone has such sockets."""

    __slots__ = ("_far", "_loop", "_near", "_stream", "_unsent", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._stream = SocketChannel(loop, PACKETS)
        self._near: socket.socket | None = None
        self._far: socket.socket | None = None
        self._unsent: deque[bytes] = deque()
        self._waiting = False

    def open(self, on_frame: OnFrame, on_closed: OnClosed) -> socket.socket:
        """Make both pairs; the worker gets its end of the packets through its end of the stream."""
        self._near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._near, self._far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        # Blocking is a property of the shared description, and the worker's end must block: the near end's
        # sends and the reads of frames taken back say MSG_DONTWAIT themselves.
        return self._stream.open(on_frame, on_closed, [self._far.fileno()])

    def send(self, frame: bytes, *, at_once: bool = False) -> None:
        """Send with what gathers in this round of the loop; what the sockets do not take waits until they do."""
        if self._near is None:
            return
        if len(frame) > frames.PACKET_BYTES:
            self._stream.send(frame)
            frame = frames.encode(frames.STREAMED, b"")
        self._unsent.append(frame)
        if at_once:
            self._flush()
        elif len(self._unsent) == 1:
            self._loop.call_soon(self._flush)

    def take_back(self) -> int:
        """Take back every frame that the worker has not taken: how many."""
        taken = len(self._unsent)
        self._unsent.clear()
        with suppress(BlockingIOError, InterruptedError, OSError):
            while self._far is not None and self._far.recv(1, socket.MSG_DONTWAIT):
                taken += 1
        return taken

    def say_goodbye(self) -> None:
        """The worker reads the end of the stream."""
        self._stream.say_goodbye()

    def pause(self) -> None:
        """Read no more answers."""
        self._stream.pause()

    def resume(self) -> None:
        """Read them again."""
        self._stream.resume()

    def drain(self) -> None:
        """Read what the worker has sent."""
        self._stream.drain()

    def close(self) -> None:
        """Stop listening and close what is ours."""
        if self._near is not None and self._far is not None:
            self._stop_waiting()
            self._unsent.clear()
            self._near.close()
            self._far.close()
            self._near = self._far = None
        self._stream.close()

    def _flush(self) -> None:
        """Send what has gathered; wait for room if the worker is far behind."""
        if self._near is None:
            return
        try:
            while self._unsent:
                self._near.send(self._unsent[0], socket.MSG_DONTWAIT)
                self._unsent.popleft()
        except (BlockingIOError, InterruptedError):
            if not self._waiting:
                self._waiting = True
                self._loop.add_writer(self._near.fileno(), self._flush)
            return
        except OSError:
            self._unsent.clear()  # the worker is gone: the end of the stream is on the way
        if self._waiting:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._waiting and self._near is not None:
            self._loop.remove_writer(self._near.fileno())
            self._waiting = False
