"""A file system of the function's own: AWS's paths, everything read-only except ``/tmp``, nothing else of the host.

A launcher moves into a *base* once: the system's directories, Python, the libraries, and all functions' code
below ``STORE``. Each worker then makes a namespace of its own in it: its code at ``/var/task``, its layers at
``/opt``, a ``/tmp`` of its size; the store goes. A fork of a template, which has no privileges any more, gets
its own ``/tmp`` in a user namespace of its own. Without root the base lies in a user namespace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from . import syscalls

STORE = "/.gatelet"
USER = "sbx_user1051"
"""What Lambda calls its functions' user (lambda-execution section 4, "Sandbox facts")."""
TASK, LAYERS, RUNTIME, TEMPORARY = "/var/task", "/opt", "/var/runtime", "/tmp"  # noqa: S108 - AWS's own path

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/nix/store", "/run/systemd/resolve",
    "/sys/devices/system/cpu")  # fmt: skip
_DEVICES = ("null", "zero", "full", "random", "urandom")
_BIND = syscalls.MS_BIND | syscalls.MS_REC
_PLAIN = syscalls.MS_NOSUID | syscalls.MS_NODEV


def interpreter_directories() -> list[str]:
    """Where this Python lies, as far as the system's directories do not have it already."""
    library = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib costs milliseconds here
    found = [os.path.realpath(path) for path in (sys.base_prefix, sys.base_exec_prefix, library)]
    found += [os.path.abspath(sys.prefix)]  # noqa: PTH100 - see above
    # Never the whole host: a prefix of "/" or "/usr" is there anyway.
    return [path for path in dict.fromkeys(found) if path != "/" and not path.startswith(("/usr/", "/bin", "/lib"))
        and path != "/usr"]  # fmt: skip


def own_user_namespace() -> None:
    """Every capability over namespaces of our own, none outside; the uid and the gid stay what they are."""
    uid, gid = os.geteuid(), os.getegid()
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # or /proc/self would not be ours to write
    syscalls.unshare(syscalls.NEW_USER | syscalls.NEW_NS)
    _tell("setgroups", b"deny")
    _tell("uid_map", b"%d %d 1" % (uid, uid))
    _tell("gid_map", b"%d %d 1" % (gid, gid))
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)


def _tell(name: str, text: bytes) -> None:
    descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


