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
            if os.geteuid() != 0:
                mounts.own_user_namespace()  # in which its processes are counted apart
        limits.become(uid)
    limits.count_processes(settings["limits"])
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # what leaves its session is ours still, and ends with us
    _lock(sandbox, template=bool(sandbox["template"]))


def enter_fork(settings: dict[str, Any], template: int) -> None:
    """Of a fork of a template, which lacks but its own ``/tmp`` and the last two layers. Raises OSError."""
    sandbox = settings["sandbox"]
    if sandbox["mounts"] is not None:
        mounts.renew_tmp(sandbox["mounts"])
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # what leaves its session is ours still, and ends with us
    sandbox["protected"].append(template)
    _lock(sandbox, template=False)


def _lock(sandbox: dict[str, Any], *, template: bool) -> None:
    """Take the privileges, then the files and the calls.

    The forks of a template still have to mount, so its own file rules are the mounts alone if it has some.
    """
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    mounting = template and sandbox["mounts"] is not None
    version = sandbox["landlock"]
    if version and mounting:
        landlock.keep_within(version)
    elif version:
        readable = [*sandbox["readable"], *mounts.interpreter_directories()]
        landlock.restrict(version, readable, sandbox["writable"], sandbox["devices"])
    if sandbox["seccomp"]:
        seccomp.install(seccomp.program(syscalls.machine, sandbox["protected"], namespaces=mounting))
