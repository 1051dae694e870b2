"""A pool's environments of provisioned concurrency: initialised ahead of events, and kept.

Reference: lambda-control-plane section 7, lambda-execution sections 7 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gatelet.aws import quotas
from gatelet.functions.environment import Environment, Owner
from gatelet.functions.host import Host
from gatelet.functions.life_cycle import State
from gatelet.functions.version import PROVISIONED, FunctionVersion

INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"


@dataclass(frozen=True, slots=True)
class ProvisionedState:
    """How far provisioned concurrency is: ``ready`` environments; ``failure`` is AWS's StatusReason, or empty."""

    ready: int
    failure: str = ""


class Provisioned:
    """Tells which environments of a pool are provisioned ones. One that loses its process is one no more."""

    __slots__ = ("_function", "_host", "_ready", "_warming", "failed")

    def __init__(self, function: FunctionVersion, host: Host) -> None:
        seconds = max(quotas.PROVISIONED_INIT_SECONDS, function.timeout)
        self._function = replace(function, initialization=PROVISIONED)
        self._host = replace(host, settings=replace(host.settings, init_seconds=seconds))
        self._warming: set[Environment] = set()
        self._ready: set[Environment] = set()
        self.failed = False
        """The function's code could not be initialised: not tried again until something changes."""

    def __bool__(self) -> bool:
        return bool(self._warming or self._ready)

    def __len__(self) -> int:
        return len(self._warming) + len(self._ready)

    def __contains__(self, environment: Environment) -> bool:
        return environment in self._ready or environment in self._warming

    def __iter__(self) -> Iterator[Environment]:
        yield from (*self._warming, *self._ready)

    @property
    def warming(self) -> int:
        """How many are starting."""
        return len(self._warming)

    @property
    def state(self) -> ProvisionedState:
        """How far they are."""
        return ProvisionedState(len(self._ready), INIT_FAILURE if self.failed else "")

    def begin(self, owner: Owner) -> Environment:
        """Start one."""
        environment = Environment(owner, self._function, self._host)
        self._warming.add(environment)
        return environment

    def available(self, environment: Environment) -> None:
        """One can run events: it is ready; or it has no process, and is as any other from now on."""
        if environment.state is State.IDLE:
            if environment in self._warming:
                self._warming.discard(environment)
                self._ready.add(environment)
            return
        if environment in self._warming:
            self.failed = True
        self.discard(environment)

    def discard(self, environment: Environment) -> None:
        """It is none of them any more."""
        self._warming.discard(environment)
        self._ready.discard(environment)

    def keep(self, amount: int) -> None:
        """No more than so many, and another try if it had failed."""
        self.failed = False
        for environment in list(self)[: max(0, len(self) - amount)]:
            self.discard(environment)
