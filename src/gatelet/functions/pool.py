"""The environments of one revision of a function, and the events that wait for them."""

from __future__ import annotations

import asyncio
from collections import deque

from gatelet.functions import autoscaler
from gatelet.functions.budget import Budget
from gatelet.functions.environment import Environment
from gatelet.functions.event import Event
from gatelet.functions.host import Host
from gatelet.functions.invocation import InvocationAbandoned, RuntimeUnavailable
from gatelet.functions.life_cycle import State
from gatelet.functions.pace import Pace
from gatelet.functions.provisioned import Provisioned
from gatelet.functions.version import FunctionVersion


class Pool:
    """Events go to the environment that was used last; the others fall idle and are ended in time."""

    def __init__(self, function: FunctionVersion, host: Host, budget: Budget) -> None:
        self.function = function
        self._host = host
        self._budget = budget
        self._environments: set[Environment] = set()
        self._idle: deque[Environment] = deque()
        self._waiting: deque[Event] = deque()
        self._retired = False
        self._depth = self._shallow = 1
        self._pace = Pace()
        self._spec = autoscaler.Spec(
            parallel=max(2, host.settings.cores),
            keep=host.settings.idle_seconds,
            most=host.settings.max_environments,
            provisioned=function.provisioned,
        )
        self._provisioned = Provisioned(function, host)
        self._warm: asyncio.Event = asyncio.Event()
        budget.join(self)

    @property
    def size(self) -> int:
        """How many environments there are."""
        return len(self._environments)

    @property
    def states(self) -> list[State]:
        """Where its environments stand."""
        return [environment.state for environment in self._environments]

    @property
    def waiting(self) -> int:
        """How many events wait for an environment."""
        return len(self._waiting)

    @property
    def provisioned(self) -> Provisioned:
        """The environments of its provisioned concurrency."""
        return self._provisioned

    @property
    def needless(self) -> bool:
        """Without environments and events, and none to be kept."""
        return not (self._environments or self._waiting or self._spec.provisioned)

    @property
    def finished(self) -> bool:
        """Retired, and nothing is left."""
        return self._retired and not self._environments and not self._waiting

    def submit(self, event: Event) -> None:
        """Run the event as soon as an environment is free; more are started as the autoscaler says."""
        idle = self._idle
        busy = len(self._environments) - len(idle)
        # With every core busy, a very short wait costs less than waking another process.
        if (not idle or busy >= self._spec.parallel) and self._put_behind(
            event, self._shallow if idle else self._depth
        ):
            return
        if idle:
            idle.pop().run(event, at_once=busy == 0)
            return
        self._waiting.append(event)
        # A fast function has its few environments soon; whether the wait is too long is seen with every tick.
        if len(self._environments) < self._spec.parallel or self._pace.service_time > self._spec.least_cold_start:
            self._scale(self._host.clock.monotonic())

    def _put_behind(self, event: Event, depth: int) -> bool:
        if depth <= 1 or not event.is_small:
            return False
        shortest: Environment | None = None
        for environment in self._environments:
            if environment.has_room(depth) and (shortest is None or len(environment.behind) < len(shortest.behind)):
                shortest = environment
        if shortest is None:
            return False
        shortest.put_behind(event)
        return True

    async def warm_up(self) -> None:
        """Return when the first environment can run events, or could not be made to."""
        if not self._environments and self._budget.take():
            self._begin_environment()
            await self._warm.wait()

    def provision(self, amount: int) -> None:
        """Keep so many environments initialised from now on; what is too many becomes as any other."""
        self._spec = self._spec._replace(provisioned=amount)
        self._provisioned.keep(amount)

    def retire(self) -> None:
        """Take no new events; end when what was accepted is done."""
        self._retired = True
        self._host.templates.retire(self.function)
        self.provision(0)
        for environment in list(self._environments):
            if environment in self._idle or not self._waiting:
                environment.drain()

    def end(self) -> None:
        """End everything now."""
        self._retired = True
        self.provision(0)
        for environment in list(self._environments):
            environment.end()  # what it has not begun waits again
        while self._waiting:
            self._refuse(self._waiting.popleft())

    def tick(self, now: float) -> bool:
        """Enforce time limits and scale; whether anything is under way."""
        self._pace.tick()
        self._depth = autoscaler.depth(self._pace.service_time, self._spec.least_cold_start / 2)
        self._shallow = autoscaler.depth(self._pace.service_time, self._spec.short_wait)
        self._withdraw(now)
        for environment in list(self._environments):
            environment.tick(now)
            event = environment.event
            if event is not None and now - event.started > self._spec.least_cold_start:
                environment.holds_up = True
                self.returned(environment.take_back())
            if event is not None and now >= event.abandon_at:
                event.refuse(InvocationAbandoned())
        if self._provisioned:
            self._renew(now)
        self._hand_out()
        self._scale(now)
        return bool(self._waiting) or len(self._idle) < len(self._environments)

    # ------------------------------------------------------------------ what environments tell

    def available(self, environment: Environment) -> None:
        """An environment can run an event."""
        self._warm.set()
        provisioned = self._provisioned or None
        if provisioned is not None:
            provisioned.available(environment)
        while self._waiting:
            event = self._waiting.popleft()
            if event.wanted:
                if environment in self._idle:
                    self._idle.remove(environment)
                environment.run(event)
                return
            event.lease.release()
        now = self._host.clock.monotonic()
        if self._retired or now - environment.began > self._host.settings.lifetime_seconds:
            environment.end()
            return
        environment.idle_since = now
        if environment.state is State.IDLE and (provisioned is None or environment in provisioned):
            self._idle.append(environment)
            return
        # One without a process waits behind those that are warm, one on demand behind those that are provisioned.
        if environment in self._idle:
            self._idle.remove(environment)
        self._idle.appendleft(environment)

    def _hand_out(self) -> None:
        """Events that were taken back wait for no environment to become available: one may be idle."""
        while self._waiting and self._idle:
            event = self._waiting.popleft()
            if event.wanted:
                self._idle.pop().run(event)
            else:
                event.lease.release()

    def room(self, environment: Environment) -> None:
        """An environment goes on with the next of its events: another may be put behind."""
        if self._waiting and environment.has_room(self._depth) and self._waiting[0].is_small:
            event = self._waiting.popleft()
            if event.wanted:
                environment.put_behind(event)
            else:
                event.lease.release()

    def returned(self, events: list[Event]) -> None:
        """Events that an environment was given and did not begin: they are the next."""
        self._waiting.extendleft(reversed(events))

    def initialised(self, seconds: float) -> None:
        """Measure a cold start."""
        self._pace.started(seconds)

    def served(self, seconds: float) -> None:
        """Measure an event."""
        self._pace.served(seconds)

    def gone(self, environment: Environment, error: Exception | None) -> None:
        """An environment ended. If none could be started, nobody may wait for one."""
        self._environments.discard(environment)
        if error is not None and environment in self._provisioned:
            self._provisioned.failed = True
        self._provisioned.discard(environment)
        if environment in self._idle:
            self._idle.remove(environment)
        self._budget.give_back()
        if error is not None and not self._environments:
            self._warm.set()
            while self._waiting:
                self._refuse(self._waiting.popleft(), str(error))

    # ------------------------------------------------------------------ the budget

    def oldest_idle(self) -> float | None:
        """Since when the longest idle environment has been idle."""
        return min((environment.idle_since for environment in self._evictable()), default=None)

    def evict_oldest(self) -> None:
        """End the longest idle environment."""
        min(self._evictable(), key=lambda environment: environment.idle_since).end()

    def _evictable(self) -> list[Environment]:
        return [environment for environment in self._idle if environment not in self._provisioned]

    # ------------------------------------------------------------------ scaling

    def _scale(self, now: float) -> None:
        if not self._waiting and not self._idle and not self._spec.provisioned:
            return
        scale = autoscaler.decide(now, self._observe(now), self._spec)
        for _ in range(scale.start):
            if not self._budget.take():
                return
            self._begin_environment()
        for _ in range(scale.stop):
            self.evict_oldest()
        for _ in range(scale.provision if not self._provisioned.failed else 0):
            if not self._budget.take():
                return
            environment = self._provisioned.begin(self)
            self._environments.add(environment)

    def _renew(self, now: float) -> None:
        """Replace provisioned environments that have become too old: their credentials must not expire."""
        for environment in [environment for environment in self._idle if environment in self._provisioned]:
            if now - environment.began > self._host.settings.lifetime_seconds:
                environment.end()

    def _observe(self, now: float) -> autoscaler.Observed:
        starting = stuck = 0
        for environment in self._environments:
            if environment.event is not None:
                stuck += autoscaler.is_stuck(now - environment.event.started, self._pace.service_time)
            elif environment.state in (State.STARTING, State.INITIALIZING):
                starting += 1
        return autoscaler.Observed(
            waiting=len(self._waiting),
            starting=starting,
            serving=len(self._environments) - starting - stuck,
            stuck=stuck,
            service_time=self._pace.service_time,
            cold_start=self._pace.cold_start,
            idle_since=tuple(environment.idle_since for environment in self._evictable()),
            provisioned=len(self._provisioned),
            warming=self._provisioned.warming,
        )

    def _begin_environment(self) -> None:
        self._environments.add(Environment(self, self.function, self._host))

    def _withdraw(self, now: float) -> None:
        """Take back events whose callers wait no longer."""
        if not any(now >= event.abandon_at or not event.wanted for event in self._waiting):
            return
        kept = deque[Event]()
        for event in self._waiting:
            if now < event.abandon_at and event.wanted:
                kept.append(event)
            else:
                event.lease.release()
                event.refuse(InvocationAbandoned())
        self._waiting = kept

    @staticmethod
    def _refuse(event: Event, reason: str = "the service stops") -> None:
        event.lease.release()
        event.refuse(RuntimeUnavailable(reason))
