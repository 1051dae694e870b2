"""How much memory and disk a worker takes, read from the host."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from gatelet.aws import quotas
from gatelet.functions.sandbox.cgroup import Group

_CHILDREN = 8
"""Children whose memory is read in one look: each takes the kernel a moment."""
_FILES = 20_000
_PAGE_KIB = resource.getpagesize() // 1024


def kib(pid: int, group: Group | None, *, own: bool = True) -> int:
    """Of a process with its children; 0 where the host does not tell.

    With a control group the kernel has counted every page once. Without, the children's proportional shares are
    added up, as far as they may be read. ``own=False``: the process is none of the function's, its children are.
    """
    mine = _resident(pid)[0] if own else 0
    if group is not None:
        return max(mine, group.own_bytes() // quotas.KIB)
    return mine + sum(_share(child) for child in _children(pid)[:_CHILDREN])


def directory_bytes(directory: Path) -> int:
    """What the files below a directory take; at least that of the first 20,000."""
    total = seen = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_blocks * 512  # noqa: PTH118 - os.walk gives texts
            seen += 1
            if seen >= _FILES:
                return total
    return total


def _resident(pid: int) -> tuple[int, int]:
    """``(all, of files and shared)`` in KiB."""
    if sys.platform != "linux":
        return 0, 0
    try:
        fields = Path(f"/proc/{pid}/statm").read_bytes().split()
        return int(fields[1]) * _PAGE_KIB, int(fields[2]) * _PAGE_KIB
    except (OSError, IndexError, ValueError):
        return 0, 0


def _children(pid: int) -> list[int]:
    """Every process below this one."""
    found: list[int] = []
    waiting = [pid]
    while waiting and len(found) < _CHILDREN:
        parent = waiting.pop()
        with suppress(OSError, ValueError):
            text = Path(f"/proc/{parent}/task/{parent}/children").read_bytes()
            below = [int(child) for child in text.split()]
            found += below
            waiting += below
    return found


def _share(pid: int) -> int:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1])
    everything, shared = _resident(pid)
    return max(0, everything - shared)
