"""What starts workers: the sandbox as it was found, the runtimes with their zygotes, the templates."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gatelet.aws.clock import Clock
from gatelet.functions.python_runtime import PythonRuntimes
from gatelet.functions.sandbox.detect import Sandbox, detect
from gatelet.functions.settings import FunctionSettings
from gatelet.functions.templates import Templates
from gatelet.functions.trust import TrustBundle
from gatelet.functions.version import FunctionVersion
from gatelet.functions.zygote import Template

if TYPE_CHECKING:
    from gatelet.functions.host import Host

TRUST_DIRECTORY = "trust"
_TICK_SECONDS = 30.0
_SNAPSHOT_SECONDS = 130.0
"""What the initialisation of a version with SnapStart may take at least (lambda-execution section 7)."""


class Machinery:
    """Lives as long as the service of functions."""

    def __init__(self, settings: FunctionSettings, clock: Clock) -> None:
        self._settings = settings
        self.runtimes = PythonRuntimes(
            settings.runtime_directory, settings.proxy_event_module, settings.fork, self.sandbox
        )
        self.templates = Templates(
            self._build, clock, settings.templates, settings.lifetime_seconds, settings.idle_seconds
        )
        self._host: Host
        self._detection: asyncio.Task[Sandbox]
        self._timer: asyncio.TimerHandle | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for the sandbox's layers: in the background, unless some are required. Raises SandboxMissing."""
        settings = self._settings
        settings.work_directory.mkdir(parents=True, exist_ok=True)
        settings.work_directory.chmod(0o711)
        trusted = None if settings.certificate is None else trust_directory(settings)
        self._detection = asyncio.create_task(detect(settings, trusted))
        if settings.secure or settings.sandbox != ("auto",):
            await self._detection

    def warm(self, runtimes: Iterable[str]) -> None:
        """Begin to make these runtimes ready."""
        self._warming = asyncio.create_task(self.runtimes.warm_all(list(runtimes)))

    def serve(self, host: Host) -> None:
        """From now on templates can be built."""
        self._host = host
        self._tick()

    async def sandbox(self) -> Sandbox:
        """The layers, once they are known. Raises SandboxMissing."""
        return await asyncio.shield(self._detection)

    def report(self) -> dict[str, str]:
        """A line for each layer; empty while they are looked for."""
        if not self._detection.done() or self._detection.cancelled() or self._detection.exception() is not None:
            return {}
        return self._detection.result().found.report()

    async def stop(self) -> None:
        """End every process."""
        if self._timer is not None:
            self._timer.cancel()
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self.templates.close()
        await self.runtimes.stop()
        if not self._detection.done():
            self._detection.cancel()
        found = (await asyncio.gather(self._detection, return_exceptions=True))[0]
        if isinstance(found, Sandbox):
            await asyncio.to_thread(found.close)

    def _tick(self) -> None:
        self.templates.tick()
        self._timer = self._host.loop.call_later(_TICK_SECONDS, self._tick)

    async def _build(self, function: FunctionVersion) -> tuple[Template | None, str]:
        """Fork a zygote and import the version's module there: a template, or why it is none."""
        # Here: a start begins with this module, and the interpreter of functions waits for what it imports.
        from gatelet.functions import launch
        from gatelet.functions.grounds import Grounds

        host = self._host
        name = f"template-{host.ids.hex(16)}"
        place = self._settings.work_directory / "environments" / function.serving[:32] / name
        grounds = Grounds(function, place, name, self._settings.processes)
        way = await launch.configure(host, function, grounds, "template", template=True)
        if way.python.zygote is None or way.sandbox.found.templates:
            return None, way.sandbox.found.templates or "this host forks no workers"
        template = Template()
        template.on_lost(lambda: grounds.forget(host.loop))
        seconds = max(_SNAPSHOT_SECONDS, function.timeout) if function.snap_start else self._settings.init_seconds
        reason = "building it was given up"
        try:
            reason = await template.build(
                way.python.zygote, way.message, lambda pid: grounds.admit(host.loop, way.sandbox, pid), seconds
            )
        finally:
            if reason:
                template.end()
        return (None, reason) if reason else (template, "")


def trust_directory(settings: FunctionSettings) -> Path:
    """Where the certificates are that functions trust: nothing else is there, for workers can read it."""
    return settings.work_directory / TRUST_DIRECTORY


def trust_bundle(settings: FunctionSettings) -> TrustBundle | None:
    """What functions trust beside the usual authorities, where the endpoint has a certificate."""
    if settings.certificate is None:
        return None
    usual = settings.runtime_directory / "python" / "botocore" / "cacert.pem"
    return TrustBundle(settings.certificate, usual, trust_directory(settings) / "trusted.pem")


def make_anew(directory: Path) -> None:
    """An empty directory that workers pass through and do not list."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    directory.chmod(0o711)
