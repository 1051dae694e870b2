"""System calls that the standard library of every supported Python lacks. Linux only; a failure is an OSError."""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from typing import Any

NEW_NS = 0x0002_0000
NEW_USER = 0x1000_0000

MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x4_0000
MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 0x1, 0x2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

_PR_SET_NAME = 15

NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {"pivot_root": 155, "capset": 126, "seccomp": 317},
    "aarch64": {"pivot_root": 41, "capset": 91, "seccomp": 277},
}
"""The numbers that differ; newer calls have the same on both."""
_SAME = {"mount_setattr": 442, "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446}
_CAPABILITY_VERSION_3 = 0x2008_0522

machine = os.uname().machine
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def call(name: str, *arguments: Any) -> int:
    """``syscall(2)`` by name. Raises OSError."""
    number = _SAME.get(name) or NUMBERS.get(machine, {}).get(name)
    if _libc is None or number is None:
        raise OSError(38, f"{name} is not known on this machine")
    longs = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *longs), name)


def prctl(option: int, value: int) -> None:
    """One process control, where there is such a thing."""
    if _libc is not None:
        _libc.prctl(option, value, 0, 0, 0)


def call_oneself(name: str) -> None:
    """What ``ps`` shows: forks look like their parent otherwise."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()), 0, 0, 0)


def unshare(flags: int) -> None:
    """New namespaces for this process."""
    _checked(_libc.unshare(flags), "unshare")


def join(descriptor: int, kind: int) -> None:
    """Enter a namespace of another process."""
    _checked(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    """``mount(2)``."""
    result = _libc.mount(
        source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), options.encode()
    )
    _checked(result, f"mount {target}")


def detach(target: str) -> None:
    """Take a mount out of the tree at once."""
    _checked(_libc.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def make_read_only(target: str) -> None:
    """The mount and everything below it: read-only, no set-uid programs. Only adds to what holds already."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0)
    call("mount_setattr", _AT_FDCWD, target.encode(), _AT_RECURSIVE, ctypes.byref(attributes), 32)


def advise(address: int, length: int, advice: int) -> None:
    """``madvise(2)``: what the kernel will not do is no failure."""
    _libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(length), advice)


def trim_heap() -> None:
    """Give back what was freed in the middle of the C library's heap, where it knows how."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(0)


def drop_capabilities() -> None:
    """Give up every capability for good (with no_new_privs nothing brings one back)."""
    if _libc is None:
        return
    with contextlib.suppress(OSError):
        call("capset", struct.pack("=II", _CAPABILITY_VERSION_3, 0), bytes(24))


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
