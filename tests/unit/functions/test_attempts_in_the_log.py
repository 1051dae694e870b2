"""What a function's log shows of asynchronous invocations: lambda-execution sections 8 and 10."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from tests.unit.functions.world import World

from gatelet.aws.clock import SystemClock
from gatelet.functions.invocation import FunctionTarget, Invocation

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
SOURCE = """
def handler(event, context):
    print("event", event)
    if event == "bad":
        raise ValueError("always")
"""


class HurriedClock(SystemClock):
    """The machine's clock, which the test sets forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        machine = SystemClock.now
        self.now = lambda: machine() + self.ahead


async def wait_for_ends(world: World, target: FunctionTarget, count: int) -> list[str]:
    """The request ids of the END lines, in order, once there are so many: the environment is free for the next."""
    for _ in range(2_000):
        events = await world._log_events(f"/aws/lambda/{target.name}")
        ids = re.findall(r"END RequestId: (\S+)", "".join(message for _, message in events))
        if len(ids) >= count:
            return ids
        await asyncio.sleep(0.005)
    raise AssertionError(f"fewer than {count} ends")


def test_every_attempt_is_there_in_order_under_one_request_id(make_world: Callable[..., World]) -> None:
    clock = HurriedClock()
    world = make_world(clock=clock)
    target = world.function(SOURCE)

    async def story() -> list[str]:
        world.service.start_events()
        for name, event in (("first", b'"bad"'), ("second", b'"good"')):
            await world.service.invoke_async(Invocation(target, event, name, TRACE))
            await wait_for_ends(world, target, 1 if name == "first" else 2)
        for minutes, count in ((1, 3), (3, 4), (60, 4)):
            clock.ahead = 60.0 * minutes + 1
            world.service._events.wake()
            ids = await wait_for_ends(world, target, count)
        return ids

    assert world.run(story()) == ["first", "second", "first", "first"]
    printed: Any = [line for line in world.log(target) if line.startswith("event")]
    assert printed == ["event bad\n", "event good\n", "event bad\n", "event bad\n"]
