"""One thread that waits for everything: sockets, pipes, the ends of processes, the moments of timers."""

from __future__ import annotations

import heapq
import itertools
import os
import select
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress

_MOST_SECONDS = 3600.0


class Timer:
    """A call that is to come."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """It is not to come."""
        self.call = None


class Loop:
    """Calls back; whatever a callback raises ends the process."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._interest: dict[int, tuple[Callable[[], None] | None, Callable[[], None] | None]] = {}

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()  # noqa: TID251 - the worker's clock

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """``call`` once, in so many seconds."""
        timer = Timer(call)
        heapq.heappush(self._timers, (self.now() + seconds, next(self._order), timer))
        return timer

    def on_read(self, descriptor: int, call: Callable[[], None] | None) -> None:
        """``call`` whenever there is something to read; None: no more."""
        self._set(descriptor, call, self._interest.get(descriptor, (None, None))[1])

    def on_write(self, descriptor: int, call: Callable[[], None] | None) -> None:
        """``call`` whenever there is room to write; None: no more."""
        self._set(descriptor, self._interest.get(descriptor, (None, None))[0], call)

    def forget(self, descriptor: int) -> None:
        """Before it is closed."""
        self._set(descriptor, None, None)

    def on_children(self, call: Callable[[], None]) -> None:
        """``call`` when a child may have ended."""
        read, write = os.pipe()
        for end in (read, write):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)

        def woken() -> None:
            with suppress(BlockingIOError):
                os.read(read, select.PIPE_BUF)
            call()

        self.on_read(read, woken)

    def run(self) -> None:
        """For good."""
        while True:
            for key, events in self._selector.select(self._patience()):
                descriptor = key.fd
                read, write = self._interest.get(descriptor, (None, None))
                if events & selectors.EVENT_READ and read is not None:
                    read()
                write = self._interest.get(descriptor, (None, None))[1]
                if events & selectors.EVENT_WRITE and write is not None:
                    write()
            self._call_due()

    def _patience(self) -> float:
        return max(0.0, min(_MOST_SECONDS, self._timers[0][0] - self.now())) if self._timers else _MOST_SECONDS

    def _call_due(self) -> None:
        now = self.now()
        while self._timers and self._timers[0][0] <= now:
            call = heapq.heappop(self._timers)[2].call
            if call is not None:
                call()

    def _set(self, descriptor: int, read: Callable[[], None] | None, write: Callable[[], None] | None) -> None:
        known = descriptor in self._interest
        events = (selectors.EVENT_READ if read else 0) | (selectors.EVENT_WRITE if write else 0)
        if events:
            self._interest[descriptor] = (read, write)
            if known:
                self._selector.modify(descriptor, events)
            else:
                self._selector.register(descriptor, events)
        elif known:
            del self._interest[descriptor]
            self._selector.unregister(descriptor)
