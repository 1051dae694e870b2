"""Landlock: which files a process may reach, and whom it may signal; no privilege needed (landlock(7))."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from . import syscalls

_VERSION_FLAG = 1
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
_CHANGES = sum(1 << bit for bit in range(4, 13))  # remove, and make of every kind
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_SCOPES = 3  # abstract sockets and signals stay within the domain
_DEVICES = 1 << 6 | 1 << 11  # make character and block devices: never

READ = EXECUTE | READ_FILE | READ_DIR
SCOPES_SINCE = 6
"""The ABI that keeps signals within the domain (Linux 6.12)."""


def abi() -> int:
    """The newest version that the kernel has; 0: none."""
    try:
        return syscalls.call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def handled(version: int) -> int:
    """Every right over files that this version can take away."""
    rights = READ | WRITE_FILE | _CHANGES
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        if version >= since:
            rights |= right
    return rights


def scopes(version: int) -> int:
    """What else it can keep within: signals and abstract sockets."""
    return _SCOPES if version >= SCOPES_SINCE else 0


def restrict(version: int, readable: Iterable[str], writable: Iterable[str], devices: Iterable[str] = ()) -> None:
    """From now on only these directories and files; what does not exist is passed over. Needs no_new_privs.

    ``devices`` may be read and written, and nothing made in them. Raises OSError.
    """
    every = handled(version)
    ruleset = _ruleset(version, every)
    try:
        for paths, rights in (
            (readable, READ),
            (writable, every & ~_DEVICES),
            (devices, every & (READ | WRITE_FILE | _TRUNCATE | _IOCTL_DEV)),
        ):
            for path in paths:
                _allow(ruleset, path, rights)
        syscalls.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def keep_within(version: int) -> None:
    """Signals, tracing and abstract sockets within the domain alone; files as before. Raises OSError."""
    if not scopes(version):
        return
    ruleset = _ruleset(version, 0)
    try:
        syscalls.call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _ruleset(version: int, files: int) -> int:
    attributes = struct.pack("=QQQ", files, 0, scopes(version))[: 24 if version >= SCOPES_SINCE else 8]
    return syscalls.call("landlock_create_ruleset", attributes, len(attributes), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - pathlib costs milliseconds here
            rights &= EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV
        rule = struct.pack("=Qi", rights, descriptor)
        syscalls.call("landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)
