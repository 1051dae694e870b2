"""What ``/proc`` tells of control groups: where they are mounted, and which are ours."""

from __future__ import annotations

from pathlib import Path

_CONTROLLERS = ("memory", "pids")


def cgroup_mounts() -> dict[str, Path]:
    """By controller; version 2 is ``""``. Raises OSError."""
    found: dict[str, Path] = {}
    for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines():
        _, place, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            found.setdefault("", Path(place))
        elif kind == "cgroup":
            for controller in set(options.split(",")) & set(_CONTROLLERS):
                found.setdefault(controller, Path(place))
    return found


def own_groups() -> dict[str, str]:
    """The gateway's group by controller, as a path below the mount. Raises OSError."""
    found: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text("utf-8", "replace").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            found[controller] = path
    return found
