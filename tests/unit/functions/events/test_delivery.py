"""Asynchronous invocations over a real queue, with time in the test's hand: lambda-execution section 10."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.events.stage import ACCOUNT, FAILURE, REGION, START, SUCCESS, Stage

from gatelet.aws import quotas
from gatelet.functions.events import delivery, dispatcher
from gatelet.functions.invocation import (
    FunctionNotFound,
    Invocation,
    InvocationRefused,
    InvocationResult,
    RecursiveInvocation,
    RuntimeUnavailable,
    TooManyRequests,
)
from gatelet.storage.ports import StorageFull
from gatelet.storage.queue import Lease, Message, QueueBounds
from gatelet.storage.sqlite.directory import open_data_directory

Story = Callable[[Stage], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Story], None]:
    async def opened(story: Story) -> None:
        async with open_data_directory(tmp_path / "data") as data:
            stage = Stage(data)
            await story(stage)
            await stage.delivery.stop()

    return lambda story: asyncio.run(opened(story))


def destinations(success: str = "", failure: str = "", **config: Any) -> dict[str, Any]:
    arns = {"OnSuccess": success, "OnFailure": failure}
    held = {
        member: {"Destination": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"} if name else {}
        for member, name in arns.items()
    }
    return {"event_invoke_configs": {"$LATEST": {"DestinationConfig": held, **config}}}


def test_a_role_that_may_not_invoke_the_destination(play: Any) -> None:
    """The event is done all the same: nothing is left in a queue."""

    async def story(stage: Stage) -> None:
        stage.permitted = False
        await stage.function("f", **destinations(success="g"))
        await stage.function("g")
        await stage.accept("f")
        await stage.settle()
        assert [name for _, name, _ in stage.runs] == ["f"]
        assert await stage.waiting("f") == await stage.waiting("g") == 0

    play(story)


def test_an_event_that_succeeds_is_run_once(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f")
        await stage.accept("f", {"a": 1})
        await stage.settle()
        await stage.at(10_000)
        assert stage.runs == [(0, "f", {"a": 1})]
        assert await stage.waiting("f") == 0

    play(story)


def test_a_function_that_fails_is_tried_three_times_with_one_request_id(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f")
        stage.handler = stage.answers(FAILURE)
        await stage.accept("f", request_id="one")
        for second in (0, 59.9, 60, 179, 180, 20_000):
            await stage.at(second)
        assert [moment for moment, _, _ in stage.runs] == [0, 60, 180]
        assert stage.ids == ["one"] * 3
        assert await stage.waiting("f") == 0

    play(story)


def test_the_on_failure_destination_gets_the_record(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", **destinations(success="s", failure="g", MaximumRetryAttempts=0))
        await stage.function("g")
        stage.handler = stage.answers(FAILURE, SUCCESS)
        await stage.accept("f", {"a": 1}, "one")
        await stage.settle()
        (_, _, record) = stage.runs[1]
        assert stage.runs[1][:2] == (0, "g")
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert (record["requestContext"]["requestId"], record["requestPayload"]) == ("one", {"a": 1})
        assert (record["responsePayload"], len(stage.runs)) == ({"errorMessage": "x"}, 2)
        assert stage.ids[1] != "one"

    play(story)


def test_the_on_success_destination_gets_the_record(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", **destinations(success="s", failure="g"))
        await stage.function("s")
        await stage.accept("f")
        await stage.settle()
        assert [run[1] for run in stage.runs] == ["f", "s"]
        assert stage.runs[1][2]["responsePayload"] == "done"

    play(story)


@pytest.mark.parametrize(
    "refused",
    [TooManyRequests("ConcurrentInvocationLimitExceeded"), RuntimeUnavailable("no")],
    ids=["throttled", "host"],
)
def test_what_could_not_run_backs_off_and_counts_no_attempt(play: Any, refused: InvocationRefused) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", **destinations(failure="g", MaximumRetryAttempts=0))
        await stage.function("g")
        stage.handler = stage.answers(refused, refused, refused, FAILURE, SUCCESS)
        await stage.accept("f")
        for second in (0, 0.9, 1, 2.9, 3, 6.9, 7):
            await stage.at(second)
        assert [moment for moment, name, _ in stage.runs if name == "f"] == [0, 1, 3, 7]
        assert stage.runs[-1][2]["requestContext"]["approximateInvokeCount"] == 1

    play(story)


def test_a_throttled_function_rests_and_its_other_events_wait(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f")
        await stage.function("g")
        stage.handler = stage.answers(TooManyRequests("x"), SUCCESS)
        await stage.accept("f", 1)
        await stage.settle()
        await stage.accept("f", 2)
        await stage.accept("g", 3)
        await stage.settle()
        assert [run[1:] for run in stage.runs] == [("f", 1), ("g", 3)]
        await stage.at(1)
        assert sorted(run[2] for run in stage.runs) == [1, 1, 2, 3]

    play(story)


def test_a_function_of_little_concurrency_is_not_starved_by_its_back_off(play: Any) -> None:
    """One event at a time is let in; the others are throttled and come again, and the queue goes on meanwhile."""

    async def story(stage: Stage) -> None:
        await stage.function("f")
        running = 0

        async def one_at_a_time(invocation: Invocation) -> InvocationResult:
            nonlocal running
            if running:
                raise TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded")
            running += 1
            await asyncio.sleep(0.001)
            running -= 1
            done.append(json.loads(invocation.payload))
            return SUCCESS

        done: list[int] = []
        stage.handler = one_at_a_time
        for number in range(60):
            await stage.accept("f", number)
        for second in range(40):
            await stage.at(second)
            if len(done) == 60:
                break
        assert sorted(done) == list(range(60))

    play(story)


def test_reserved_concurrency_of_zero_ends_an_event_at_once(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", reserved_concurrency=0, **destinations(failure="g"))
        await stage.function("g")
        await stage.accept("f")
        await stage.settle()
        ((_, name, record),) = stage.runs
        assert (name, record["requestContext"]["condition"]) == ("g", "ZeroReservedConcurrency")
        assert record["requestContext"]["approximateInvokeCount"] == 0
        assert "responseContext" not in record

    play(story)


def test_an_event_that_grew_too_old_is_not_run(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", **destinations(failure="g", MaximumEventAgeInSeconds=60))
        await stage.function("g")
        stage.handler = stage.answers(RuntimeUnavailable("no"))
        await stage.accept("f")
        await stage.settle()
        stage.handler = stage.answers(SUCCESS)
        await stage.at(61)
        assert [run[1] for run in stage.runs] == ["f", "g"]
        assert stage.runs[1][2]["requestContext"]["condition"] == "EventAgeExceeded"

    play(story)


def test_a_loop_that_was_stopped_goes_to_the_on_failure_destination(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f", **destinations(failure="g"))
        await stage.function("g")
        stage.handler = stage.answers(RecursiveInvocation(), SUCCESS)
        await stage.accept("f")
        await stage.settle()
        assert [run[1] for run in stage.runs] == ["f", "g"]
        assert stage.runs[1][2]["requestContext"]["approximateInvokeCount"] == 0

    play(story)


def test_events_of_a_function_or_version_that_is_gone_are_dropped(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f")
        stage.handler = stage.answers(FunctionNotFound("f:1"))
        await stage.accept("f")
        await stage.accept("never")
        await stage.settle()
        assert (await stage.waiting("f"), await stage.waiting("never")) == (0, 0)
        assert len(stage.runs) == 1

    play(story)


def test_a_busy_function_leaves_room_for_others_and_keeps_its_order(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("busy")
        await stage.function("other")
        release = asyncio.Event()

        async def held(invocation: Invocation) -> InvocationResult:
            await (release.wait() if invocation.target.name == "busy" else asyncio.sleep(0))
            return SUCCESS

        stage.handler = held
        for number in range(40):
            await stage.accept("busy", number)
        await stage.accept("other", "me too")
        await stage.until(lambda: ("other", "me too") in [run[1:] for run in stage.runs])
        begun = [run[2] for run in stage.runs if run[1] == "busy"]
        assert begun == list(range(quotas.QUEUED_EVENTS_AT_ONCE))
        release.set()
        await stage.settle()
        assert [run[2] for run in stage.runs if run[1] == "busy"] == list(range(40))

    play(story)


def test_a_long_attempt_keeps_its_lease(play: Any) -> None:
    async def story(stage: Stage) -> None:
        await stage.function("f")
        release = asyncio.Event()

        async def held(invocation: Invocation) -> InvocationResult:
            await release.wait()
            return SUCCESS

        stage.handler = held
        await stage.accept("f")
        for minute in range(1, 15):
            stage.clock.time = START + 60 * minute
            stage.delivery.wake()
            await asyncio.sleep(0.01)
        assert len(stage.runs) == 1
        release.set()
        await stage.settle()
        assert (len(stage.runs), await stage.waiting("f")) == (1, 0)

    play(story)


def test_leases_that_could_not_be_kept_are_kept_before_anything_is_taken(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk outlasts the lease: once there is space, what still runs is not run again."""
    monkeypatch.setattr(dispatcher, "_AFTER_A_FAILURE_SECONDS", 0.001)

    async def story(stage: Stage) -> None:
        await stage.function("f")
        release = asyncio.Event()

        async def held(invocation: Invocation) -> InvocationResult:
            await release.wait()
            return SUCCESS

        stage.handler = held
        await stage.accept("f")
        await stage.until(lambda: bool(stage.runs))
        extend, refusals = stage.data.queue.extend, iter(range(1))

        async def no_space_at_first(leases: Sequence[Lease], until: int) -> None:
            if next(refusals, None) is not None:
                raise StorageFull
            await extend(leases, until)

        monkeypatch.setattr(stage.data.queue, "extend", no_space_at_first)
        stage.clock.time = START + 61
        stage.delivery.wake()
        await asyncio.sleep(0.05)
        assert len(stage.runs) == 1
        release.set()
        await stage.settle()
        assert (len(stage.runs), await stage.waiting("f")) == (1, 0)

    play(story)


