"""How late the event loop is: every tenth of a second it is to wake, and how much later it does is measured."""

from __future__ import annotations

import asyncio

from gatelet.aws.clock import Clock
from gatelet.storage.metric_points import Distribution

_EVERY = 0.1
_MINUTE = 60.0


class LoopLag:
    """Milliseconds that the loop was late. ``ever``: since the start; ``recent()``: of the last one or two minutes."""

    __slots__ = ("_before", "_clock", "_due", "_loop", "_minute_ends", "_now", "_timer", "ever")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ever = Distribution()
        self._before = Distribution()
        self._now = Distribution()
        self._loop = asyncio.get_running_loop()
        self._minute_ends = clock.monotonic() + _MINUTE
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to measure."""
        self._due = self._clock.monotonic() + _EVERY
        self._timer = self._loop.call_later(_EVERY, self._woken)

    def stop(self) -> None:
        """Measure no more."""
        if self._timer is not None:
            self._timer.cancel()

    def recent(self) -> Distribution:
        """The last samples."""
        found = Distribution()
        found.merge(self._before)
        found.merge(self._now)
        return found

    def _woken(self) -> None:
        now = self._clock.monotonic()
        late = max(0.0, (now - self._due) * 1000)
        self.ever.add(late)
        self._now.add(late)
        if now >= self._minute_ends:
            self._before, self._now = self._now, Distribution()
            self._minute_ends = now + _MINUTE
        self.start()
