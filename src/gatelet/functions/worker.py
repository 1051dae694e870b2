"""One worker process as the gateway sees it: its channel, its raw output and its end, in that order."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack, suppress
from socket import socket
from typing import Protocol

from gatelet.functions.channel import Channel
from gatelet.functions.grounds import Grounds
from gatelet.functions.launch import Launch
from gatelet.functions.process import Process, StartFailed
from gatelet.functions.runtimes.python import frames

_FAREWELL_SECONDS = 2.2
"""What an environment with extensions has for its end (lambda-execution section 7), and a moment."""
_READ_BYTES = 16_384
_PIPE_BYTES = 65_536
"""What a pipe holds: more cannot have been written before the moment of a drain."""
_LINE_BYTES = 262_144
"""A raw line that is longer is cut into events of this size (CloudWatch's own limit on an event)."""


class Owner(Protocol):
    """Who hears of the worker (an environment)."""

    def on_frame(self, kind: int, payload: bytes) -> None:
        """A frame came."""

    def on_output(self, lines: list[str]) -> None:
        """Raw lines of standard output or error, their line ends included."""

    def on_exit(self, code: int, untaken: int) -> None:
        """The process ended; everything that it wrote has been delivered, ``untaken`` frames were never read."""


class Worker:
    """Life: ``start``, frames and output to the owner, ``on_exit`` once, unless it was abandoned before."""

    __slots__ = ("_abandoned", "_channel", "_grounds", "_lingers", "_loop", "_output", "_owner", "_partial", "_process")

    def __init__(self, loop: asyncio.AbstractEventLoop, channel: Channel, owner: Owner) -> None:
        self._loop = loop
        self._channel = channel
        self._owner: Owner | None = owner
        self._process: Process | None = None
        self._grounds: Grounds | None = None
        self._output = -1
        self._partial = b""
        self._abandoned = self._lingers = False

    @property
    def pid(self) -> int:
        """The process id; 0 while it is not known."""
        return self._process.pid if self._process is not None else 0

    async def start(self, way: Launch, grounds: Grounds) -> bool:
        """Start the process and send it its CONFIGURE frame; whether it is a fork of a template.

        A template that does not fork in time is passed over. Raises StartFailed, OSError.
        """
        assert self._owner is not None
        self._lingers = way.extensions
        with ExitStack() as given:
            self._output, write_end = os.pipe()
            given.callback(os.close, write_end)
            os.set_blocking(self._output, False)
            self._loop.add_reader(self._output, self._read_output)
            try:
                far = given.enter_context(self._channel.open(self._on_frame, self._closed))
                self._grounds = grounds if way.sandbox.namespaces else None
                self._channel.send(way.frame, at_once=True)
                process, forked = await self._begin(way, grounds, far, write_end)
                self._process = process
                grounds.admit(self._loop, way.sandbox, process.pid)
            except BaseException:
                if self._process is not None:
                    self._process.kill()
                self._release()
                raise
        if self._abandoned:
            self._process.kill()
        return forked

    async def _begin(self, way: Launch, grounds: Grounds, far: socket, output: int) -> tuple[Process, bool]:
        if way.forks:
            with suppress(StartFailed):
                return await way.launcher.start(far, output, self._exited), True
        return await way.python.start(far, output, self._exited, grounds.namespaces), False

    def send(self, frame: bytes, *, at_once: bool = False) -> None:
        """Send one frame."""
        self._channel.send(frame, at_once=at_once)

    def take_back(self) -> int:
        """Take back the frames that the process has not taken: how many."""
        return self._channel.take_back()

    def pause(self) -> None:
        """Take no more of what the worker sends, until ``resume``."""
        self._channel.pause()

    def resume(self) -> None:
        """Take it again."""
        self._channel.resume()

    def drain(self) -> None:
        """Deliver what the worker has sent and written so far."""
        self._channel.drain()
        self.drain_output()

    def drain_output(self) -> None:
        """Deliver raw output that was written before what the channel said last.

        No more than that: a process that writes and writes would hold the event loop up for good.
        """
        for _ in range(_PIPE_BYTES // _READ_BYTES):
            if self._output < 0 or not self._read_output():
                return

    def abandon(self) -> float:
        """Hear no answer of the process, and kill it.

        In so many seconds, if it has extensions to shut down; what they log until then is still told.
        """
        self._abandoned = True
        if self._process is not None and self._lingers:
            self._channel.say_goodbye()
            self._loop.call_later(_FAREWELL_SECONDS, self._kill_and_release)
            return _FAREWELL_SECONDS
        self._kill_and_release()
        return 0.0

    def _kill_and_release(self) -> None:
        self._owner = None
        if self._process is not None:
            self._process.kill()
        self._release()

    def kill(self) -> None:
        """Kill the process; its end is still heard."""
        if self._process is not None:
            self._process.kill()

    def _on_frame(self, kind: int, payload: bytes) -> None:
        if self._grounds is not None and self._process is not None and kind != frames.LOG:
            # It has loaded: it is in the namespaces that it made by now.
            self._grounds.keep_namespaces_of(self._process)
            self._grounds = None
        if self._owner is not None and (not self._abandoned or _is_log(kind, payload)):
            self._owner.on_frame(kind, payload)

    def _closed(self) -> None:
        # The channel of a living process is closed when it breaks the protocol; one that ends keeps its status.
        self.kill()

    def _exited(self, code: int) -> None:
        owner = self._owner
        if owner is None:
            self._release()
            return
        self.drain()
        if self._partial:
            self._deliver(b"\n")
        untaken = self._channel.take_back()
        self._owner = None
        self._release()
        if not self._abandoned:
            owner.on_exit(code, untaken)

    def _release(self) -> None:
        self._channel.close()
        if self._output >= 0:
            self._loop.remove_reader(self._output)
            os.close(self._output)
            self._output = -1

    def _read_output(self) -> bool:
        try:
            data = os.read(self._output, _READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        if not data:
            self._loop.remove_reader(self._output)
            return False
        self._deliver(data)
        return True

    def _deliver(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) > _LINE_BYTES:
            lines.append(self._partial)
            self._partial = b""
        if lines and self._owner is not None:
            self._owner.on_output([line.decode("utf-8", "replace") + "\n" for line in lines])


def _is_log(kind: int, payload: bytes) -> bool:
    """Whether the frame is a log event as it should be."""
    with suppress(frames.FrameError):
        return kind == frames.LOG and bool(frames.decode_log(payload))
    return False