def test_what_was_in_work_at_a_stop_comes_again(tmp_path: Path) -> None:
    async def before() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            stage = Stage(data)
            await stage.function("f")

            async def never(invocation: Invocation) -> InvocationResult:
                await asyncio.Event().wait()
                raise AssertionError

            stage.handler = never
            await stage.accept("f", "again", "one")
            await stage.until(lambda: bool(stage.runs))
            await stage.delivery.stop()

    async def after() -> None:
        async with open_data_directory(tmp_path / "data") as data:
            stage = Stage(data)
            await stage.settle()
            assert (stage.runs, stage.ids) == ([(0, "f", "again")], ["one"])
            await stage.delivery.stop()

    asyncio.run(before())
    asyncio.run(after())


def test_on_a_full_disk_an_outcome_waits_and_nothing_is_run_again(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_FULL_SECONDS", 0.001)

    async def story(stage: Stage) -> None:
        await stage.function("f")
        acknowledge, refusals = stage.data.queue.acknowledge, iter(range(3))

        async def no_space_at_first(lease: Lease, then: Sequence[Message] = ()) -> bool:
            if next(refusals, None) is not None:
                raise StorageFull
            return await acknowledge(lease, then)

        monkeypatch.setattr(stage.data.queue, "acknowledge", no_space_at_first)
        await stage.accept("f")
        await stage.settle()
        assert (len(stage.runs), await stage.waiting("f"), next(refusals, None)) == (1, 0, None)

    play(story)


def test_a_full_queue_says_so(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_BOUNDS", QueueBounds(0, 1_000, 10, 10_000))

    async def story(stage: Stage) -> None:
        await stage.function("f")
        with pytest.raises(TooManyRequests) as caught:
            await stage.accept("f")
        assert caught.value.reason == "CallerRateLimitExceeded"
        assert stage.runs == []

    play(story)
