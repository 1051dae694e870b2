"""Admission: every accepted event counts, queued or running (lambda-execution section 9).

An event takes, in AWS's order: provisioned concurrency of its version, then what the function has reserved beyond
its provisioned concurrency, or else the account's pool. There is no queue: at the limit the answer is 429.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.functions.invocation import TooManyRequests
from gatelet.functions.scale_out import ScaleOut
from gatelet.functions.version import FunctionVersion, Qualified

RESERVED_EXCEEDED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_EXCEEDED = "ConcurrentInvocationLimitExceeded"


class _Count:
    """How many leases of one limit are out, and how many were at most since the peaks were last asked for."""

    __slots__ = ("out", "peak")

    def __init__(self) -> None:
        self.out = self.peak = 0

    def take_peak(self) -> int:
        """The most there were at once since it was last taken."""
        peak, self.peak = self.peak, self.out
        return peak


class _FunctionCount(_Count):
    """Of one function, all versions together.

    ``unreserved`` is the pool of its account and region; ``in_pool`` and ``apart`` are what an event counts in that
    takes of the pool, or of what the function has reserved.
    """

    __slots__ = ("apart", "in_pool", "scale_out", "unreserved")

    def __init__(self, unreserved: _Count, everything: _Count, now: float) -> None:
        super().__init__()
        self.unreserved = unreserved
        self.in_pool: tuple[_Count, ...] = (self, unreserved, everything)
        self.apart: tuple[_Count, ...] = (self, everything)
        self.scale_out = ScaleOut(now)


@dataclass(frozen=True, slots=True)
class Peaks:
    """The most events at once: by the function's ARN, by ARN and version of provisioned concurrency, by scope."""

    functions: Mapping[str, int]
    provisioned: Mapping[tuple[str, str], int]
    everything: Mapping[Scope, int]
    unreserved: Mapping[Scope, int]


class Lease:
    """One admitted event; as a context manager it is released at the end, or by ``release`` once."""

    __slots__ = ("_counts", "_give_back", "is_provisioned")

    def __init__(self, counts: tuple[_Count, ...], *, is_provisioned: bool = False) -> None:
        self.is_provisioned = is_provisioned
        self._counts = counts
        self._give_back: Callable[[], None] | None = None
        for count in counts:
            count.out = out = count.out + 1
            if out > count.peak:  # noqa: PLR1730 - half the cost of max: this is done for every event
                count.peak = out

    def release(self) -> None:
        """Make room for another event; more calls do nothing."""
        counts, self._counts = self._counts, ()
        for count in counts:
            count.out -= 1
        if self._give_back is not None:
            give_back, self._give_back = self._give_back, None
            give_back()

    def share(self, give_back: Callable[[], None]) -> None:
        """The event counts among those of other processes, too, until ``give_back`` is called: at the release."""
        self._give_back = give_back

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


@dataclass(frozen=True, slots=True)
class Limit:
    """What an event was admitted by: the limit's name, how many it admits, and AWS's Reason for a refusal."""

    name: str
    most: int
    reason: str


class Concurrency:
    """The limits of every account and region: the unreserved pool, and each function's own."""

    def __init__(self, account_limit: int = quotas.CONCURRENT_EXECUTIONS) -> None:
        self._account_limit = account_limit
        self._unreserved: dict[Scope, _Count] = {}
        self._all: dict[Scope, _Count] = {}
        self._functions: dict[str, _FunctionCount] = {}
        """By the function's ARN."""
        self._provisioned: dict[tuple[str, str], _Count] = {}
        """By the function's ARN and the version's number."""

    def forget(self, arn: str) -> None:
        """The function is gone: what nothing of it counts in needs no place."""
        own = self._functions.get(arn)
        if own is not None and not own.out:
            del self._functions[arn]
        for key in [key for key, count in self._provisioned.items() if key[0] == arn and not count.out]:
            del self._provisioned[key]

    def admit(
        self, function: Qualified, version: FunctionVersion, held_back: int, now: float, *, spilled: bool = False
    ) -> Lease:
        """Admit an event, or raise TooManyRequests at once.

        ``held_back`` is what the functions of the scope have reserved or provisioned: that is not in the pool that
        the others share. ``spilled``: nothing is left of the provisioned concurrency.
        """
        if version.provisioned and not spilled:
            provisioned = self._provisioned.setdefault((version.arn, version.version), _Count())
            if provisioned.out < version.provisioned:
                everything = self._all.setdefault(version.scope, _Count())
                return Lease((provisioned, everything), is_provisioned=True)
        own = self._functions.get(version.arn) or self._begin(version, now)
        if function.reserved is not None:
            if own.out >= function.reserved - function.provisioned:
                raise TooManyRequests(RESERVED_EXCEEDED)
            own.scale_out.admit(own.out + 1, now, reserved=True)
            return Lease(own.apart)
        if own.unreserved.out >= self._account_limit - held_back:
            raise TooManyRequests(ACCOUNT_EXCEEDED)
        own.scale_out.admit(own.out + 1, now, reserved=False)
        return Lease(own.in_pool)

    def limit_of(self, lease: Lease, function: Qualified, version: FunctionVersion, held_back: int) -> Limit:
        """The limit that has just admitted an event; its name is the same in every process that is set up alike."""
        if lease.is_provisioned:
            return Limit(f"provisioned:{version.arn}:{version.version}", version.provisioned, "")
        if function.reserved is not None:
            return Limit(f"reserved:{version.arn}", function.reserved - function.provisioned, RESERVED_EXCEEDED)
        account, region = version.scope.account, version.scope.region
        return Limit(f"unreserved:{account}:{region}", self._account_limit - held_back, ACCOUNT_EXCEEDED)

    def _begin(self, version: FunctionVersion, now: float) -> _FunctionCount:
        unreserved = self._unreserved.setdefault(version.scope, _Count())
        everything = self._all.setdefault(version.scope, _Count())
        own = self._functions[version.arn] = _FunctionCount(unreserved, everything, now)
        return own

    def running(self) -> dict[str, int]:
        """How many events of each function (by its ARN) are admitted now."""
        running = {arn: own.out for arn, own in self._functions.items()}
        for (arn, _), count in self._provisioned.items():
            running[arn] = running.get(arn, 0) + count.out
        return running

    def peaks(self) -> Peaks:
        """The most that ran at once since this was last asked; functions and scopes that ran nothing are left out."""
        functions: dict[str, int] = {}
        provisioned = {key: peak for key, count in self._provisioned.items() if (peak := count.take_peak())}
        for (arn, _), peak in provisioned.items():
            functions[arn] = functions.get(arn, 0) + peak
        for arn, own in self._functions.items():
            if peak := own.take_peak():
                functions[arn] = functions.get(arn, 0) + peak
        return Peaks(functions, provisioned, _taken(self._all), _taken(self._unreserved))


def _taken(counts: Mapping[Scope, _Count]) -> dict[Scope, int]:
    return {scope: peak for scope, count in counts.items() if (peak := count.take_peak())}
