"""Admission: every accepted event counts, queued or running (lambda-execution section 9).

An event takes, in AWS's order: provisioned concurrency of its version, then what the function has reserved beyond
its provisioned concurrency, or else the account's pool. There is no queue: at the limit the answer is 429.
"""

from __future__ import annotations

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
    """How many leases of one limit are out."""

    __slots__ = ("out",)

    def __init__(self) -> None:
        self.out = 0


class _FunctionCount(_Count):
    """Of one function, all versions together; ``unreserved`` is the pool of its account and region."""

    __slots__ = ("scale_out", "unreserved")

    def __init__(self, unreserved: _Count, now: float) -> None:
        super().__init__()
        self.unreserved = unreserved
        self.scale_out = ScaleOut(now)


class Lease:
    """One admitted event; as a context manager it is released at the end, or by ``release`` once."""

    __slots__ = ("_counts",)

    def __init__(self, *counts: _Count) -> None:
        for count in counts:
            count.out += 1
        self._counts: tuple[_Count, ...] = counts

    def release(self) -> None:
        """Make room for another event; more calls do nothing."""
        counts, self._counts = self._counts, ()
        for count in counts:
            count.out -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


class Concurrency:
    """The limits of every account and region: the unreserved pool, and each function's own."""

    def __init__(self, account_limit: int = quotas.CONCURRENT_EXECUTIONS) -> None:
        self._account_limit = account_limit
        self._unreserved: dict[Scope, _Count] = {}
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

    def admit(self, function: Qualified, version: FunctionVersion, held_back: int, now: float) -> Lease:
        """Admit an event, or raise TooManyRequests at once.

        ``held_back`` is what the functions of the scope have reserved or provisioned: that is not in the pool that
        the others share.
        """
        if version.provisioned:
            provisioned = self._provisioned.setdefault((version.arn, version.version), _Count())
            if provisioned.out < version.provisioned:
                return Lease(provisioned)
        own = self._functions.get(version.arn)
        if own is None:
            unreserved = self._unreserved.setdefault(version.scope, _Count())
            own = self._functions[version.arn] = _FunctionCount(unreserved, now)
        if function.reserved is not None:
            if own.out >= function.reserved - function.provisioned:
                raise TooManyRequests(RESERVED_EXCEEDED)
            own.scale_out.admit(own.out + 1, now, reserved=True)
            return Lease(own)
        if own.unreserved.out >= self._account_limit - held_back:
            raise TooManyRequests(ACCOUNT_EXCEEDED)
        own.scale_out.admit(own.out + 1, now, reserved=False)
        return Lease(own, own.unreserved)
