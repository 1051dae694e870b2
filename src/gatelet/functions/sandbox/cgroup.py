"""Control groups: memory and processes of a worker counted together with everything that it starts.

Version 2 where the gateway's own group can be divided, else the controllers of version 1 where they can be
written. Every call is a few system calls that may wait for the kernel: callers use a thread.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from gatelet.functions.sandbox.mount_table import cgroup_mounts, own_groups

PREFIX = "gatelet-"
"""Of our own group's name; the gateway's process id and a number follow."""

_CLEAR_SECONDS = 2.0
_PAUSE = 0.005
_OVERHEAD_BYTES = 64 * 1_048_576
"""Beyond the function's memory: page tables, sockets, what the kernel counts for a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """One worker's group, made and removed with it."""

    memory: Path
    processes: Path
    unified: bool

    def add(self, pid: int) -> None:
        """Move a process in; what it starts is in, too. Raises OSError."""
        for path in {self.memory, self.processes}:
            (path / "cgroup.procs").write_text(str(pid))

    def pids(self) -> list[int]:
        """Its processes now; none when it is gone."""
        try:
            return [int(pid) for pid in (self.processes / "cgroup.procs").read_text().split()]
        except (OSError, ValueError):
            return []

    def own_bytes(self) -> int:
        """Memory of its processes that is no file's: each page once, whoever shares it."""
        word = "anon" if self.unified else "total_rss"
        with contextlib.suppress(OSError, ValueError):
            for line in (self.memory / "memory.stat").read_text().splitlines():
                name, _, number = line.partition(" ")
                if name == word:
                    return int(number)
        return 0

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed one of its processes for its memory."""
        name = "memory.events" if self.unified else "memory.oom_control"
        with contextlib.suppress(OSError, ValueError):
            for line in (self.memory / name).read_text().splitlines():
                word, _, number = line.partition(" ")
                if word == "oom_kill":
                    return int(number) > 0
        return False

    def clear(self) -> None:
        """Kill what is left in it and remove it; one that does not empty in time is left for the next start."""
        with contextlib.suppress(OSError):
            (self.processes / "pids.max").write_text("0")
        deadline = time.monotonic() + _CLEAR_SECONDS  # noqa: TID251 - a bound on a thread, not a time of the domain
        while not self._empty() and time.monotonic() < deadline:  # noqa: TID251 - see above
            time.sleep(_PAUSE)
        for path in {self.memory, self.processes}:
            with contextlib.suppress(OSError):
                path.rmdir()

    def _empty(self) -> bool:
        pids = self.pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        return not pids


class Cgroups:
    """Makes groups below one of our own."""

    def __init__(self, memory: Path, processes: Path, unified: bool) -> None:
        self._memory = memory
        self._processes = processes
        self._unified = unified

    def make(self, name: str, memory_bytes: int, processes: int) -> Group:
        """A new group with these limits. Raises OSError."""
        group = Group(self._memory / name, self._processes / name, self._unified)
        for path in {group.memory, group.processes}:
            path.mkdir(exist_ok=True)
        limit = group.memory / ("memory.max" if self._unified else "memory.limit_in_bytes")
        limit.write_text(str(memory_bytes + _OVERHEAD_BYTES))
        swap = group.memory / ("memory.swap.max" if self._unified else "memory.swappiness")
        with contextlib.suppress(OSError):
            swap.write_text("0")
        (group.processes / "pids.max").write_text(str(processes))
        return group

    def close(self) -> None:
        """Remove our own group."""
        for left in self._processes.glob("*/"):
            Group(self._memory / left.name, left, self._unified).clear()
        for path in {self._memory, self._processes}:
            with contextlib.suppress(OSError):
                path.rmdir()


def find() -> Cgroups:
    """Groups below the gateway's own. Raises OSError telling why there are none."""
    mounts, own = cgroup_mounts(), own_groups()
    if "memory" in mounts and "pids" in mounts:
        processes = _make(_place(mounts["pids"], own.get("pids", "/")))
        parent = _place(mounts["memory"], own.get("memory", "/"))
        _forget_others(parent)
        memory = parent / processes.name
        memory.mkdir(exist_ok=True)
        found = Cgroups(memory, processes, unified=False)
    elif "" in mounts:
        place = _place(mounts[""], own.get("", "/"))
        _divide(place)
        path = _make(place)
        (path / "cgroup.subtree_control").write_text("+memory +pids")
        found = Cgroups(path, path, unified=True)
    else:
        raise FileNotFoundError("no cgroup file system is mounted")
    found.make("probe", _OVERHEAD_BYTES, 8).clear()
    return found


def _make(place: Path) -> Path:
    """A group of our own, also beside that of another service in this process."""
    _forget_others(place)
    number = 0
    while True:
        path = place / f"{PREFIX}{os.getpid()}-{number}"
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
            continue
        return path


def _place(mount: Path, group: str) -> Path:
    """Our own group as far as we can see it: in a container the mount may begin below the path that /proc tells."""
    place = mount / group.lstrip("/")
    return place if place.is_dir() else mount


def _forget_others(place: Path) -> None:
    """Groups of a Gatelet that was killed; those of one that lives are not empty, and stay."""
    for group in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(group.name.removeprefix(PREFIX).partition("-")[0]), 0)
            continue
        for path in (*group.glob("*/"), group):
            with contextlib.suppress(OSError):
                path.rmdir()


def _divide(place: Path) -> None:
    """Give the children of our group the controllers: no process may be in it itself then, so we move below it."""
    enabled = (place / "cgroup.subtree_control").read_text().split()
    if {"memory", "pids"} <= set(enabled):
        return
    leaf = place / "gateway"
    leaf.mkdir(exist_ok=True)
    (leaf / "cgroup.procs").write_text(str(os.getpid()))
    try:
        (place / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError:
        (place / "cgroup.procs").write_text(str(os.getpid()))
        leaf.rmdir()
        raise
