"""What Gatelet tells of itself at ``/health``."""

from __future__ import annotations

from typing import Any

import gatelet
from gatelet.functions.lambda_service import LambdaService
from gatelet.gateway.live import LiveGateway
from gatelet.server.config import Config
from gatelet.server.followers import Followers
from gatelet.storage.sqlite.directory import DataDirectory


class Health:
    """The state of one Gatelet, read when asked."""

    __slots__ = ("_config", "_data", "_followers", "_functions", "_live")

    def __init__(
        self, config: Config, data: DataDirectory, functions: LambdaService, live: LiveGateway, followers: Followers
    ) -> None:
        self._config = config
        self._data = data
        self._functions = functions
        self._live = live
        self._followers = followers

    def report(self) -> dict[str, Any]:
        """Version, status (``ok`` or ``failed``), mode, and what it holds."""
        failed = self._data.failed.done() or self._followers.failed
        return {
            "gatelet": gatelet.__version__,
            "status": "failed" if failed else "ok",
            "mode": self._config.mode,
            "data_dir": str(self._config.data_dir),
            "stages": len(self._live.stages),
            "environments": self._functions.environments,
            "sandbox": self._functions.sandbox,
            "templates": self._functions.templates,
        }
