"""Provisioned concurrency with real environments (lambda-control-plane section 7, lambda-execution section 9)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from tests.unit.functions.conftest import running_world
from tests.unit.functions.world import ACCOUNT, FUNCTIONS, REGION, World

from gatelet.aws.scope import Scope
from gatelet.functions.invocation import FunctionTarget, TooManyRequests
from gatelet.functions.model import VersionDocument, version_key
from gatelet.functions.provisioned import INIT_FAILURE, ProvisionedState
from gatelet.storage.ports import Change, Delete, Put

SCOPE = Scope(ACCOUNT, REGION)
HOW = """
import os, time
def handler(event, context):
    time.sleep(event or 0)
    return [context.log_stream_name, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], context.function_version]
"""


async def change(world: World, name: str, **members: Any) -> None:
    """Edit the function's document as the control plane does."""
    key = FUNCTIONS.key(name)
    record = await world.data.records.get(key)
    assert record is not None
    sequence = await world.data.records.write(Put(key, {**record.value, **members}))
    await world.service.apply(Change(sequence, key, deleted=False))


async def publish(world: World, target: FunctionTarget, number: int) -> FunctionTarget:
    """A version of the function as it is."""
    record = await world.data.records.get(FUNCTIONS.key(target.name))
    assert record is not None
    configuration = {**record.value["configuration"], "Version": str(number), "State": "Active"}
    document: VersionDocument = {"configuration": configuration, "code": record.value["code"], "fingerprint": ""}
    key = version_key(SCOPE, target.name, number)
    sequence = await world.data.records.write(Put(key, cast(dict[str, Any], document), target.name))
    await world.service.apply(Change(sequence, key, deleted=False))
    return FunctionTarget(ACCOUNT, REGION, target.name, str(number))


async def provision(world: World, target: FunctionTarget, amount: int) -> None:
    wanted = {target.qualifier: {"requested": amount, "LastModified": ""}} if amount else {}
    await change(world, target.name, provisioned=wanted)


async def settled(world: World, target: FunctionTarget, state: ProvisionedState) -> None:
    async with asyncio.timeout(10):
        while await world.service.provisioned(target) != state:  # noqa: ASYNC110 - the world of processes
            await asyncio.sleep(0.01)


def test_environments_are_there_before_the_first_event(forking: World) -> None:
    async def story() -> list[Any]:
        target = await publish(forking, await forking.define(HOW), 1)
        await provision(forking, target, 2)
        await settled(forking, target, ProvisionedState(2))
        before = forking.service.environments
        results = await asyncio.gather(*(forking.call(target, 0.3) for _ in range(2)))
        assert forking.service.environments == before
        # So many that waiting for the two costs more than starting others, however slow the host is.
        spilled = [forking.call(target, 0.3) for _ in range(12)]
        return [json.loads(result.payload) for result in (*results, *await asyncio.gather(*spilled))]

    answers = forking.run(story())
    assert [how for _, how, _ in answers[:2]] == ["provisioned-concurrency"] * 2
    assert {how for _, how, _ in answers[2:]} == {"on-demand", "provisioned-concurrency"}
    assert {me for me, _, _ in answers[:2]} < {me for me, _, _ in answers}
    assert {version for _, _, version in answers} == {"1"}


def test_they_stay_and_are_replaced(make_world: Callable[..., World]) -> None:
    """Neither idleness nor a lost process changes their number."""
    world = make_world(idle_seconds=0.0)
    dies = "import os\ndef handler(event, context):\n    if event: os._exit(1)\n    return context.log_stream_name\n"

    async def story() -> None:
        target = await publish(world, await world.define(dies), 1)
        await provision(world, target, 2)
        await settled(world, target, ProvisionedState(2))
        first = {(await world.call(target)).payload for _ in range(4)}
        assert (await world.call(target, 1)).function_error == "Unhandled"
        await settled(world, target, ProvisionedState(2))
        again = {(await world.call(target)).payload for _ in range(4)}
        assert len(first) == len(again) == 1, "the one that was used last is used again"
        assert first != again
        await provision(world, target, 0)
        async with asyncio.timeout(10):
            while world.service.environments:  # noqa: ASYNC110 - the world of processes
                await asyncio.sleep(0.01)

    world.run(story())


def test_code_that_cannot_be_initialised_fails(forking: World) -> None:
    async def story() -> None:
        target = await publish(forking, await forking.define("import nope\n"), 1)
        await provision(forking, target, 2)
        await settled(forking, target, ProvisionedState(0, INIT_FAILURE))

    forking.run(story())


def test_more_than_the_host_runs_is_said(make_world: Callable[..., World]) -> None:
    world = make_world(max_environments=1)

    async def story() -> None:
        target = await publish(world, await world.define(HOW), 1)
        await provision(world, target, 2)
        too_many = "This host runs 1 environments at most (max_environments)."
        await settled(world, target, ProvisionedState(1, too_many))

    world.run(story())


def test_it_follows_an_alias(forking: World) -> None:
    """Section 7: the alias moves, and its environments are made anew."""

    async def story() -> list[Any]:
        function = await forking.define(HOW)
        await publish(forking, function, 1)
        await publish(forking, function, 2)
        live = FunctionTarget(ACCOUNT, REGION, function.name, "live")

        def alias(version: str, **weights: float) -> dict[str, Any]:
            return {"FunctionVersion": version, "Description": "", "RevisionId": "r", "weights": weights}

        await change(forking, function.name, aliases={"live": alias("1")})
        await provision(forking, live, 2)
        await settled(forking, live, ProvisionedState(2))
        versions = [json.loads((await forking.call(live)).payload)[2]]
        await change(forking, function.name, aliases={"live": alias("2")})
        await settled(forking, live, ProvisionedState(2))
        result = await forking.call(live)
        versions += [json.loads(result.payload)[2], result.executed_version]
        await change(forking, function.name, aliases={"live": alias("1", **{"2": 0.5})})
        await settled(forking, live, ProvisionedState(2))
        return versions

    assert forking.run(story()) == ["1", "2", "2"]


def test_reserved_as_much_as_provisioned(forking: World) -> None:
    """Section 9: no spill-over, and $LATEST gets 429."""

    async def story() -> str:
        function = await forking.define(HOW, reserved=1)
        target = await publish(forking, function, 1)
        await provision(forking, target, 1)
        await settled(forking, target, ProvisionedState(1))
        assert (await forking.call(target)).function_error is None
        try:
            await forking.call(function)
        except TooManyRequests as refused:
            return refused.reason
        return "admitted"

    assert forking.run(story()) == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_it_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with running_world(tmp_path) as world:
        target = world.run(publish(world, world.function(HOW), 1))
        world.run(provision(world, target, 2))
        world.run(settled(world, target, ProvisionedState(2)))
    with running_world(tmp_path) as world:
        world.run(settled(world, target, ProvisionedState(2)))


def test_a_deleted_version_takes_its_environments_with_it(make_world: Callable[..., World]) -> None:
    world = make_world()

    async def story() -> None:
        target = await publish(world, await world.define(HOW), 1)
        await provision(world, target, 1)
        await settled(world, target, ProvisionedState(1))
        await provision(world, target, 0)
        key = version_key(SCOPE, target.name, 1)
        sequence = await world.data.records.write(Delete(key))
        await world.service.apply(Change(sequence, key, deleted=True))
        async with asyncio.timeout(10):
            while world.service.environments:  # noqa: ASYNC110 - the world of processes
                await asyncio.sleep(0.01)

    world.run(story())
