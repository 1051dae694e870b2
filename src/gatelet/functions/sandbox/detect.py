"""Which layers this host has: found once, by trying them in processes of their own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatelet.functions.isolation import Isolation
from gatelet.functions.process import ask, interpreter_command
from gatelet.functions.runtime_api.programs import directories
from gatelet.functions.runtimes.python.sandbox import syscalls
from gatelet.functions.sandbox import cgroup
from gatelet.functions.sandbox.cgroup import Cgroups
from gatelet.functions.sandbox.layers import Found, Wanted
from gatelet.functions.settings import FunctionSettings

_PROBE_SECONDS = 10.0
_NOT_USED = "switched off by the setting sandbox"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The layers that workers of this process get."""

    found: Found
    isolation: Isolation
    cgroups: Cgroups | None
    others: int
    """Processes that the kernel counts for the workers' user although they are none of the function's."""
    base: dict[str, Any] | None
    """What ``runtimes.python.sandbox.mounts.enter_base`` needs; None without namespaces."""

    @property
    def namespaces(self) -> bool:
        """Whether a worker sees AWS's paths and a ``/tmp`` of its own."""
        return self.base is not None

    def close(self) -> None:
        """Remove what was made for it."""
        if self.cgroups is not None:
            self.cgroups.close()


async def detect(settings: FunctionSettings, trusted: Path | None) -> Sandbox:
    """Try every layer. ``trusted``: the directory with the certificates that functions trust.

    Raises SandboxMissing when what the settings require is not there.
    """
    wanted = Wanted.parse(settings.sandbox)
    base = await asyncio.to_thread(_base, settings, trusted)
    root = sys.platform == "linux" and os.geteuid() == 0
    uid = settings.worker_uid if root and "users" not in wanted.unused else None
    found = await _probe(base, uid)
    if "landlock" in wanted.unused:
        found = replace(found, landlock=0)
    if "seccomp" in wanted.unused:
        found = replace(found, seccomp=False)
    if "namespaces" in wanted.unused:
        found = replace(found, namespaces=_NOT_USED, templates="")
    if found.namespaces:
        found = replace(found, templates="")  # without mounts there is nothing that a fork could lack
    needed = (settings.work_directory, settings.runtime_directory)
    isolation = Isolation.detect(uid, needed, namespaces=not found.namespaces, warn=settings.secure)
    found = replace(found, users="" if isolation.separate else _why_shared(root, uid, wanted))
    groups, reason = await asyncio.to_thread(_find_groups, wanted)
    found = replace(found, cgroups=reason)
    wanted.check(found, secure=settings.secure)
    if uid is None and sys.platform == "linux":
        # Workers are the same user as this process then: its memory and its variables must not be theirs to read.
        syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    alone = isolation.separate or not found.namespaces
    others = 0 if alone else settings.max_environments + await asyncio.to_thread(_threads_of_our_user)
    return Sandbox(found, isolation, groups, others, None if found.namespaces else base)


def _base(settings: FunctionSettings, trusted: Path | None) -> dict[str, Any]:
    work = settings.work_directory
    store = {"code": work / "code"}
    root = work / "root"
    for path in (root, *store.values()):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)
    if trusted is not None:
        trusted.mkdir(exist_ok=True)
        trusted.chmod(0o755)
    libraries = settings.runtime_directory / "python"
    return {
        "mountpoint": str(root),
        "runtime": str(libraries) if libraries.is_dir() else "",
        "store": {name: str(path) for name, path in store.items()},
        "read_only": [str(path) for path in (trusted, *directories(settings.node)) if path is not None],
        "shared": [str(path) for path in settings.shared_directories],
    }


async def _probe(base: dict[str, Any], uid: int | None) -> Found:
    """What ``runtimes.python.sandbox.probe`` finds; nothing where it does not run."""
    command = [*interpreter_command(sys.executable), "sandbox.probe", json.dumps(base), "" if uid is None else str(uid)]
    try:
        code, output, errors = await ask(command, _PROBE_SECONDS)
    except TimeoutError:
        return Found(namespaces="the probe did not end", templates="the probe did not end")
    except OSError as error:
        return Found(namespaces=str(error), templates=str(error))
    if code != 0:
        _log.warning("the sandbox's probe failed: %s", errors.decode("utf-8", "replace")[-500:])
        return Found(namespaces="the probe failed", templates="the probe failed")
    return Found(**json.loads(output))


def _threads_of_our_user() -> int:
    """As many as there are now, twice: the user goes on working."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == os.geteuid():
                count += len(list((process / "task").iterdir()))
    return 2 * count


def _find_groups(wanted: Wanted) -> tuple[Cgroups | None, str]:
    if "cgroups" in wanted.unused:
        return None, _NOT_USED
    if sys.platform != "linux":
        return None, "not Linux"
    try:
        return cgroup.find(), ""
    except OSError as error:
        return None, str(error)


def _why_shared(root: bool, uid: int | None, wanted: Wanted) -> str:
    if "users" in wanted.unused:
        return _NOT_USED
    if not root:
        return "Gatelet does not run as root"
    return "none are configured" if uid is None else "other users cannot reach what functions need"


LANDLOCK_READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/nix/store", "/proc",
    "/run/systemd/resolve", "/sys/devices/system/cpu")  # fmt: skip
"""Of the host, where there is no file system of the function's own; its code and its libraries come in addition."""
