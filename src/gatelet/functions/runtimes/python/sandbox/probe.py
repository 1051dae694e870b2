"""What this host lets a process do to itself, found by doing it: ``probe SPEC UID``, the answer is JSON.

``spec`` is that of ``mounts.enter_base``; ``UID`` (empty: none) is one that workers would run as.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from . import landlock, mounts, seccomp, syscalls

_ENVIRONMENT = {"code": "code", "layers": "", "tmp_bytes": 65_536, "kept": []}


def main(arguments: list[str]) -> None:
    """Answer ``{"landlock": abi, "seccomp": bool, "namespaces": reason, "templates": reason}``; "" is a yes."""
    if sys.platform != "linux":
        _answer({"landlock": 0, "seccomp": False, "namespaces": "not Linux", "templates": "not Linux"})
        return
    spec = json.loads(arguments[0])
    uid = int(arguments[1]) if arguments[1] else None
    spec["store"] = {"code": spec["mountpoint"]}
    namespaces = _attempt(lambda: _enter(spec, uid))
    answer = {
        "landlock": landlock.abi(),
        "seccomp": seccomp.available(),
        "namespaces": namespaces,
        "templates": namespaces or _attempt(lambda: _fork_template(spec, uid)),
    }
    _answer(answer)


def _answer(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer))


def _enter(spec: dict[str, Any], uid: int | None) -> None:
    mounts.enter_base(spec)
    mounts.enter_environment(_ENVIRONMENT)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    syscalls.drop_capabilities()
    if not os.access(os.__file__, os.R_OK):
        raise OSError(13, "Python's own library cannot be reached")


def _fork_template(spec: dict[str, Any], uid: int | None) -> None:
    _enter(spec, uid)
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.Filter(seccomp.program(syscalls.machine, [1], namespaces=True)).install()
    landlock.keep_within(landlock.abi())
    mounts.own_user_namespace()
    mounts.Tmp(_ENVIRONMENT).cover()


def _attempt(work: Callable[[], None]) -> str:
    """Why a process of its own could not do it; empty if it could."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        reason = ""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever is in the way is the answer
            reason = str(error) or type(error).__name__
        os.write(write_end, reason.encode()[:1000])
        os._exit(0)
    os.close(write_end)
    with open(read_end, "rb") as file:  # noqa: PTH123 - a descriptor
        reason = file.read().decode()
    status = os.waitpid(pid, 0)[1]
    return reason if status == 0 else f"the attempt ended with status {status}"
