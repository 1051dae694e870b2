"""The walls around a worker, in the one order that works: each layer may need a privilege that a later one takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from . import limits
from .sandbox import landlock, mounts, seccomp, syscalls


def enter(settings: dict[str, Any], *, based: bool, namespaces: Sequence[int] = ()) -> None:
    """Of a worker or a template, before any of the function's code runs. Raises OSError.

    ``based``: a zygote has moved into the base already. ``namespaces``: those of an earlier process of the same
    environment, whose ``/tmp`` is in them. The caller asks for its death with its parent afterwards: the kernel
    forgets that when the user changes.
    """
    sandbox, uid = settings["sandbox"], settings["limits"]["uid"]
    sandbox["protected"].append(os.getppid())
    spec = sandbox["mounts"]
    limits.apply(settings["limits"])
    if spec is not None and not based and not namespaces:
        mounts.enter_base(sandbox["base"])
    if len(namespaces) > 1:  # the user's namespace belongs to the function's user
        limits.become(uid)
        mounts.join(namespaces)
    else:
        if namespaces:
            mounts.join(namespaces)
        elif spec is not None:
            mounts.enter_environment(spec)
            mounts.name_user(os.geteuid() if uid is None else uid)
            if os.geteuid() != 0:
                mounts.own_user_namespace()  # in which its processes are counted apart
        limits.become(uid)
    limits.count_processes(settings["limits"])
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # what leaves its session is ours still, and ends with us
    _lock(sandbox, template=bool(sandbox["template"]))


class Forks:
    """The walls of a template's forks, which lack but their own ``/tmp`` and the last two layers.

    What can be worked out ahead is: each page that a fork writes to is copied for it.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        """``settings`` are the template's own; it is this process."""
        sandbox = settings["sandbox"]
        spec = sandbox["mounts"]
        self._tmp = None if spec is None else mounts.Tmp(spec)
        self._landlock: int = sandbox["landlock"]
        self._readable = [*sandbox["readable"], *mounts.interpreter_directories()]
        self._devices: list[str] = sandbox["devices"]
        self._writable: list[str] = sandbox["writable"]
        self._filter: seccomp.Filter | None = None
        if sandbox["seccomp"]:
            self._filter = seccomp.Filter(seccomp.program(syscalls.machine, [*sandbox["protected"], os.getpid()]))

    @property
    def alike(self) -> bool:
        """Whether they are the same for every environment: without mounts each has a directory of its own."""
        return self._tmp is not None

    def enter(self, settings: dict[str, Any] | None = None) -> None:
        """Of a fork; ``settings`` are its environment's, where they are not all alike. Raises OSError."""
        if self._tmp is not None:
            mounts.own_user_namespace()
            self._tmp.cover()
        syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # what leaves its session is ours still, and ends with us
        _take_privileges()
        if self._landlock:
            writable = self._writable if settings is None else settings["sandbox"]["writable"]
            landlock.restrict(self._landlock, self._readable, writable, self._devices)
        if self._filter is not None:
            self._filter.install()


def _lock(sandbox: dict[str, Any], *, template: bool) -> None:
    """Take the privileges, then the files and the calls.

    The forks of a template still have to mount, so its own file rules are the mounts alone if it has some.
    """
    _take_privileges()
    mounting = template and sandbox["mounts"] is not None
    version = sandbox["landlock"]
    if version and mounting:
        landlock.keep_within(version)
    elif version:
        readable = [*sandbox["readable"], *mounts.interpreter_directories()]
        landlock.restrict(version, readable, sandbox["writable"], sandbox["devices"])
    if sandbox["seccomp"]:
        seccomp.Filter(seccomp.program(syscalls.machine, sandbox["protected"], namespaces=mounting)).install()


def _take_privileges() -> None:
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
