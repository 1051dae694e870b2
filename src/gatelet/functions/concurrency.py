"""Admission: every accepted event counts, queued or running (lambda-execution section 9)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from gatelet.aws import quotas
from gatelet.aws.scope import Scope
from gatelet.functions.invocation import TooManyRequests

RESERVED_EXCEEDED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_EXCEEDED = "ConcurrentInvocationLimitExceeded"


class _Count:
    """How many leases of one limit are out."""

    __slots__ = ("out",)

    def __init__(self) -> None:
        self.out = 0


class Lease:
    """One admitted event; as a context manager it is released at the end, or by ``release`` once."""

    __slots__ = ("_count",)

    def __init__(self, count: _Count) -> None:
        count.out += 1
        self._count: _Count | None = count

    def release(self) -> None:
        """Make room for another event; more calls do nothing."""
        if self._count is not None:
            self._count.out -= 1
            self._count = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


class Concurrency:
    """The limits of every account and region: the unreserved pool, and each function's reservation."""

    def __init__(self, account_limit: int = quotas.CONCURRENT_EXECUTIONS) -> None:
        self._account_limit = account_limit
        self._unreserved: dict[Scope, _Count] = {}
        self._functions: dict[tuple[Scope, str], _Count] = {}

    def admit(self, scope: Scope, name: str, reserved: int | None, reserved_by_all: int) -> Lease:
        """Admit an event, or raise TooManyRequests at once.

        ``reserved`` is the function's own reservation, ``reserved_by_all`` the scope's sum: what is
        reserved is not in the pool that the others share.
        """
        if reserved is not None:
            count = self._functions.get((scope, name))
            if count is None:
                count = self._functions[scope, name] = _Count()
            if count.out >= reserved:
                raise TooManyRequests(RESERVED_EXCEEDED)
            return Lease(count)
        count = self._unreserved.get(scope)
        if count is None:
            count = self._unreserved[scope] = _Count()
        if count.out >= self._account_limit - reserved_by_all:
            raise TooManyRequests(ACCOUNT_EXCEEDED)
        return Lease(count)
