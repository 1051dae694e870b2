"""The pools of all functions: found by version, ticked, retired, and dropped when nothing is left in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from gatelet.aws.scope import Scope
from gatelet.functions.budget import Budget
from gatelet.functions.event import Event
from gatelet.functions.host import Host
from gatelet.functions.layers import merged_name
from gatelet.functions.life_cycle import State
from gatelet.functions.pool import Pool
from gatelet.functions.version import FunctionVersion

_TICK_BUSY = 0.025
_TICK_IDLE = 1.0


class Pools:
    """One pool for each version that is invoked or provisioned. ``forgotten`` is told when a pool is gone."""

    def __init__(self, host: Host, budget: Budget, forgotten: Callable[[], None]) -> None:
        self._host = host
        self._budget = budget
        self._forgotten = forgotten
        self._pools: dict[str, Pool] = {}
        self._retired: set[Pool] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._fast = False
        self._drained = asyncio.Event()

    def start(self) -> None:
        """Begin to tick: without ticks no time limit holds."""
        self._tick()

    async def drain(self, seconds: float) -> None:
        """Take no new events, wait so long for the running ones, then end everything."""
        for pool in list(self._pools.values()):
            self._retire(pool)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._drained.wait(), seconds if self._retired else 0)
        for pool in list(self._retired):
            pool.end()

    def stop(self) -> None:
        """Tick no more."""
        if self._timer is not None:
            self._timer.cancel()

    def submit(self, function: FunctionVersion, event: Event) -> None:
        """Give the event to the version's pool."""
        if not self._fast:
            self._hurry()
        self.of(function).submit(event)

    def of(self, function: FunctionVersion) -> Pool:
        """The version's pool."""
        pool = self._pools.get(function.serving)
        if pool is None:
            pool = self._pools[function.serving] = Pool(function, self._host, self._budget)
        return pool

    def find(self, serving: str) -> Pool | None:
        """The pool of a version, if there is one."""
        return self._pools.get(serving)

    def provisioned_of(self, arn: str, version: str) -> int:
        """How much provisioned concurrency a version is to have."""
        for pool in self._pools.values():
            if (pool.function.arn, pool.function.version) == (arn, version):
                return pool.function.provisioned
        return 0

    def environments(self) -> list[tuple[FunctionVersion, State]]:
        """Every environment: what it runs, and where it stands."""
        pools = (*self._pools.values(), *self._retired)
        return [(pool.function, state) for pool in pools for state in pool.states]

    def waiting(self) -> int:
        """Events that wait for an environment."""
        return sum(pool.waiting for pool in (*self._pools.values(), *self._retired))

    def code_in_use(self) -> set[str]:
        """The unpacked archives and merged layers that environments run."""
        used: set[str] = set()
        for pool in (*self._pools.values(), *self._retired):
            used |= {pool.function.code, merged_name(pool.function.layers)}
        return used

    def retire(self, scope: Scope, name: str, number: str | None = None) -> None:
        """What serves a function (one version of it) takes no new events."""
        for pool in self._of_function(scope, name):
            if number in (None, pool.function.version):
                self._retire(pool)

    def retire_serving(self, serving: str) -> None:
        """What serves this revision takes no new events."""
        pool = self._pools.get(serving)
        if pool is not None:
            self._retire(pool)

    def provision(self, scope: Scope, name: str, versions: Sequence[FunctionVersion]) -> None:
        """Keep initialised what these versions of a function ask for, and nothing for its others."""
        wanted = {version.serving: version for version in versions}
        for pool in self._of_function(scope, name):
            if pool.function.serving not in wanted:
                pool.provision(0)
        for version in versions:
            self.of(version).provision(version.provisioned)
        if versions:
            self._hurry()

    def _of_function(self, scope: Scope, name: str) -> list[Pool]:
        return [pool for pool in self._pools.values() if (pool.function.scope, pool.function.name) == (scope, name)]

    # ------------------------------------------------------------------ time

    def _tick(self) -> None:
        try:
            self._look_after()
        finally:  # whatever happens: without another tick no time limit would hold
            soon = self._fast or bool(self._retired)
            self._timer = self._host.loop.call_later(_TICK_BUSY if soon else _TICK_IDLE, self._tick)

    def _look_after(self) -> None:
        now = self._host.clock.monotonic()
        self._fast = False
        for pool in (*self._pools.values(), *self._retired):
            self._fast = pool.tick(now) or self._fast
        for pool in [pool for pool in self._pools.values() if pool.needless]:
            del self._pools[pool.function.serving]
            self._budget.leave(pool)
        for pool in [pool for pool in self._retired if pool.finished]:
            self._retired.discard(pool)
            self._budget.leave(pool)
            self._forgotten()
        if not self._retired:
            self._drained.set()

    def _hurry(self) -> None:
        """Something is under way: look after it soon."""
        self._fast = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._host.loop.call_later(_TICK_BUSY, self._tick)

    def _retire(self, pool: Pool) -> None:
        self._pools.pop(pool.function.serving, None)
        self._retired.add(pool)
        self._drained.clear()
        pool.retire()
        self._hurry()
