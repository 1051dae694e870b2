"""Invocations that wait for a debugger: each in an environment of its own, that ends with its answer.

Nothing ticks such an environment, so no timeout of the initialisation or the invocation runs, and nobody takes it
away as idle; it is a plain interpreter, never a fork. What bounds it: so many at once, so long in all, and the
caller's own connection.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from gatelet.aws import quotas
from gatelet.functions.environment import Environment
from gatelet.functions.event import Event, JsonEvent
from gatelet.functions.host import Host
from gatelet.functions.invocation import InvocationResult, RuntimeUnavailable, Undebuggable
from gatelet.functions.layers import merged_name
from gatelet.functions.runtimes.python.sandbox import mounts
from gatelet.functions.version import FunctionVersion


class _Session:
    """Owns one environment (implements gatelet.functions.environment.Owner)."""

    def available(self, environment: Environment) -> None:
        """Its only event is answered."""

    def initialised(self, seconds: float) -> None:
        """A debugger's pause says nothing about cold starts."""

    def served(self, seconds: float) -> None:
        """Nor about events."""

    def room(self, environment: Environment) -> None:
        """No event is put behind another here."""

    def returned(self, events: list[Event]) -> None:
        """No event is put behind another here."""

    def gone(self, environment: Environment, error: Exception | None) -> None:
        """The environment has refused its event."""


class DebugSessions:
    """The sessions that run now."""

    def __init__(self) -> None:
        self._running: dict[Environment, FunctionVersion] = {}

    async def run(self, host: Host, version: FunctionVersion, event: JsonEvent, port: int) -> InvocationResult:
        """Run the event once a debugger has attached to ``port`` of the loopback address.

        Raises InvocationRefused: RuntimeUnavailable for one session too many, or after ``DEBUG_SECONDS``.
        """
        if len(self._running) >= quotas.DEBUG_SESSIONS:
            event.lease.release()
            raise RuntimeUnavailable(f"{quotas.DEBUG_SESSIONS} invocations are being debugged already")
        waiting = replace(
            version,
            debug_port=port,
            timeout=float(quotas.DEBUG_SECONDS),
            serving=f"debug{version.serving}",
            snap_start=False,
            provisioned=0,
        )
        environment = Environment(_Session(), waiting, host)
        environment.expect(event)
        self._running[environment] = waiting
        try:
            async with asyncio.timeout(quotas.DEBUG_SECONDS):
                result: InvocationResult = await event.future
                return result
        except TimeoutError:
            raise RuntimeUnavailable("the debugger took too long") from None
        finally:
            del self._running[environment]
            environment.end()

    def stop(self) -> None:
        """End every session: its event fails as if its process had been killed."""
        for environment in list(self._running):
            environment.end()

    def code_in_use(self) -> set[str]:
        """The unpacked archives and merged layers that sessions run."""
        used: set[str] = set()
        for version in self._running.values():
            used |= {version.code, merged_name(version.layers)}
        return used


async def task_root(host: Host, version: FunctionVersion) -> str:
    """Where the function's code is, as its process sees it. Raises Undebuggable, and as ``launch.configure``."""
    if not version.python:
        raise Undebuggable(f"{version.name} runs on {version.runtime}: debugpy is for Python")
    if (await host.sandbox()).namespaces:
        return mounts.TASK
    return str(host.code.ready(version.code) or await host.code.prepare(version.code))
