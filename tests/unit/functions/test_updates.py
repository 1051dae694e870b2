"""New code while events run: nothing fails, nothing old is served afterwards (lambda-execution section 7)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from tests.unit.functions.world import World

from gatelet.functions.invocation import FunctionNotFound


def version(number: int) -> str:
    return f"def handler(event, context):\n    return {{'statusCode': 200, 'body': '{number}'}}\n"


def test_updates_under_load_lose_nothing(make_world: Callable[..., World]) -> None:
    """Every request is answered; one that began after an update was served by nothing older."""
    world = make_world()
    target = world.function(version(0))
    served = 0
    done = False

    async def client() -> int:
        answered = 0
        while not done:
            oldest = served
            result = await world.request(target)
            assert result.kind == "response", result.payload
            assert int(result.body) >= oldest
            answered += 1
        return answered

    async def story() -> int:
        nonlocal served, done
        clients = [asyncio.create_task(client()) for _ in range(16)]
        for number in range(1, 11):
            await world.define(version(number), name=target.name)
            served = number
            await asyncio.sleep(0.03)
        done = True
        return sum(await asyncio.gather(*clients))

    assert world.run(story()) >= 16
    assert world.run(world.request(target)).body == b"10"


def test_running_events_finish_on_the_old_revision(forking: World) -> None:
    slow = "import time\ndef handler(e, c):\n    time.sleep(0.4)\n    return 'old'\n"
    target = forking.function(slow)

    async def story() -> tuple[bytes, bytes]:
        running = asyncio.create_task(forking.call(target))
        await asyncio.sleep(0.2)
        await forking.define("def handler(e, c):\n    return 'new'\n", name=target.name)
        new = await forking.call(target)
        return new.payload, (await running).payload

    assert forking.run(story()) == (b'"new"', b'"old"')


def test_a_changed_setting_needs_new_environments_and_a_tag_does_not(forking: World) -> None:
    source = "import os\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return [os.environ.get('A'), n]\n"
    target = forking.function(source, LastModified="t1")
    assert forking.value(target) == [None, 1]
    forking.function(source, name=target.name, LastModified="t1", RevisionId="other")
    assert forking.value(target) == [None, 2]
    forking.function(source, name=target.name, LastModified="t2", Environment={"Variables": {"A": "b"}})
    assert forking.value(target) == ["b", 1]


def test_new_code_that_cannot_start_is_served_all_the_same(forking: World) -> None:
    """As on AWS: the update succeeded, its calls fail."""
    target = forking.function(version(1))
    assert forking.proxy(target).body == b"1"
    forking.function("import nope\n", name=target.name)
    assert json.loads(forking.proxy(target).payload)["errorType"] == "Runtime.ImportModuleError"


def test_a_deleted_function_is_gone(make_world: Callable[..., World]) -> None:
    world = make_world()
    target = world.function("import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return 'done'\n")

    async def story() -> bytes:
        running = asyncio.create_task(world.call(target))
        await asyncio.sleep(0.15)
        await world.delete(target)
        with pytest.raises(FunctionNotFound):
            await world.call(target)
        return (await running).payload

    assert world.run(story()) == b'"done"'

    async def emptied() -> int:
        async with asyncio.timeout(10):
            while any(path.is_dir() for path in world.place.glob("work/code/*")):  # noqa: ASYNC110 - the file system
                await asyncio.sleep(0.02)
        return world.service.environments

    assert world.run(emptied()) == 0
