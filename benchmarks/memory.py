"""What Gatelet holds when nothing happens: the proportional set size of its processes."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from benchmarks.processes import family, pss_kib, settle
from benchmarks.servers import Server

_REST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Memory:
    """PSS in MiB; None: the kernel does not let us read it."""

    total_mib: float | None
    gateway_mib: float | None
    launchers_mib: float | None
    worker_mib: float | None
    """The median worker's."""
    workers: int


def measure(server: Server) -> Memory:
    """Read it once the server has come to rest."""
    settle(_REST_SECONDS)
    members = family(server.pid)
    kib = {pid: pss_kib(pid) for pid in members.all}

    def mib(pids: tuple[int, ...]) -> float | None:
        sizes = [kib[pid] for pid in pids]
        known = [size for size in sizes if size is not None]
        return sum(known) / 1024 if len(known) == len(sizes) else None

    each = [size for pid in members.workers if (size := kib[pid]) is not None]
    return Memory(
        total_mib=mib(members.all),
        gateway_mib=mib((members.gateway,)),
        launchers_mib=mib(members.launchers),
        worker_mib=statistics.median(each) / 1024 if each else None,
        workers=len(members.workers),
    )
