"""Which versions have a template: built after a first environment, used by the next, bounded, renewed in time.

A template pays where an import takes long; it costs the memory of a process. A version whose process cannot be
forked (``runtimes.python.fitness``) is remembered, and its environments go on importing for themselves. A
function opts out with the variable ``GATELET_TEMPLATE=off``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from gatelet.aws.clock import Clock
from gatelet.functions.version import FunctionVersion
from gatelet.functions.zygote import Template

OPT_OUT = "GATELET_TEMPLATE"
_WORTH_SECONDS = 0.008
"""An environment that isolates itself and imports its module faster than this gains nothing from a template."""
_REMEMBERED = 1_024
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Built:
    """What building came to: a template, or why there is none."""

    template: Template | None
    reason: str
    at: float
    used: float


Build = Callable[[FunctionVersion], Awaitable[tuple[Template | None, str]]]


class Templates:
    """By version. Times are seconds of the monotonic clock."""

    def __init__(self, build: Build, clock: Clock, limit: int, lifetime_seconds: float, idle_seconds: float) -> None:
        self._build = build
        self._clock = clock
        self._limit = limit
        self._lifetime = lifetime_seconds
        self._idle = idle_seconds
        self._built: dict[str, Built] = {}
        self._building: dict[str, asyncio.Task[None]] = {}
        self._last: tuple[float, float] = (0.0, 0.0)
        self._count = 0

    def report(self) -> dict[str, Any]:
        """How many there are and ever were; what the last took to build (milliseconds), its import's part of that."""
        building, importing = self._last
        kept = sum(built.template is not None for built in self._built.values())
        return {
            "kept": kept,
            "built": self._count,
            "lastBuildMs": round(building * 1000, 1),
            "lastImportMs": round(importing * 1000, 1),
        }

    def ready(self, function: FunctionVersion) -> Template | None:
        """The version's template, if there is one that may be used now."""
        built = self._built.get(function.serving)
        if built is None or built.template is None:
            return None
        now = self._clock.monotonic()
        if now - built.at > self._lifetime:
            self._drop(function.serving)
            return None
        built.used = now
        return built.template

    def consider(self, function: FunctionVersion, seconds: float) -> None:
        """A process of the version took so long to load without a template: begin to build one if it pays."""
        if function.supervised or function.debug_port:
            return
        if self._limit and seconds > _WORTH_SECONDS and function.variables.get(OPT_OUT) != "off":
            self._begin(function)

    async def need(self, function: FunctionVersion) -> None:
        """Build it now: a version with SnapStart begins from its snapshot (also with few places for templates).

        Beside extensions there is none: every environment initialises itself.
        """
        if function.supervised:
            return
        task = self._begin(function)
        if task is not None:
            await asyncio.shield(task)

    def reason(self, function: FunctionVersion) -> str | None:
        """Why the version has no template; empty: it has one; None: nobody has tried."""
        built = self._built.get(function.serving)
        return None if built is None else built.reason

    def retire(self, function: FunctionVersion) -> None:
        """The version gets no new environments."""
        self._drop(function.serving)

    def tick(self) -> None:
        """End templates that nobody has used for long."""
        before = self._clock.monotonic() - self._idle
        for serving in [name for name, built in self._built.items() if built.template and built.used < before]:
            self._drop(serving)

    async def close(self) -> None:
        """End all of them."""
        building = list(self._building.values())
        for task in building:
            task.cancel()
        await asyncio.gather(*building, return_exceptions=True)
        built, self._built = self._built, {}
        for one in built.values():
            if one.template is not None:
                one.template.end()

    def _begin(self, function: FunctionVersion) -> asyncio.Task[None] | None:
        serving = function.serving
        if serving in self._built:
            return None
        task = self._building.get(serving)
        if task is None:
            task = self._building[serving] = asyncio.get_running_loop().create_task(self._run(function))
            task.add_done_callback(lambda _: self._building.pop(serving, None))
        return task

    async def _run(self, function: FunctionVersion) -> None:
        begun = self._clock.monotonic()
        try:
            template, reason = await self._build(function)
        except Exception as error:  # noqa: BLE001 - a background task: environments start without a template
            _log.warning("the template of %s was not built: %s", function.arn, error)
            template, reason = None, str(error)
        now = self._clock.monotonic()
        self._built[function.serving] = Built(template, reason, now, now)
        if template is None:
            _log.info("%s gets no template: %s", function.arn, reason)
        else:
            self._count += 1
            self._last = (now - begun, template.import_seconds)
            template.on_lost(lambda: self._forget(function.serving))
        self._bound()

    def _bound(self) -> None:
        by_use = sorted(self._built, key=lambda name: self._built[name].used)
        with_template = [name for name in by_use if self._built[name].template is not None]
        for name in with_template[: max(0, len(with_template) - max(1, self._limit))]:
            self._drop(name)
        for name in by_use[: max(0, len(by_use) - _REMEMBERED)]:
            self._drop(name)

    def _drop(self, serving: str) -> None:
        built = self._built.pop(serving, None)
        if built is not None and built.template is not None:
            built.template.retire()

    def _forget(self, serving: str) -> None:
        """It ended by itself: the next environment imports the module itself, and another template may be built."""
        self._built.pop(serving, None)


async def nothing(_: FunctionVersion) -> tuple[Template | None, str]:
    """Where nothing can be forked."""
    return None, "this host forks no workers"
