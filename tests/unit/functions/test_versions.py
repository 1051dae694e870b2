"""What serves a version, and what becomes of it when something changes (lambda-control-plane section 6)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.functions.test_provisioned import SCOPE, change, publish
from tests.unit.functions.world import ACCOUNT, REGION, World

from gatelet.functions.invocation import FunctionNotFound, FunctionNotReady, FunctionTarget
from gatelet.functions.model import version_key
from gatelet.storage.ports import Change, Put

NUMBER = "def handler(event, context):\n    return [{}, context.function_version]\n"


def named(target: FunctionTarget, qualifier: str | None) -> FunctionTarget:
    return FunctionTarget(ACCOUNT, REGION, target.name, qualifier)


def answer(world: World, target: FunctionTarget) -> Any:
    return json.loads(world.invoke(target).payload)


@pytest.mark.parametrize("qualifier", [None, "$LATEST"])
def test_an_update_after_a_publication_ends_the_old_environments(
    make_world: Callable[..., World], qualifier: str | None
) -> None:
    """And leaves those of the version."""
    world = make_world()
    target = named(world.function(NUMBER.format(1)), qualifier)
    assert answer(world, target) == [1, "$LATEST"]
    first = world.run(publish(world, target, 1))
    assert answer(world, first) == [1, "1"]
    world.function(NUMBER.format(2), name=target.name)
    assert answer(world, target) == [2, "$LATEST"]
    assert answer(world, first) == [1, "1"]

    async def two_are_left() -> None:
        async with asyncio.timeout(10):
            while world.service.environments != 2:  # noqa: ASYNC110 - the world of processes
                await asyncio.sleep(0.01)

    world.run(two_are_left())


def test_an_alias_that_moves_is_served_from_its_next_call_on(forking: World) -> None:
    function = forking.function(NUMBER.format(1))
    forking.run(publish(forking, function, 1))
    forking.function(NUMBER.format(2), name=function.name)
    forking.run(publish(forking, function, 2))
    live = named(function, "live")
    with pytest.raises(FunctionNotFound):
        forking.invoke(live)
    for version in ("2", "1", "$LATEST"):
        alias = {"FunctionVersion": version, "Description": "", "RevisionId": "r", "weights": {}}
        forking.run(change(forking, function.name, aliases={"live": alias}))
        assert answer(forking, live) == [1 if version == "1" else 2, version]


def test_a_version_that_is_not_ready(forking: World) -> None:
    function = forking.function(NUMBER.format(1))
    first = forking.run(publish(forking, function, 1))
    key = version_key(SCOPE, function.name, 1)

    async def become(state: str) -> None:
        record = await forking.data.records.get(key)
        assert record is not None
        record.value["configuration"]["State"] = state
        sequence = await forking.data.records.write(Put(key, record.value, record.parent))
        await forking.service.apply(Change(sequence, key, deleted=False))

    forking.run(become("Pending"))
    with pytest.raises(FunctionNotReady, match="Pending"):
        forking.invoke(first)
    forking.run(become("Active"))
    assert answer(forking, first) == [1, "1"]
