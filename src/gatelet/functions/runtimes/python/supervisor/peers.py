"""Who is at the other end of a connection: a process below this one, or a stranger of the same host.

TCP on loopback has no credentials. The kernel's table of connections names the inode of the peer's socket, and a
process of ours has that inode open (or had it when it connected, and waits for its answer).
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

_CHECKS_AGAIN = 2
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def is_ours(peer_port: int, own_port: int) -> bool:
    """Whether the connection from ``peer_port`` comes from a process below this one.

    Where the host has no ``/proc`` nobody can tell, and everybody on loopback is let in.
    """
    if sys.platform != "linux":
        return True
    for _ in range(_CHECKS_AGAIN):
        inode = _inode(peer_port, own_port)
        if inode and any(_has_open(pid, inode) for pid in descendants(os.getpid())):
            return True
    return False


def descendants(pid: int) -> list[int]:
    """Every process below this one."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        with suppress(OSError):
            for task in os.listdir(f"/proc/{parent}/task"):  # noqa: PTH208 - pathlib costs milliseconds here
                with open(f"/proc/{parent}/task/{task}/children", "rb") as file:  # noqa: PTH123 - see above
                    waiting += [int(child) for child in file.read().split()]
        if parent != pid:
            found.append(parent)
    return found


def _inode(peer_port: int, own_port: int) -> str:
    """Of the peer's end: the line whose local port is the peer's and whose remote port is ours."""
    wanted = (f":{peer_port:04X}", f":{own_port:04X}")
    for table in ("tcp", "tcp6"):
        with suppress(OSError), open(f"/proc/self/net/{table}", encoding="ascii") as file:  # noqa: PTH123 - see above
            for line in file:
                fields = line.split()
                if fields[1].endswith(wanted[0]) and fields[2].endswith(wanted[1]):
                    return fields[9]
    return ""


def _has_open(pid: int, inode: str) -> bool:
    with suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208 - see above
            with suppress(OSError):
                found = _SOCKET.match(os.readlink(f"/proc/{pid}/fd/{descriptor}"))  # noqa: PTH115 - see above
                if found is not None and found[1] == inode:
                    return True
    return False
