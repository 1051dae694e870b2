"""Room for an event: in this process, and among all that share their counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gatelet.functions.catalogue import Catalogue
from gatelet.functions.concurrency import Concurrency, Lease
from gatelet.functions.invocation import FunctionTarget, TooManyRequests
from gatelet.functions.shared_leases import SharedLeases
from gatelet.functions.version import FunctionVersion, Qualified
from gatelet.metrics.invocations import FunctionMeters

Checked: TypeAlias = tuple[FunctionVersion, str, float]
"""The version that is to run, its ARN as the handler sees it, and the moment (seconds of the monotonic clock)."""
Admitted: TypeAlias = tuple[FunctionVersion, str, float, Lease]
Check: TypeAlias = Callable[[Qualified], Checked]

_TRIES = 3
"""Where functions change all the time, what was found last has to do."""


class Admission:
    """Admits events and counts them. ``now`` is in seconds of the monotonic clock."""

    def __init__(
        self, concurrency: Concurrency, catalogue: Catalogue, meters: FunctionMeters, shared: SharedLeases | None
    ) -> None:
        self._concurrency = concurrency
        self._catalogue = catalogue
        self._meters = meters
        self._shared = shared

    def admit(self, named: Qualified, version: FunctionVersion, now: float) -> Lease | None:
        """Room in this process; None: ``admit_among_all`` has to be asked. Raises TooManyRequests."""
        if self._shared is not None:
            return None
        try:
            lease = self._concurrency.admit(named, version, self._catalogue.held_back(version.scope), now)
        except TooManyRequests:
            self._meters.meter(named.arn, version.version).throttled()
            raise
        if version.provisioned:
            self._meters.meter(named.arn, version.version).admitted(provisioned=lease.is_provisioned)
        return lease

    async def admit_among_all(self, target: FunctionTarget, check: Check, tries: int = _TRIES) -> Admitted:
        """Room in this process and among all for what ``check`` lets in.

        What the target means may change meanwhile: then it is checked again, so that no environment is made of what
        is served no more. Raises TooManyRequests, what ``check`` raises, and what Catalogue.load does.
        """
        assert self._shared is not None
        named = self._catalogue.get(target) or await self._catalogue.load(target)
        version, arn, now = check(named)
        try:
            lease = await self._join(self._shared, named, version, now)
        except TooManyRequests:
            self._meters.meter(named.arn, version.version).throttled()
            raise
        if self._catalogue.get(target) is not named and tries > 1:
            lease.release()
            return await self.admit_among_all(target, check, tries - 1)
        if version.provisioned:
            self._meters.meter(named.arn, version.version).admitted(provisioned=lease.is_provisioned)
        return version, arn, now, lease

    async def _join(
        self, shared: SharedLeases, named: Qualified, version: FunctionVersion, now: float, *, spilled: bool = False
    ) -> Lease:
        held_back = self._catalogue.held_back(version.scope)
        lease = self._concurrency.admit(named, version, held_back, now, spilled=spilled)
        limit = self._concurrency.limit_of(lease, named, version, held_back)
        if await shared.join(lease, limit):
            return lease
        if lease.is_provisioned:  # the others use all of it: as any other event
            return await self._join(shared, named, version, now, spilled=True)
        raise TooManyRequests(limit.reason)
