"""``kill -9`` while messages are put, leased and acknowledged: none that counts is lost, none that is done returns."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from gatelet.storage.queue import QueueSize
from gatelet.storage.sqlite.directory import open_data_directory

CHILD = Path(__file__).with_name("queue_child.py")
ROUNDS = (400, 900, 250)
LATE = 10**15


def work_until_killed(place: Path, round_number: int, lines: int) -> dict[str, set[str]]:
    """The names that the child said it had put, begun to acknowledge, and acknowledged."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(place), str(round_number)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout as output:
        heard = [output.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
        heard += output.readlines()
    assert child.wait() == -signal.SIGKILL
    said: dict[str, set[str]] = {"put": set(), "begun": set(), "done": set()}
    for line in heard:
        word, name = line.decode().split()
        said[word].add(name)
    return said


def test_every_acknowledged_message_survives(tmp_path: Path) -> None:
    put: set[str] = set()
    begun: set[str] = set()
    done: set[str] = set()
    for round_number, lines in enumerate(ROUNDS):
        said = work_until_killed(tmp_path / "data", round_number, lines)
        put, begun, done = put | said["put"], begun | said["begun"], done | said["done"]
        asyncio.run(check(tmp_path / "data", put, begun, done))
    assert len(done) > 100


async def check(place: Path, put: set[str], begun: set[str], done: set[str]) -> None:
    async with open_data_directory(place) as storage:
        held = {head.queue: await storage.queue.size(head.queue) for head in await storage.queue.heads(LATE)}
        waiting: list[str] = []
        for queue, size in held.items():
            taken = await storage.queue.take(queue, now=LATE, until=LATE + 1, limit=10**6)
            names = [leased.message.body.decode() for leased in taken]
            assert size == QueueSize(len(names), sum(map(len, names)))
            if queue == "followers":
                assert done <= set(names) <= begun | done
                assert len(names) == len(set(names)), "what follows is stored once"
                followed = set(names)
            else:
                waiting += names
        assert len(waiting) == len(set(waiting))
        assert put - followed <= set(waiting), "an acknowledged message was lost"
        assert not set(waiting) & followed, "a message was worked off and came again"
