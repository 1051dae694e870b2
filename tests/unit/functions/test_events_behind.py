"""Events that wait at a busy environment: none is lost, and none fails with the one before it (design section 4)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.functions.world import World

from gatelet.functions.environment import Environment
from gatelet.functions.invocation import FunctionTarget, InvocationResult, RuntimeUnavailable

SWITCH = """
import os, signal, time
served = 0
def handler(event, context):
    global served
    served += 1
    if event == "exit":
        time.sleep(0.1)
        os._exit(1)
    if event == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if event == "hang":
        time.sleep(30)
    if event == "slow":
        time.sleep(1.0)
    while str(event).startswith("/") and not os.path.exists(event):
        time.sleep(0.01)
    if event == "time":
        return context.get_remaining_time_in_millis()
    return [event, served]
"""


@pytest.fixture
def one(make_world: Callable[..., World]) -> World:
    """A host with room for one environment."""
    return make_world(max_environments=1)


async def _warm(world: World, target: FunctionTarget) -> None:
    """Until the pool knows that the function is fast."""
    for _ in range(4):
        await asyncio.gather(*(world.call(target, "fast") for _ in range(50)))
        await asyncio.sleep(0.03)


async def _together(world: World, target: FunctionTarget, events: list[Any]) -> list[InvocationResult]:
    await _warm(world, target)
    return await asyncio.gather(*(world.call(target, event) for event in events))


@pytest.fixture
def stacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many events were behind another, each time that one was put there."""
    depths: list[int] = []
    put_behind = Environment.put_behind

    def recording(self: Environment, event: Any) -> None:
        put_behind(self, event)
        depths.append(len(self.behind))

    monkeypatch.setattr(Environment, "put_behind", recording)
    return depths


@pytest.mark.parametrize("ending", ["exit", "kill", "hang"])
def test_only_the_event_that_was_begun_fails(one: World, stacked: list[int], ending: str) -> None:
    target = one.function(SWITCH, Timeout=1)
    first, *others = one.run(_together(one, target, [ending, *["fast"] * 7]))
    assert first.function_error == "Unhandled"
    expected = "Sandbox.Timedout" if ending == "hang" else "Runtime.ExitError"
    assert json.loads(first.payload)["errorType"] == expected
    assert [json.loads(other.payload)[0] for other in others] == ["fast"] * 7
    # In a new process, in order: each was run once.
    assert [json.loads(other.payload)[1] for other in others] == list(range(1, 8))
    if sys.platform == "linux":
        assert max(stacked) > 1


def test_every_answer_belongs_to_its_event(one: World, stacked: list[int]) -> None:
    target = one.function(SWITCH)
    results = one.run(_together(one, target, list(range(300))))
    assert [json.loads(result.payload)[0] for result in results] == list(range(300))
    assert len({result.request_id for result in results}) == 300
    counts = [json.loads(result.payload)[1] for result in results]
    assert sorted(counts) == list(range(min(counts), min(counts) + 300))
    if sys.platform == "linux":
        assert max(stacked) > 1


def test_an_event_behind_a_slow_one_goes_to_another_environment(make_world: Callable[..., World]) -> None:
    world = make_world(max_environments=8, cores=2)
    target = world.function(SWITCH, Timeout=60)
    go_on = world.shared / "go on"

    async def story() -> None:
        await _warm(world, target)
        slow = [asyncio.create_task(world.call(target, str(go_on))) for _ in range(2)]
        async with asyncio.timeout(50):
            await asyncio.gather(*(world.call(target, "fast") for _ in range(12)))
        assert not any(call.done() for call in slow)
        go_on.touch()
        await asyncio.gather(*slow)

    world.run(story())


def test_an_event_that_was_taken_back_goes_to_an_idle_environment(make_world: Callable[..., World]) -> None:
    """Two slow events take all cores; fast ones are put behind them although a third environment is idle."""
    world = make_world(max_environments=8, cores=2)
    target = world.function(SWITCH, Timeout=60)
    gates = [world.shared / name for name in ("first", "second", "third")]

    async def story() -> None:
        slow = [asyncio.create_task(world.call(target, str(gate))) for gate in gates]
        async with asyncio.timeout(50):
            while world.service.environments < 3:  # noqa: ASYNC110 - the world of processes
                await asyncio.sleep(0.01)
            gates[2].touch()
            await slow[2]
            for _ in range(60):  # the mean falls, and the wait behind the slow ones is expected to be short
                await asyncio.gather(*(world.call(target, "fast") for _ in range(20)))
                await asyncio.sleep(0.01)
        assert not slow[0].done()
        assert not slow[1].done()
        for gate in gates[:2]:
            gate.touch()
        await asyncio.gather(*slow)

    world.run(story())


def test_the_functions_time_begins_when_the_worker_takes_the_event(one: World) -> None:
    """lambda-execution 13: the deadline is start + timeout."""
    target = one.function(SWITCH, Timeout=2)
    _, remaining = one.run(_together(one, target, ["slow", "time"]))
    assert 1_800 < json.loads(remaining.payload) <= 2_000


def test_a_request_of_each_event_is_logged_whole(one: World) -> None:
    """lambda-execution 8: START, END, REPORT for each, in order."""
    target = one.function(SWITCH)
    one.run(_together(one, target, ["fast"] * 20))
    lines = [line.split()[0] for line in one.log(target) if line.startswith(("START", "END", "REPORT"))]
    assert lines == ["START", "END", "REPORT"] * (len(lines) // 3)


def test_when_the_service_stops_nobody_waits_on(make_world: Callable[..., World]) -> None:
    world = make_world(max_environments=1, drain_seconds=0.0)
    target = world.function(SWITCH, Timeout=3)

    async def story() -> list[Any]:
        await _warm(world, target)
        calls = [asyncio.create_task(world.call(target, event)) for event in ["hang", *["fast"] * 7]]
        await asyncio.sleep(0)
        await world.service.stop()
        async with asyncio.timeout(10):
            return await asyncio.gather(*calls, return_exceptions=True)

    first, *others = world.run(story())
    assert json.loads(first.payload)["errorType"] == "Runtime.ExitError"
    assert [other for other in others if not isinstance(other, RuntimeUnavailable)] == []