def enter_base(spec: dict[str, Any]) -> None:
    """Make the base and move into it. Raises OSError.

    Members of ``spec``: ``mountpoint`` (an empty directory), ``runtime`` ("" or a directory), ``store`` (name ->
    directory below STORE), ``read_only`` and ``shared`` (directories that keep their paths).
    """
    if os.geteuid() == 0:
        syscalls.unshare(syscalls.NEW_NS)
    else:
        own_user_namespace()
    syscalls.mount("", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    root = spec["mountpoint"]
    syscalls.mount("gatelet", root, "tmpfs", _PLAIN, "size=1m,mode=755")
    for path in _SYSTEM:
        _reproduce(path, root)
    for path in sorted([*interpreter_directories(), *spec["read_only"]], key=len):
        _bind(path, root + path)
    if spec["runtime"]:
        _bind(spec["runtime"], root + RUNTIME)
    for name, path in spec["store"].items():
        _bind(path, f"{root}{STORE}/{name}")
    os.chmod(root + STORE, 0o711)  # noqa: PTH101, S103 - see interpreter_directories; empty in a worker
    for path in (TASK, LAYERS, TEMPORARY, "/proc", *spec["shared"]):
        os.makedirs(root + path, exist_ok=True)  # noqa: PTH103 - see interpreter_directories
    _make_devices(root)
    syscalls.make_read_only(root)
    for path in spec["shared"]:
        syscalls.mount(path, root + path, None, _BIND)
    _make_proc(root)
    os.chdir(root)
    syscalls.call("pivot_root", b".", b".")
    syscalls.detach(".")
    os.chdir("/")


def enter_environment(spec: dict[str, Any]) -> None:
    """A namespace of this worker's own in the base. Raises OSError.

    Members of ``spec``: ``code`` and ``layers`` (names below STORE; no layers: ""), ``tmp_bytes``, ``kept``
    (directories that stay although they lie below what is covered; the interpreter's stay anyway).
    """
    syscalls.unshare(syscalls.NEW_NS)
    syscalls.mount(f"{STORE}/{spec['code']}", TASK, None, syscalls.MS_BIND)
    if spec["layers"]:
        with _kept(_below(LAYERS, spec["kept"])):
            syscalls.mount(f"{STORE}/{spec['layers']}", LAYERS, None, syscalls.MS_BIND)
    Tmp(spec).cover()
    for name in os.listdir(STORE):  # noqa: PTH208 - see interpreter_directories
        syscalls.detach(f"{STORE}/{name}")


def name_user(uid: int) -> None:
    """Tell the uid's name in the environment's own ``/etc/passwd``, where the host's does not: libraries ask for it.

    It has no home, as in Lambda. A host that does not allow it, or has no such file, leaves the uid without a name.
    """
    accounts, made = "/etc/passwd", f"{TEMPORARY}/.passwd"
    with suppress(OSError):
        with open(accounts, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - see interpreter_directories
            known = file.read()
        if any(line.split(":")[2:3] == [str(uid)] for line in known.splitlines()):
            return
        with open(made, "x", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - see interpreter_directories
            file.write(f"{known.rstrip()}\n{USER}:x:{uid}:{uid}::/home/{USER}:/sbin/nologin\n")
        try:
            os.chmod(made, 0o644)  # noqa: PTH101 - see interpreter_directories
            syscalls.mount(made, accounts, None, syscalls.MS_BIND)
            syscalls.make_read_only(accounts)
        finally:
            os.unlink(made)  # noqa: PTH108 - see interpreter_directories; the mount keeps it


def join(descriptors: Sequence[int]) -> None:
    """Enter the namespaces of an earlier process of the same environment: mounts, then perhaps the user's."""
    mounts, *user = descriptors
    if user:
        syscalls.join(user[0], syscalls.NEW_USER)
    syscalls.join(mounts, syscalls.NEW_NS)
    for descriptor in descriptors:
        os.close(descriptor)


class Tmp:
    """A ``/tmp`` that holds so many bytes and no more; what it needs to know is found out before."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._options = f"size={spec['tmp_bytes']},mode=1777"
        self._hidden = _below(TEMPORARY, spec["kept"])

    def cover(self) -> None:
        """Mount it. Raises OSError."""
        if not self._hidden:  # as nearly always; forks are spared the rest
            syscalls.mount("tmp", TEMPORARY, "tmpfs", _PLAIN, self._options)
            return
        with _kept(self._hidden):
            syscalls.mount("tmp", TEMPORARY, "tmpfs", _PLAIN, self._options)


def _below(directory: str, paths: Sequence[str]) -> list[str]:
    """Which of these, and of the interpreter's, a directory hides when it is covered."""
    return [path for path in (*paths, *interpreter_directories()) if path.startswith(directory + "/")]


@contextmanager
def _kept(hidden: Sequence[str]) -> Iterator[None]:
    """What is about to be hidden is there again afterwards."""
    below = [(path, os.open(path, os.O_PATH)) for path in hidden]
    try:
        yield
        for path, descriptor in below:
            os.makedirs(path, exist_ok=True)  # noqa: PTH103 - see interpreter_directories
            syscalls.mount(f"/proc/self/fd/{descriptor}", path, None, _BIND)
    finally:
        for _, descriptor in below:
            os.close(descriptor)


def _reproduce(path: str, root: str) -> None:
    if os.path.islink(path):  # noqa: PTH114 - see interpreter_directories
        os.symlink(os.readlink(path), root + path)  # noqa: PTH115, PTH211 - see interpreter_directories
    elif os.path.isdir(path):  # noqa: PTH112 - see interpreter_directories
        _bind(path, root + path)


def _bind(source: str, target: str) -> None:
    """What does not exist is passed over, and what a wider directory has brought is there."""
    if os.path.isdir(source):  # noqa: PTH112 - see interpreter_directories
        os.makedirs(target, exist_ok=True)  # noqa: PTH103 - see interpreter_directories
        if not os.path.samefile(source, target):  # noqa: PTH121 - see interpreter_directories
            syscalls.mount(source, target, None, _BIND)


def _make_devices(root: str) -> None:
    os.makedirs(f"{root}/dev")  # noqa: PTH103 - see interpreter_directories
    for name in _DEVICES:
        with open(f"{root}/dev/{name}", "w"):  # noqa: PTH123 - see interpreter_directories
            syscalls.mount(f"/dev/{name}", f"{root}/dev/{name}", None, syscalls.MS_BIND)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{root}/dev/{name}")  # noqa: PTH211 - see interpreter_directories


def _make_proc(root: str) -> None:
    """Processes of other users are invisible, where the kernel lets us mount a view of our own."""
    with suppress(OSError):
        syscalls.mount("proc", f"{root}/proc", "proc", _PLAIN, "hidepid=2")
        return
    syscalls.mount("/proc", f"{root}/proc", None, _BIND)
