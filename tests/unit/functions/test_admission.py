"""Admission among processes that share their leases: AWS's reasons, the spill-over, what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from tests.unit.control.plane import DictRecords
from tests.unit.counters.table_of_leases import Table, TableLeases
from tests.unit.functions.test_concurrency import HERE, version

from gatelet.functions.admission import Admission
from gatelet.functions.catalogue import Catalogue
from gatelet.functions.concurrency import ACCOUNT_EXCEEDED, RESERVED_EXCEEDED, Concurrency, Lease
from gatelet.functions.invocation import TooManyRequests
from gatelet.functions.shared_leases import SharedLeases
from gatelet.functions.version import FunctionVersion, Qualified
from gatelet.metrics.invocations import FunctionMeters, InvocationCounts


@dataclass
class Process:
    """One of the processes. The account has four."""

    admission: Admission
    concurrency: Concurrency
    meters: FunctionMeters

    async def admit(self, function: FunctionVersion, reserved: int | None = None, provisioned: int = 0) -> Lease:
        named = Qualified(function.arn, "", (), function, reserved, provisioned)
        assert self.admission.admit(named, function, 0.0) is None, "it has to be waited for"
        return await self.admission.admit_among_all(named, function, 0.0)

    async def refusal(self, function: FunctionVersion, reserved: int | None = None) -> str:
        with pytest.raises(TooManyRequests) as refused:
            await self.admit(function, reserved)
        return refused.value.reason

    def counted(self, function: FunctionVersion) -> InvocationCounts:
        counts = self.meters.meter(function.arn, function.version).take()
        assert counts is not None
        return counts


def live(story: Callable[[Sequence[Process]], Awaitable[None]]) -> None:
    table = Table(lambda: 0.0)

    def process(name: str) -> Process:
        concurrency, meters = Concurrency(account_limit=4), FunctionMeters()
        shared = SharedLeases(TableLeases(table, name))
        return Process(Admission(concurrency, Catalogue(DictRecords()), meters, shared), concurrency, meters)

    async def opened() -> None:
        await story([process("one"), process("two")])

    asyncio.run(opened())


def test_a_reservation_is_of_all_processes() -> None:
    async def story(processes: Sequence[Process]) -> None:
        one, two = processes
        function = version("a")
        leases = [await each.admit(function, 3) for each in (one, two, one)]
        assert [await each.refusal(function, 3) for each in processes] == [RESERVED_EXCEEDED] * 2
        assert [each.counted(function).throttles for each in processes] == [1, 1]
        assert two.concurrency.running() == {function.arn: 1}, "what was refused counts nowhere"
        leases[0].release()
        leases[0].release()
        await asyncio.sleep(0.001)
        await two.admit(function, 3)
        assert await one.refusal(function, 3) == RESERVED_EXCEEDED

    live(story)


def test_the_pool_of_the_account_is_of_all_processes_and_functions() -> None:
    async def story(processes: Sequence[Process]) -> None:
        one, two = processes
        for each, name in ((one, "a"), (two, "b"), (two, "a"), (one, "c")):
            await each.admit(version(name))
        assert await two.refusal(version("d")) == ACCOUNT_EXCEEDED
        await two.admit(version("r"), reserved=1)
        assert HERE in two.concurrency.peaks().everything

    live(story)


def test_provisioned_concurrency_that_others_use_spills_over() -> None:
    async def story(processes: Sequence[Process]) -> None:
        one, two = processes
        warm = version("a", number="1", provisioned=2)
        leases = [await each.admit(warm, provisioned=2) for each in (one, two, two)]
        assert [lease.is_provisioned for lease in leases] == [True, True, False]
        counted = two.counted(warm)
        assert (counted.provisioned, counted.spilled) == (1, 1)
        leases[0].release()
        await asyncio.sleep(0.001)
        assert (await two.admit(warm, provisioned=2)).is_provisioned

    live(story)


def test_reserved_as_much_as_provisioned_leaves_no_spill_over() -> None:
    async def story(processes: Sequence[Process]) -> None:
        one, two = processes
        warm = version("a", number="1", provisioned=1)
        assert (await one.admit(warm, reserved=1, provisioned=1)).is_provisioned
        named = Qualified(warm.arn, "", (), warm, 1, 1)
        with pytest.raises(TooManyRequests) as refused:
            await two.admission.admit_among_all(named, warm, 0.0)
        assert refused.value.reason == RESERVED_EXCEEDED

    live(story)
