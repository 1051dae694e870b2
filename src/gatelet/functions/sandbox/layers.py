"""The layers of the sandbox: names, what is there, what must be. Pure.

============  =========================================================================================
limits        resource limits, no new privileges: always
users         a uid for every function (root alone can give one)
landlock      files, tracing and signals by the kernel's own rules, without privileges
namespaces    a file system of the function's own: AWS's paths, a ``/tmp`` of its size, nothing of the host
seccomp       a filter of system calls
cgroups       memory and processes counted together with all children
============  =========================================================================================

Errors: SandboxMissing, when what is required is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("limits", "users", "landlock", "namespaces", "seccomp", "cgroups")
AUTO, ANY = "auto", "any"
_SIGNALS_SINCE = 6
"""Landlock's version that keeps signals within the sandbox."""


class SandboxMissing(Exception):
    """A layer that is required, or the floor of the secure mode, is not to be had on this host."""


@dataclass(frozen=True, slots=True)
class Found:
    """What this host allows. The texts tell why something is absent; empty means present."""

    landlock: int = 0
    seccomp: bool = False
    namespaces: str = "not looked for"
    templates: str = "not looked for"
    users: str = "not looked for"
    cgroups: str = "not looked for"

    def has(self, layer: str) -> bool:
        """Whether workers get this layer."""
        return layer == "limits" or self.absent(layer) == ""

    def absent(self, layer: str) -> str:
        """Why the layer is absent; empty if it is there."""
        if layer == "landlock":
            return "" if self.landlock else "the kernel does not offer it"
        if layer == "seccomp":
            return "" if self.seccomp else "the kernel does not offer it, or not on this machine"
        reasons: Mapping[str, str] = {
            "namespaces": self.namespaces, "users": self.users, "cgroups": self.cgroups, "limits": "",
        }  # fmt: skip
        return reasons[layer]

    @property
    def floor(self) -> str:
        """What the floor of the design (section 6, Platform) lacks here; empty if it holds."""
        if not (self.has("users") or self.landlock or self.has("namespaces")):
            return "a function could read the data directory"
        if not (self.has("users") or self.landlock >= _SIGNALS_SINCE or self.seccomp):
            return "a function could signal the gateway"
        return ""

    def report(self) -> dict[str, str]:
        """A line for each layer, for people: ``/health`` and ``gatelet status``."""
        lines = {name: "on" if self.has(name) else f"absent: {self.absent(name)}" for name in NAMES}
        if self.landlock:
            lines["landlock"] = f"on (version {self.landlock})"
        return lines


@dataclass(frozen=True, slots=True)
class Wanted:
    """The setting ``sandbox``: ``auto``, ``any``, layers that are required, ``-layer`` for one that is not used."""

    required: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    anything: bool = False

    @classmethod
    def parse(cls, words: tuple[str, ...]) -> Wanted:
        """Raises ValueError, naming the word that is none of the setting's."""
        known = {AUTO, ANY, *NAMES, *(f"-{name}" for name in NAMES if name != "limits")}
        for word in words:
            if word not in known:
                raise ValueError(f"{word!r} is not one of {', '.join((AUTO, ANY, *NAMES))} or -LAYER")
        return cls(
            frozenset(word for word in words if word in NAMES),
            frozenset(word[1:] for word in words if word.startswith("-")),
            ANY in words,
        )

    def check(self, found: Found, *, secure: bool) -> None:
        """Raises SandboxMissing."""
        for name in sorted(self.required):
            if not found.has(name):
                raise SandboxMissing(f"the sandbox layer {name!r} is required and absent: {found.absent(name)}")
        if secure and not self.anything and found.floor:
            raise SandboxMissing(
                f"the secure mode needs a sandbox, and here {found.floor}. Run where one of Landlock, namespaces or "
                f"root is to be had, or accept it with sandbox = any. {found.report()}"
            )
