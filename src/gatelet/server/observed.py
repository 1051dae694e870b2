"""What Gatelet can tell of how it does: where its pages take their numbers from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gatelet.aws.clock import Clock
from gatelet.functions.lambda_service import LambdaService
from gatelet.logs.writer import LogWriter
from gatelet.metrics.service import Metrics
from gatelet.server.counters import Counters
from gatelet.server.loop_lag import LoopLag
from gatelet.storage.metric_points import Distribution
from gatelet.storage.queue import Queue


class Listening(Protocol):
    """A server as far as it is looked at (gatelet.http.server.Server)."""

    @property
    def connections(self) -> int:
        """Connections open now."""

    @property
    def draining(self) -> bool:
        """Whether it takes no more requests."""


@dataclass(slots=True)
class Observed:
    """Everything that pages read. ``commits``: milliseconds of commits, by the store's name."""

    metrics: Metrics
    functions: LambdaService
    logs: LogWriter
    commits: Mapping[str, Distribution]
    queue: Queue
    counters: Counters
    lag: LoopLag
    clock: Clock
    began: float
    """Epoch seconds of the process's start."""
    listening: dict[str, Listening] = field(default_factory=dict)
    """By the port's name; filled when the ports are bound."""

    @property
    def draining(self) -> bool:
        """Whether the process is about to end."""
        return any(server.draining for server in self.listening.values())
