"""``kill -9`` in the middle of thousands of writes: everything acknowledged is there afterwards."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

from gatelet.storage.ports import Collection, Record, Storage
from gatelet.storage.sqlite.directory import open_data_directory

CHILD = Path(__file__).with_name("storage_child.py")
LEFT = Collection("test", "Left", "000000000000", "us-east-1")
RIGHT = Collection("test", "Right", "000000000000", "us-east-1")
ROUNDS = 6
MOMENTS = random.Random(20_251)


def write_until_killed(place: Path, round_number: int, acknowledgements: int) -> dict[str, str]:
    """Name and blob of every write that the child said was done before it died."""
    child = subprocess.Popen([sys.executable, str(CHILD), str(place), str(round_number)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout as lines:
        heard = [lines.readline() for _ in range(acknowledgements)]
        child.send_signal(signal.SIGKILL)
        heard += lines.readlines()
    assert child.wait() == -signal.SIGKILL
    assert all(line.endswith(b"\n") for line in heard)
    return dict(line.decode().split() for line in heard)


def test_every_acknowledged_write_survives(tmp_path: Path) -> None:
    acknowledged: dict[str, str] = {}
    for round_number in range(ROUNDS):
        acknowledged |= write_until_killed(tmp_path / "data", round_number, MOMENTS.randrange(200, 1_500))
        asyncio.run(check(tmp_path / "data", acknowledged))
    assert len(acknowledged) > 2_000


async def check(place: Path, acknowledged: dict[str, str]) -> None:
    async with open_data_directory(place) as storage:
        left, right = await everything(storage, LEFT), await everything(storage, RIGHT)
        assert acknowledged.keys() <= left.keys()
        assert {name: record.value for name, record in left.items()} == {
            name: record.value for name, record in right.items()
        }, "a write is all or nothing"
        for name, blob in acknowledged.items():
            if blob != "-":
                assert left[name].value["blob"] == blob
                assert await storage.blobs.get(blob) == f"blob {name}".encode() * 50
        assert await storage.changes.latest() == len(left) + len(right)


async def everything(storage: Storage, collection: Collection) -> dict[str, Record]:
    return {record.key.id: record for record in await storage.records.list(collection)}
