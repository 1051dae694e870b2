"""What Gatelet tells of itself at ``/health`` and ``/readyz``."""

from __future__ import annotations

from typing import Any

import gatelet
from gatelet.functions.lambda_service import LambdaService
from gatelet.gateway.live import LiveGateway
from gatelet.metrics.statistics import percentile
from gatelet.server.config import Config
from gatelet.server.followers import Followers
from gatelet.server.observed import Observed
from gatelet.storage.metric_points import Distribution
from gatelet.storage.sqlite.directory import DataDirectory


class Health:
    """The state of one Gatelet, read when asked."""

    __slots__ = ("_config", "_data", "_followers", "_functions", "_live", "_observed")

    def __init__(
        self,
        config: Config,
        data: DataDirectory,
        functions: LambdaService,
        live: LiveGateway,
        followers: Followers,
        observed: Observed,
    ) -> None:
        self._observed = observed
        self._config = config
        self._data = data
        self._functions = functions
        self._live = live
        self._followers = followers

    def unready(self) -> list[str]:
        """Why no more requests are to be sent here; nothing: send them."""
        reasons = [
            (self._data.failed.done(), "storage failed"),
            (self._followers.failed, "changes are no longer followed"),
            (self._observed.draining, "the process is about to end"),
        ]
        return [reason for applies, reason in reasons if applies]

    def report(self) -> dict[str, Any]:
        """Version, status (``ok`` or ``failed``), mode, what it holds, and how it does (times in milliseconds)."""
        failed = self._data.failed.done() or self._followers.failed
        observed, load = self._observed, self._functions.load()
        return {
            "gatelet": gatelet.__version__,
            "status": "failed" if failed else "ok",
            "mode": self._config.mode,
            "data_dir": str(self._config.data_dir),
            "stages": len(self._live.stages),
            "environments": self._functions.environments,
            "sandbox": self._functions.sandbox,
            "templates": self._functions.templates,
            "uptime_seconds": round(observed.clock.now() - observed.began, 1),
            "connections": {name: server.connections for name, server in observed.listening.items()},
            "running": sum(load.running.values()),
            "waiting": load.waiting,
            "loop_lag_ms": _percentiles(observed.lag.recent()),
            "commit_ms": {name: _percentiles(samples) for name, samples in observed.commits.items()},
            "logs": {"pending_bytes": observed.logs.pending_bytes, "dropped": observed.logs.dropped_events},
            "metrics": {"dropped": observed.metrics.dropped},
            "counters": observed.counters.state,
        }


def _percentiles(samples: Distribution) -> dict[str, float | None]:
    told = {"p50": percentile(samples, 0.5), "p99.9": percentile(samples, 0.999), "max": percentile(samples, 1.0)}
    return {name: None if value is None else round(value, 3) for name, value in told.items()}
