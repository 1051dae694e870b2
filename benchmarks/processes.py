"""What processes cost, from /proc: CPU time and memory of a server, of its workers apart from it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Family:
    """A server's processes. A launcher forks workers and answers no request itself."""

    gateway: int
    launchers: tuple[int, ...]
    workers: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Every process."""
        return (self.gateway, *self.launchers, *self.workers)


def family(pid: int) -> Family:
    """The process and everything below it. Gatelet's launchers say ``zygote`` or ``template``."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    launchers, workers = [], []
    waiting = list(children.get(pid, []))
    while waiting:
        member = waiting.pop()
        below = children.get(member, [])
        waiting.extend(below)
        if below or _name(member) == "template" or (_parent(member) == pid and b"zygote" in _command(member)):
            launchers.append(member)
        else:
            workers.append(member)
    return Family(pid, tuple(launchers), tuple(workers))


def cpu_seconds(pids: tuple[int, ...]) -> dict[int, float]:
    """User and system time of each process that lives."""
    used = {}
    for pid in pids:
        if (fields := _stat(pid)) is not None:
            used[pid] = (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
    return used


def pss_kib(pid: int) -> int | None:
    """The proportional set size: private memory, and a fair part of what is shared. None: gone, or not ours to read."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), None)


def settle(seconds: float) -> None:
    """Let a server come to rest before its memory is read."""
    time.sleep(seconds)


def _stat(pid: int) -> list[str] | None:
    """The fields after the command's name; 1 is the parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None


def _name(pid: int) -> str:
    """What the process calls itself: templates say so."""
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields is not None else None


def _command(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
