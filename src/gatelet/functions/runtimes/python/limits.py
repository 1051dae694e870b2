"""What a worker process may take from its host, and when it dies (design section 4, "Limits are real")."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from typing import Any

from .sandbox import syscalls


def die_with_parent(parent: int) -> None:
    """End this process when its parent does; at once if that has happened already."""
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def apply(limits: dict[str, Any]) -> None:
    """Apply the resource limits of a CONFIGURE frame to this process, for good.

    Members: ``open_files``, ``data_bytes`` (private writable memory: a backstop, the gateway watches the
    resident size), ``file_bytes`` (what ``/tmp`` holds: no file can be larger).
    """
    with contextlib.suppress(OSError):
        _write("/proc/self/oom_score_adj", b"1000")
    _yield_to_the_gateway()
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, limits["open_files"])
    _lower(resource.RLIMIT_DATA, limits["data_bytes"])
    _lower(resource.RLIMIT_FSIZE, limits["file_bytes"])


def _write(path: str, text: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


def count_processes(limits: dict[str, Any]) -> None:
    """``processes``: of the user, in the user namespace that the process is in now. Lowered before a namespace is
    made, it would hold for all processes outside, too."""
    _lower(resource.RLIMIT_NPROC, limits["processes"])


def become(uid: int | None) -> None:
    """Be this user alone, for good; the raw output stays ours to write."""
    if uid is None:
        return
    for output in (1, 2):
        os.fchown(output, uid, uid)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _yield_to_the_gateway() -> None:
    """A batch process never takes the processor from the gateway in the moment that it is woken by it.

    It gets its fair share all the same; without this the gateway is put off by every event that it hands over.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (value, value))
