"""A thousand calls at once of a function that has reserved concurrency 50 (lambda-execution section 9)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from tests.unit.functions.world import World

from gatelet.functions.concurrency import RESERVED_EXCEEDED
from gatelet.functions.invocation import FunctionTarget, TooManyRequests

RESERVED = 50
SLEEPER = """
import time
def handler(event, context):
    began = time.monotonic()
    time.sleep(0.1)
    return [event, began, time.monotonic()]
"""


def most_at_once(spans: list[tuple[float, float]]) -> int:
    """How many of these ``(began, ended)`` overlap at most."""
    moments = sorted([(began, 1) for began, _ in spans] + [(ended, -1) for _, ended in spans])
    running = most = 0
    for _, step in moments:
        running += step
        most = max(most, running)
    return most


async def attempt(world: World, target: FunctionTarget, number: int) -> list[float] | str:
    """What the handler answered, or why it was not called."""
    try:
        result = await world.call(target, number)
    except TooManyRequests as refused:
        return refused.reason
    assert result.function_error is None, result.payload
    answer: list[float] = json.loads(result.payload)
    return answer


def test_a_thousand_at_once(make_world: Callable[..., World]) -> None:
    """Exactly 50 run and exactly 950 are refused: nothing queues beyond the limit."""
    world = make_world()
    target = world.function(SLEEPER, reserved=RESERVED)

    async def story() -> list[list[float] | str]:
        return await asyncio.gather(*(attempt(world, target, number) for number in range(1_000)))

    answers = world.run(story())
    assert answers.count(RESERVED_EXCEEDED) == 1_000 - RESERVED
    served = [answer for answer in answers if not isinstance(answer, str)]
    assert sorted(number for number, _, _ in served) == list(range(RESERVED)), "each with the answer to its own event"
    assert most_at_once([(began, ended) for _, began, ended in served]) <= RESERVED
    assert sum(line.startswith("START ") for line in world.log(target)) == RESERVED


def test_a_thousand_that_try_again(make_world: Callable[..., World]) -> None:
    """All are served in the end, each once, never more than 50 at the same time."""
    world = make_world()
    target = world.function(SLEEPER, reserved=RESERVED)
    refused = 0
    todo = iter(range(1_000))

    async def client() -> list[list[float]]:
        nonlocal refused
        answers: list[list[float]] = []
        for number in todo:
            while isinstance(answer := await attempt(world, target, number), str):
                assert answer == RESERVED_EXCEEDED
                refused += 1
                await asyncio.sleep(0.01)
            answers.append(answer)
        return answers

    async def story() -> list[list[float]]:
        async with asyncio.TaskGroup() as group:
            clients = [group.create_task(client()) for _ in range(2 * RESERVED)]
        return [answer for one in clients for answer in one.result()]

    served = world.run(story())
    assert sorted(number for number, _, _ in served) == list(range(1_000))
    assert most_at_once([(began, ended) for _, began, ended in served]) <= RESERVED
    assert sum(line.startswith("START ") for line in world.log(target)) == 1_000
    assert refused > 0
