"""What is served, and when a change begins to serve (apigateway-control-plane section 6.1)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.unit.gateway.world import API, SCOPE, World, deployment_key, document, function_uri, method, stage, stage_key

from gatelet.aws.scope import Scope
from gatelet.gateway.document import REST_API
from gatelet.storage.ports import Change, Key

OTHER = Scope("111111111111", "us-east-1")


def run(world: World, story: Callable[[], Awaitable[Any]]) -> Any:
    async def started() -> Any:
        await world.live.start()
        return await story()

    return asyncio.run(started())


def test_a_new_deployment_serves_when_its_stage_points_to_it() -> None:
    world = World()

    async def story() -> list[int]:
        statuses = [(await world.call()).status]
        await world.put(
            deployment_key("second"), {"deployment": {}, "document": document({"/books": {"GET": method()}})}
        )
        statuses.append((await world.call(path="/books")).status)
        await world.put(stage_key(), stage(deploymentId="second"))
        statuses += [(await world.call(path="/books")).status, (await world.call()).status]
        return statuses

    assert run(world, story) == [200, 403, 200, 403]


def test_an_edit_of_the_api_waits_for_a_deployment() -> None:
    world = World()

    async def story() -> int:
        key = Key("apigateway", REST_API, SCOPE.account, SCOPE.region, API)
        await world.put(key, document({"/books": {"GET": method()}}))
        return (await world.call()).status

    assert run(world, story) == 200


def test_stage_settings_apply_at_once_and_read_the_deployment_once() -> None:
    world = World({"/users": {"GET": method(function_uri("${stageVariables.fn}"))}})

    async def story() -> list[int]:
        statuses = [(await world.call()).status]
        await world.put(stage_key(), stage(variables={"fn": "users"}))
        statuses.append((await world.call()).status)
        await world.put(stage_key("prod"), stage(stageName="prod", variables={"fn": "users"}))
        statuses.append((await world.call(target=f"/_aws/execute-api/{API}/prod/users")).status)
        return statuses

    assert run(world, story) == [500, 200, 200]
    assert world.records.reads.count(deployment_key()) == 1


def test_what_is_deleted_is_no_longer_served() -> None:
    world = World()

    async def story() -> list[int]:
        await world.delete(stage_key())
        statuses = [(await world.call()).status]
        await world.put(stage_key(), stage())
        statuses.append((await world.call()).status)
        await world.delete(Key("apigateway", REST_API, SCOPE.account, SCOPE.region, API))
        statuses.append((await world.call()).status)
        return statuses

    assert run(world, story) == [403, 200, 403]


def test_changes_of_others_change_nothing() -> None:
    world = World()

    async def story() -> bool:
        before = world.live.stages
        for key in (
            Key("lambda", "Stage", SCOPE.account, SCOPE.region, f"{API}/dev"),
            Key("apigateway", "Account", SCOPE.account, SCOPE.region, "account"),
            deployment_key(),
        ):
            await world.live.apply(Change(1, key, deleted=False))
        return world.live.stages is before

    assert run(world, story)


def test_a_snapshot_s_holder_keeps_it() -> None:
    world = World()

    async def story() -> bool:
        before = world.live.stages
        snapshot = before[API, "dev"]
        await world.delete(stage_key())
        return before[API, "dev"] is snapshot and (API, "dev") not in world.live.stages

    assert run(world, story)


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"document": None},
        {"document": {"restApi": {}}},
        {"document": {"restApi": {"id": "b"}, "resources": {"r": {"id": "r"}}}},
        {"document": {"restApi": {"id": "b"}, "resources": None}},
    ],
)
def test_a_broken_document_stops_no_other(damage: Any, caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.records.stored[deployment_key("x", "b")] = damage
    world.records.stored[stage_key("dev", "b")] = stage(deploymentId="x")
    world.records.stored[stage_key("dev", "c")] = stage(deploymentId="gone")

    async def story() -> int:
        return (await world.call()).status

    assert run(world, story) == 200
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 2


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"deploymentId": "gone"}, "The deployment gone does not exist"),
        ({"deploymentId": "broken"}, "The stored stage cannot be read: KeyError('resources')"),
        ({"variables": 7}, "The stored stage cannot be read:"),
    ],
    ids=["no deployment", "a broken deployment", "broken settings"],
)
def test_a_stage_that_cannot_be_built_serves_nothing_any_more(
    settings: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What it served before may be open to callers whom the change has just shut out."""
    world = World()
    world.records.stored[deployment_key("broken")] = {"document": {"restApi": {"id": API}}}

    async def story() -> list[int]:
        await world.put(stage_key(), stage(**settings))
        statuses = [(await world.call(path=path)).status for path in ("/users", "/", "/a/b")]
        await world.put(stage_key(), stage())
        return [*statuses, (await world.call()).status]

    assert run(world, story) == [500, 500, 500, 200]
    assert "stage" in caplog.text
    assert reason in str(world.log.lines)


def test_an_api_id_belongs_to_the_scope_that_has_it(caplog: pytest.LogCaptureFixture) -> None:
    """Pinned ids: another account cannot take over an API by its id, nor delete it."""
    world = World()

    async def story() -> list[Scope]:
        world.records.stored[deployment_key("evil", scope=OTHER)] = {"document": document({"/users": {}})}
        await world.put(stage_key(scope=OTHER), stage(deploymentId="evil"))
        owners = [world.live.stages[API, "dev"].scope]
        await world.delete(stage_key(scope=OTHER))
        await world.delete(Key("apigateway", REST_API, OTHER.account, OTHER.region, API))
        return [*owners, world.live.stages[API, "dev"].scope]

    assert run(world, story) == [SCOPE, SCOPE]
    assert "has that id" in caplog.text


def test_a_large_api_is_served_too() -> None:
    """Compiled in a thread."""
    world = World({f"/r{index}": {"GET": method()} for index in range(300)})

    async def story() -> int:
        return (await world.call(path="/r299")).status

    assert run(world, story) == 200


def test_requests_during_redeployments_see_one_snapshot_or_the_other() -> None:
    world = World({f"/r{index}": {"GET": method(function_uri("one"))} for index in range(60)})

    async def story() -> set[str]:
        documents = {
            name: {f"/r{index}": {"GET": method(function_uri(name))} for index in range(60)} for name in ("one", "two")
        }
        for name, tree in documents.items():
            world.records.stored[deployment_key(name)] = {"document": document(tree)}
        done = asyncio.Event()

        async def redeploy() -> None:
            for turn in range(20):
                await world.put(stage_key(), stage(deploymentId=("one", "two")[turn % 2]))
            done.set()

        task = asyncio.create_task(redeploy())
        while not done.is_set():
            world.clock.at += 1  # the account's throttle refills
            assert (await world.call(path="/r7")).status == 200
            await asyncio.sleep(0)
        await task
        return {call["target"].name for call in world.invoker.calls}

    assert run(world, story) == {"one", "two"}
