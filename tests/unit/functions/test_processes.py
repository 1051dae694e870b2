"""No process outlives the one that waits for its end."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from gatelet.functions.process import SpawnLauncher, ask

Told = Callable[[], Coroutine[Any, Any, int]]
LINGERS = "import os, sys, time; open(sys.argv[1], 'w').write(f'{os.getpid()}\\n'); time.sleep(60)"


@pytest.fixture
def lingering(tmp_path: Path) -> tuple[list[str], Told]:
    """A program that does not end, and its process id once it runs."""
    file = tmp_path / "pid"

    async def told() -> int:
        async with asyncio.timeout(10):
            while not file.exists() or not file.read_text().endswith("\n"):  # noqa: ASYNC110 - a process
                await asyncio.sleep(0.01)
        return int(file.read_text())

    return [sys.executable, "-c", LINGERS, str(file)], told


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_a_program_prints() -> None:
    program = "import sys; print('out'); sys.stderr.write('err'); sys.exit(3)"
    assert asyncio.run(ask([sys.executable, "-c", program], 30)) == (3, b"out\n", b"err")


def test_one_that_does_not_end_in_time_is_ended(lingering: tuple[list[str], Told]) -> None:
    command, _ = lingering
    with pytest.raises(TimeoutError):
        asyncio.run(ask(command, 0.01))


def test_one_that_nobody_waits_for_any_more_is_ended(lingering: tuple[list[str], Told]) -> None:
    command, told = lingering

    async def story() -> int:
        asking = asyncio.create_task(ask(command, 60))
        pid = await told()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        return pid

    assert not lives(asyncio.run(story()))


def test_workers_end_with_their_launcher() -> None:
    async def story() -> int:
        launcher = SpawnLauncher(sys.executable)
        near, far = socket.socketpair()
        with near, far:
            worker = await launcher.start(far, sys.__stderr__.fileno() if sys.__stderr__ else 2, lambda _: None)
            assert lives(worker.pid)
            await launcher.stop()
        return worker.pid

    assert not lives(asyncio.run(story()))
