"""A function service with a victim, a set of hostile functions, and what came of them: one configuration a process.

``python -m tests.security.hostile_site PLACE CONFIGURATION RUNTIME`` prints a JSON object. ``unprivileged`` and
``landlock`` run as a user without any privilege, whoever starts them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.security.hostile_functions import ATTACKS, SIBLING, VICTIM
from tests.unit.functions.world import World, open_world

from gatelet.functions.invocation import FunctionTarget
from gatelet.functions.runtimes.python.sandbox import syscalls

UNPRIVILEGED = 64_999
CONFIGURATIONS = {
    "root": ("auto",),
    "unprivileged": ("auto",),
    "landlock": ("-namespaces", "-cgroups", "-seccomp"),
}
SECRET = "the victim's secret"
_GONE_SECONDS = 3.0
_ENDED = ("many processes", "memory", "memory of children")
"""What ends by its limit, however slow the host is."""


async def attack(place: Path, configuration: str) -> dict[str, Any]:
    """Every attack at once, and the victim's answers meanwhile."""
    async with open_world(place, asyncio.Runner(), sandbox=CONFIGURATIONS[configuration], processes=48) as world:
        environment = {"Variables": {"SECRET": SECRET}}
        victim = await world.define(VICTIM, name="victim", Environment=environment)
        pid = json.loads((await world.call(victim)).payload)
        marks = world.shared / "marks"
        marks.touch()
        marks.chmod(0o666)
        event = {
            "data": str(place / "data"), "code": str(place / "work" / "code"), "gateway": os.getpid(),
            "victim": pid, "marks": str(marks),
        }  # fmt: skip
        targets = {
            name: await world.define(source, Timeout=20 if name in _ENDED else 2, EphemeralStorage={"Size": 16})
            for name, source in ATTACKS.items()
        }
        told = await _meanwhile(world, victim, targets, event)
        told["layers"] = world.service.sandbox
        told["left"] = await _left(marks)
        told["siblings"] = await _siblings(world)
        told["victim again"] = json.loads((await world.call(victim)).payload) == pid
        return told


async def _siblings(world: World) -> list[Any]:
    """Forks of one template, begun one after the other, each while the ones before it run."""
    target = await world.define(SIBLING, name="siblings")
    version = (await world.service._catalogue.load(target)).version
    await world.service._machinery.templates.need(version)
    assert world.service._machinery.templates.reason(version) == ""
    calls = []
    for _ in range(3):
        calls.append(asyncio.ensure_future(world.call(target, 1.0)))
        await asyncio.sleep(0.1)
    return [json.loads(result.payload) for result in await asyncio.gather(*calls)]


async def _meanwhile(
    world: World, victim: FunctionTarget, targets: dict[str, FunctionTarget], event: dict[str, Any]
) -> dict[str, Any]:
    over = asyncio.Event()
    answers: list[bool] = []

    async def ask() -> None:
        while not over.is_set():
            answers.append((await world.call(victim)).function_error is None)
            await asyncio.sleep(0.02)

    async def strike(target: FunctionTarget) -> Any:
        result = await world.call(target, event)
        return json.loads(result.payload)

    asking = asyncio.create_task(ask())
    results = {}
    for names in (list(targets)[:4], list(targets)[4:9], list(targets)[9:]):  # some at once, not a host's all
        done = await asyncio.gather(*(strike(targets[name]) for name in names))
        results |= dict(zip(names, done, strict=True))
    results["threads again"] = await strike(targets["threads"])
    over.set()
    await asking
    return {"results": results, "victim": [len(answers), answers.count(True)]}


async def _left(marks: Path) -> int:
    """How many of the processes that attackers left behind live on."""
    deadline = time.monotonic() + _GONE_SECONDS
    while True:
        pids = {int(word) for word in marks.read_text().split()}  # noqa: ASYNC240 - a test
        left = [pid for pid in pids if _lives(pid)]
        if not left or time.monotonic() > deadline:
            return len(left)
        await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def give_up_privileges(place: Path) -> None:
    """Be nobody in particular, with Python and this repository still in reach."""
    if os.geteuid() != 0:
        return
    for path in (place, *place.rglob("*")):
        os.chown(path, UNPRIVILEGED, UNPRIVILEGED)
    syscalls.unshare(syscalls.NEW_NS)
    syscalls.mount("", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    for path in (Path(sys.base_prefix), Path(__file__).parents[2], place):
        _open_way(path)
    os.setgroups([])
    os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
    os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)


def _open_way(path: Path) -> None:
    """Cover the first directory on the way that others may not pass by one that they may, in our namespace alone."""
    closed = next((step for step in reversed(path.parents) if not step.stat().st_mode & 1), None)
    if closed is None:
        return
    descriptor = os.open(path, os.O_PATH)
    syscalls.mount("way", str(closed), "tmpfs", 0, "size=64k,mode=755")
    path.mkdir(parents=True)
    syscalls.mount(f"/proc/self/fd/{descriptor}", str(path), None, syscalls.MS_BIND | syscalls.MS_REC)
    os.close(descriptor)


if __name__ == "__main__":
    _place = Path(sys.argv[1])
    if sys.argv[2] != "root":
        give_up_privileges(_place)
    os.umask(0o022)
    sys.stdout.write(json.dumps(asyncio.run(attack(_place, sys.argv[2]))))
