"""The scaling of one function, simulated: the real ``autoscaler.decide`` and ``Pace``, everything else made up.

Environments are started one after another by the zygote and initialise side by side; handlers wait and take no
processor. Events are never put behind running ones, as the pool does with those that take microseconds.
Times are seconds. Nothing here is random: the same load gives the same story.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gatelet.functions import autoscaler
from gatelet.functions.autoscaler import Observed, Spec
from gatelet.functions.pace import Pace

TICK_BUSY, TICK_IDLE = 0.025, 1.0


@dataclass(slots=True, eq=False)
class Event:
    """An event that takes so long once it runs."""

    arrived: float
    seconds: float
    began: float | None = None


@dataclass(slots=True, eq=False)
class Environment:
    """An environment: starting, idle or busy."""

    provisioned: bool = False
    ready: bool = False
    event: Event | None = None
    idle_since: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What there is at a moment; ``throttled`` since the last sample."""

    time: float
    environments: int
    running: int
    waiting: int
    throttled: int


@dataclass(slots=True)
class Story:
    """What happened."""

    samples: list[Sample] = field(default_factory=list)
    served: list[Event] = field(default_factory=list)
    throttled: list[tuple[float, int]] = field(default_factory=list)
    """When events were refused, and how many were accepted then."""
    started: int = 0
    ended: int = 0

    @property
    def waits(self) -> list[float]:
        """How long each event waited, in the order in which they were done."""
        return [(event.began or 0.0) - event.arrived for event in self.served]

    def at(self, time: float) -> Sample:
        """The last sample up to then."""
        return max((sample for sample in self.samples if sample.time <= time), key=lambda sample: sample.time)


