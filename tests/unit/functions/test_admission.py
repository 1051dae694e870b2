"""Admission among processes that share their leases: AWS's reasons, the spill-over, what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from tests.unit.control.plane import DictRecords
from tests.unit.counters.table_of_leases import Table, TableLeases
from tests.unit.functions.test_concurrency import HERE, version

from gatelet.functions.admission import Admission, Checked
from gatelet.functions.catalogue import Catalogue
from gatelet.functions.concurrency import ACCOUNT_EXCEEDED, RESERVED_EXCEEDED, Concurrency, Lease
from gatelet.functions.invocation import FunctionTarget, TooManyRequests
from gatelet.functions.shared_leases import SharedLeases
from gatelet.functions.version import FunctionVersion, Qualified
from gatelet.metrics.invocations import FunctionMeters, InvocationCounts

TARGET = FunctionTarget(HERE.account, HERE.region, "a")


class Known(Catalogue):
    """What every target means is set by hand."""

    means: Qualified

    def get(self, target: FunctionTarget) -> Qualified:
        return self.means


@dataclass
class Process:
    """One of the processes. The account has four."""

    admission: Admission
    catalogue: Known
    concurrency: Concurrency
    meters: FunctionMeters

    async def admit(self, function: FunctionVersion, reserved: int | None = None, provisioned: int = 0) -> Lease:
        self.catalogue.means = named = Qualified(function.arn, "", (), function, reserved, provisioned)
        assert self.admission.admit(named, function, 0.0) is None, "it has to be waited for"
        *_, lease = await self.admission.admit_among_all(TARGET, check)
        return lease

    async def refusal(self, function: FunctionVersion, reserved: int | None = None) -> str:
        with pytest.raises(TooManyRequests) as refused:
            await self.admit(function, reserved)
        return refused.value.reason

    def counted(self, function: FunctionVersion) -> InvocationCounts:
        counts = self.meters.meter(function.arn, function.version).take()
        assert counts is not None
        return counts


def check(named: Qualified) -> Checked:
    return named.version, named.arn, 0.0


def live(story: Callable[[Sequence[Process]], Awaitable[None]]) -> None:
    table = Table(lambda: 0.0)

    def process(name: str) -> Process:
        concurrency, catalogue, meters = Concurrency(account_limit=4), Known(DictRecords()), FunctionMeters()
        shared = SharedLeases(TableLeases(table, name))
        return Process(Admission(concurrency, catalogue, meters, shared), catalogue, concurrency, meters)

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
        with pytest.raises(TooManyRequests) as refused:
            await two.admit(warm, reserved=1, provisioned=1)
        assert refused.value.reason == RESERVED_EXCEEDED

    live(story)


def test_a_function_that_changes_meanwhile_is_looked_at_again() -> None:
    async def story(processes: Sequence[Process]) -> None:
        one, _ = processes
        old, new = version("a", number="1", provisioned=1), version("a", number="2", provisioned=1)
        one.catalogue.means = Qualified(old.arn, "", (), old, None, 2)
        admitting = asyncio.create_task(one.admission.admit_among_all(TARGET, check))
        await asyncio.sleep(0)
        one.catalogue.means = Qualified(new.arn, "", (), new, None, 2)
        served, _, _, lease = await admitting
        assert served is new
        assert one.concurrency.running() == {new.arn: 1}
        assert one.meters.meter(old.arn, "1").take() is None
        assert one.counted(new).provisioned == 1
        lease.release()
        assert one.concurrency.running() == {new.arn: 0}

    live(story)


def test_a_function_that_changes_all_the_time_runs_as_it_was_found_last() -> None:
    found: list[Qualified] = []

    class Changing(Known):
        def get(self, target: FunctionTarget) -> Qualified:
            function = version("a")
            found.append(Qualified(function.arn, "", (), function, None, 0))
            return found[-1]

    async def story(processes: Sequence[Process]) -> None:
        one, _ = processes
        shared = SharedLeases(TableLeases(Table(lambda: 0.0), "one"))
        admission = Admission(one.concurrency, Changing(DictRecords()), one.meters, shared)
        served, _, _, lease = await admission.admit_among_all(TARGET, check)
        assert [served is named.version for named in found] == [False] * 4 + [True, False]
        lease.release()
        assert one.concurrency.running() == {served.arn: 0}

    live(story)
