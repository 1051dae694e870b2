"""No worker outlives the gateway (design section 6, durability guards: 2 s after ``kill -9``, busy ones included)."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

GATEWAY = """
import asyncio, sys
from pathlib import Path
from tests.unit.functions.world import open_world

BUSY = '''
import os
def handler(event, context):
    print_pid(os.getpid())
    while event == "busy":
        pass
def print_pid(pid):
    with open(os.environ["PIDS"], "a") as file:
        file.write(f"{pid} {os.getppid()}\\\\n")
'''

async def main(place, fork):
    with asyncio.Runner() as unused:
        async with open_world(place, unused, fork=fork) as world:
            pids = world.shared / "pids"
            pids.touch()
            pids.chmod(0o666)
            environment = {"Variables": {"PIDS": str(pids)}}
            target = await world.define(BUSY, Timeout=60, Environment=environment)
            idle = await world.define(BUSY, Timeout=60, Environment=environment)
            await world.call(idle)
            busy = [asyncio.create_task(world.call(target, "busy")) for _ in range(2)]
            while not pids.exists() or pids.read_text().count("\\n") < 3:
                await asyncio.sleep(0.01)
            print("ready", flush=True)
            await asyncio.gather(*busy)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2] == "zygote"))
"""


@pytest.mark.parametrize("way", ["zygote", "spawn"])
def test_no_worker_outlives_a_killed_gateway(way: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", GATEWAY, str(tmp_path), way]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as gateway:
        try:
            assert gateway.stdout is not None
            assert gateway.stdout.readline() == "ready\n"
            processes = {int(pid) for pid in (tmp_path / "shared" / "pids").read_text().split()} - {gateway.pid}
            assert len(processes) == (4 if way == "zygote" else 3)
            assert all(_alive(pid) for pid in processes)
        finally:
            gateway.kill()
    deadline = time.monotonic() + 2
    while any(_alive(pid) for pid in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in processes if _alive(pid)] == []


def _alive(pid: int) -> bool:
    """Whether the process runs (a zombie that nobody has reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
