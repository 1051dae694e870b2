"""What a launcher says that has run a function's code is not believed (design section 4, "Cold starts")."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from gatelet.functions.fork_server import ForkServer
from gatelet.functions.process import StartFailed


def outcome(story: Callable[[int], Any]) -> tuple[str, int | None, bool]:
    """A launcher that answers a start with what ``story`` makes of a bystander's process id.

    Why the start failed, the exit code that was told, and whether the bystander lives.
    """

    async def run() -> tuple[str, int | None, bool]:
        told: list[int] = []
        server = ForkServer(trusted=False)
        server.pid = os.getpid() + 1_000_000  # nobody's parent
        with server.connect() as far:
            for message in story(bystander.pid):
                far.send(message if isinstance(message, bytes) else json.dumps(message).encode())
            start = asyncio.create_task(server.fork("start", [], told.append))
            with pytest.raises(StartFailed) as failed:
                await asyncio.wait_for(start, 10)
            server.lost()
        return str(failed.value), next(iter(told), None), bystander.poll() is None

    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        try:
            return asyncio.run(run())
        finally:
            bystander.kill()


@pytest.mark.parametrize(
    "messages",
    [
        lambda pid: [{"started": 1, "pid": pid}],
        lambda pid: [{"started": 1, "pid": pid}, {"exited": 1, "status": 0}],
        lambda pid: [{"started": 1, "pid": 10**30}],
        lambda pid: [{"started": 1, "pid": "x"}],
        lambda pid: [{"exited": [], "status": 0}],
        lambda pid: [{"exited": 1, "status": "x"}],
        lambda pid: [b"\xff\x00"],
        lambda pid: [b"[]", b"7", b'"started"'],
    ],
    ids=["another", "another that ends", "no number of a process", "text", "a list", "no status", "bytes", "no object"],
)
def test_a_launcher_that_lies_is_left_and_kills_nobody(messages: Callable[[int], Any]) -> None:
    reason, code, lives = outcome(messages)
    assert reason
    assert code in (-signal.SIGKILL, None)
    assert lives
