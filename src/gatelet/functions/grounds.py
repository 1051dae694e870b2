"""What an environment has on the host beside its process: its files, its namespaces, its control group.

The files outlive a process that is reset ("/tmp survives", lambda-execution section 7): as a directory, or,
where workers have a ``/tmp`` of their own, in the namespaces, which are kept by their descriptors.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

from gatelet.aws import quotas
from gatelet.functions import resident
from gatelet.functions.process import Process
from gatelet.functions.sandbox.cgroup import Group
from gatelet.functions.sandbox.detect import Sandbox
from gatelet.functions.version import FunctionVersion

_CHECK_EVERY = 20
"""Looks at the process between two at the size of its files: reading a directory takes longer."""


class Grounds:
    """Of one environment. ``directory`` exists only where there are no namespaces."""

    def __init__(self, function: FunctionVersion, directory: Path, digits: str, processes: int) -> None:
        self.directory = directory
        self.namespaces: tuple[int, ...] = ()
        self._function = function
        self._name = digits
        self._processes = processes
        self._admission: asyncio.Future[Group] | None = None
        self._looks = 0

    @property
    def name(self) -> str:
        """How the names of its control groups begin."""
        return self._name

    def make_directory(self, uid: int | None) -> None:
        """The environment's ``/tmp`` on the host. Raises OSError."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.parent.chmod(0o711)
        if uid is not None:
            os.chown(self.directory, uid, uid)

    def admit(self, loop: asyncio.AbstractEventLoop, sandbox: Sandbox, pid: int) -> None:
        """Count the process and what it starts in a group of its own, soon.

        Moving it can take the kernel 20 ms, so nobody waits: what the function starts before that is in its
        launcher's group, and ends as an orphan of its worker (``runtimes.python.zygote``).
        """
        if sandbox.cgroups is not None:
            memory = (self._function.memory + self._function.storage) * quotas.MIB
            self._admission = loop.run_in_executor(None, _make_group, sandbox, self._name, memory, self._processes, pid)

    def keep_namespaces_of(self, process: Process) -> None:
        """Hold on to the process's namespaces, with the ``/tmp`` in them, beyond its end."""
        if self.namespaces:
            return
        with suppress(OSError):
            self.namespaces = (os.open(f"/proc/{process.pid}/ns/mnt", os.O_RDONLY),)
            if process.own_user_namespace:
                self.namespaces += (os.open(f"/proc/{process.pid}/ns/user", os.O_RDONLY),)

    def kib(self, pid: int) -> int:
        """What the process and its children take now."""
        return resident.kib(pid, self._group, own=not self._function.supervised)

    @property
    def _group(self) -> Group | None:
        admission = self._admission
        if admission is None or not admission.done() or admission.exception() is not None:
            return None
        return admission.result()

    def files_too_large(self) -> bool:
        """Whether the directory holds more than ``EphemeralStorage`` allows; looked at now and then."""
        self._looks += 1
        if self._looks % _CHECK_EVERY or not self.directory.is_dir():
            return False
        return resident.directory_bytes(self.directory) > self._function.storage * quotas.MIB

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has killed one of the processes for it."""
        return self._group is not None and self._group.ran_out_of_memory()

    def clear(self, loop: asyncio.AbstractEventLoop, seconds: float = 0.0) -> None:
        """The process is gone, or will be in so many seconds: so is, soon, everything that it started."""
        admission, self._admission = self._admission, None

        def then(done: asyncio.Future[Group]) -> None:
            if not done.cancelled() and done.exception() is None:
                loop.call_later(seconds, loop.run_in_executor, None, done.result().clear)

        if admission is not None:
            admission.add_done_callback(then)

    def forget(self, loop: asyncio.AbstractEventLoop) -> None:
        """The environment is gone."""
        self.clear(loop)
        namespaces, self.namespaces = self.namespaces, ()
        for descriptor in namespaces:
            os.close(descriptor)
        loop.run_in_executor(None, _remove, self.directory)


def _make_group(sandbox: Sandbox, name: str, memory: int, processes: int, pid: int) -> Group:
    assert sandbox.cgroups is not None
    # A process that is started anew may come before the group of the last one is gone.
    group = sandbox.cgroups.make(f"{name}-{pid}", memory, processes)
    try:
        group.add(pid)
    except OSError:
        group.clear()  # the process has ended already
        raise
    return group


def _remove(directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    with suppress(OSError):
        directory.parent.rmdir()
