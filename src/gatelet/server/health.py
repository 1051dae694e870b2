"""What Gatelet tells of itself at ``/health``."""

from __future__ import annotations

from typing import Any

import gatelet
from gatelet.functions.lambda_service import LambdaService
from gatelet.gateway.live import LiveGateway
from gatelet.server.config import Config
from gatelet.storage.sqlite.directory import DataDirectory


class Health:
    """The state of one Gatelet, read when asked."""

    __slots__ = ("_config", "_data", "_functions", "_live")

    def __init__(self, config: Config, data: DataDirectory, functions: LambdaService, live: LiveGateway) -> None:
        self._config = config
        self._data = data
        self._functions = functions
        self._live = live

    def report(self) -> dict[str, Any]:
        """Version, status (``ok`` or ``failed``), mode, and what it holds."""
        return {
            "gatelet": gatelet.__version__,
            "status": "failed" if self._data.failed.done() else "ok",
            "mode": self._config.mode,
            "data_dir": str(self._config.data_dir),
            "stages": len(self._live.stages),
            "environments": self._functions.environments,
            "sandbox": {"users": "one for each function" if self._functions.separate_users else "Gatelet's own"},
        }