class Simulation:
    """One pool under a load of ``(time, seconds)``."""

    def __init__(
        self, load: Iterable[tuple[float, float]], spec: Spec, *, limit: int, fork: float = 0.004, init: float = 0.03
    ) -> None:
        self._spec = spec
        self._limit = limit
        self._fork = fork
        self._init = init
        self._zygote_free = 0.0
        self._pace = Pace()
        self._environments: set[Environment] = set()
        self._idle: list[Environment] = []
        self._waiting: deque[Event] = deque()
        self._accepted = 0
        self._refused = 0
        self._numbers = itertools.count()
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self.story = Story()
        for time, seconds in load:
            self._at(time, lambda now, seconds=seconds: self._arrive(Event(now, seconds), now))  # type: ignore[misc]
        self._at(0.0, self._tick)

    def run(self, until: float) -> Story:
        """Everything up to that time."""
        while self._agenda and self._agenda[0][0] <= until:
            time, _, act = heapq.heappop(self._agenda)
            act(time)
        return self.story

    def _at(self, time: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._agenda, (time, next(self._numbers), act))

    def _arrive(self, event: Event, now: float) -> None:
        if self._accepted >= self._limit:
            self.story.throttled.append((now, self._accepted))
            self._refused += 1
            return
        self._accepted += 1
        if self._idle:
            self._begin(self._idle.pop(), event, now)
            return
        self._waiting.append(event)
        # As in Pool.submit.
        if len(self._environments) < self._spec.parallel or self._pace.service_time > self._spec.least_cold_start:
            self._scale(now)

    def _begin(self, environment: Environment, event: Event, now: float) -> None:
        environment.event = event
        event.began = now
        self._at(now + event.seconds, lambda then: self._answer(environment, event, then))

    def _answer(self, environment: Environment, event: Event, now: float) -> None:
        environment.event = None
        self._accepted -= 1
        self._pace.served(event.seconds)
        self.story.served.append(event)
        self._available(environment, now)

    def _available(self, environment: Environment, now: float) -> None:
        environment.ready = True
        if self._waiting:
            self._begin(environment, self._waiting.popleft(), now)
            return
        environment.idle_since = now
        self._idle.append(environment)

    def _tick(self, now: float) -> None:
        self._pace.tick()
        self._scale(now)
        running = sum(environment.event is not None for environment in self._environments)
        waiting = len(self._waiting)
        self.story.samples.append(Sample(now, len(self._environments), running, waiting, self._refused))
        self._refused = 0
        busy = waiting or len(self._idle) < len(self._environments)
        self._at(now + (TICK_BUSY if busy else TICK_IDLE), self._tick)

    def _scale(self, now: float) -> None:
        scale = autoscaler.decide(now, self._observe(now), self._spec)
        for _ in range(scale.start):
            self._start(Environment(), now)
        for _ in range(scale.provision):
            self._start(Environment(provisioned=True), now)
        for _ in range(scale.stop):
            oldest = min(
                (environment for environment in self._idle if not environment.provisioned),
                key=lambda environment: environment.idle_since,
            )
            self._idle.remove(oldest)
            self._environments.discard(oldest)
            self.story.ended += 1

    def _start(self, environment: Environment, now: float) -> None:
        self._environments.add(environment)
        self.story.started += 1
        self._zygote_free = max(now, self._zygote_free) + self._fork

        def ready(then: float) -> None:
            self._pace.started(then - now)
            self._available(environment, then)

        self._at(self._zygote_free + self._init, ready)

    def _observe(self, now: float) -> Observed:
        starting = sum(not environment.ready for environment in self._environments)
        running = [environment.event for environment in self._environments if environment.event is not None]
        usual = self._pace.service_time
        stuck = sum(autoscaler.is_stuck(now - (event.began or now), usual) for event in running)
        provisioned = [environment for environment in self._environments if environment.provisioned]
        return Observed(
            waiting=len(self._waiting),
            starting=starting,
            serving=len(self._environments) - starting - stuck,
            stuck=stuck,
            service_time=usual,
            cold_start=self._pace.cold_start,
            idle_since=tuple(environment.idle_since for environment in self._idle if not environment.provisioned),
            provisioned=len(provisioned),
            warming=sum(not environment.ready for environment in provisioned),
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    """A load with what surrounds it. ``shown`` is the span of its plot."""

    name: str
    title: str
    load: tuple[tuple[float, float], ...]
    spec: Spec
    limit: int
    until: float
    shown: tuple[float, float]

    def run(self) -> Story:
        """What happens."""
        return Simulation(self.load, self.spec, limit=self.limit).run(self.until)


def every(interval: float, begin: float, end: float, seconds: Callable[[int], float]) -> list[tuple[float, float]]:
    """Events at a steady pace; ``seconds(n)`` is how long the n-th takes."""
    count = round((end - begin) / interval)
    return [(begin + number * interval, seconds(number)) for number in range(count)]


def at_once(count: int, time: float, seconds: float) -> list[tuple[float, float]]:
    """Events that all come at the same moment."""
    return [(time, seconds)] * count


def _ramp(per_second: int, seconds: float, takes: float) -> list[tuple[float, float]]:
    """From nothing to ``per_second``, evenly, over that time."""
    count = round(per_second * seconds / 2)
    return [(seconds * (number / count) ** 0.5, takes) for number in range(1, count + 1)]


SPEC = Spec(parallel=2, keep=60.0, most=256)

SCENARIOS = (
    Scenario(
        "burst",
        "A burst: 5 events/s, for two seconds 1,250/s, 100 ms each; limit 100",
        tuple(every(0.2, 0.0, 20.0, lambda _: 0.1) + every(0.0008, 5.0, 7.0, lambda _: 0.1)),
        SPEC,
        100,
        120.0,
        (0.0, 12.0),
    ),
    Scenario(
        "ramp",
        "A ramp: from 0 to 200 events/s in 20 seconds, 200 ms each",
        tuple(_ramp(200, 20.0, 0.2)),
        SPEC,
        1_000,
        120.0,
        (0.0, 22.0),
    ),
    Scenario(
        "long-tail",
        "A long tail: 200 events/s of 5 ms, every 50th of them 3 s",
        tuple(every(0.005, 0.0, 20.0, lambda number: 3.0 if number % 50 == 25 else 0.005)),
        SPEC,
        1_000,
        120.0,
        (0.0, 24.0),
    ),
    Scenario(
        "stampede",
        "A stampede after idleness: 10 events/s, a pause of 90 s, then 200 at once, 300 ms each",
        tuple(every(0.1, 0.0, 10.0, lambda _: 0.3) + at_once(200, 100.0, 0.3)),
        SPEC,
        1_000,
        300.0,
        (0.0, 180.0),
    ),
    Scenario(
        "provisioned",
        "20 provisioned environments under 100 events/s of 250 ms: the rest spills over",
        tuple(every(0.01, 5.0, 15.0, lambda _: 0.25)),
        SPEC._replace(provisioned=20),
        1_000,
        120.0,
        (0.0, 100.0),
    ),
)
