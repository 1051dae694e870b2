"""How fast a function's environments serve and start, as measured lately. Times are seconds."""

from __future__ import annotations

_KEPT = 0.8
"""What a tick leaves of the weight of earlier events: half of it after three."""
_SMOOTHING = 0.1


class Pace:
    """A mean over events, not over moments: one that was held up does not hide a thousand that were not."""

    __slots__ = ("_events", "_seconds", "cold_start", "service_time")

    def __init__(self) -> None:
        self._events = 0.0
        self._seconds = 0.0
        self.service_time = 0.0
        """Of an event; 0 while nothing is known."""
        self.cold_start = 0.0
        """Of an environment; 0 while nothing is known."""

    def served(self, seconds: float) -> None:
        """An event took so long."""
        self._events += 1.0
        self._seconds += seconds
        if not self.service_time:
            self.service_time = seconds

    def started(self, seconds: float) -> None:
        """A cold start took so long. The fastest counts: the first ones wait for the zygote, too."""
        slower = self.cold_start and seconds > self.cold_start
        self.cold_start += _SMOOTHING * (seconds - self.cold_start) if slower else seconds - self.cold_start

    def tick(self) -> None:
        """Take what was measured since the last tick into account."""
        if self._events >= 1.0:
            self.service_time = self._seconds / self._events
            self._events *= _KEPT
            self._seconds *= _KEPT
