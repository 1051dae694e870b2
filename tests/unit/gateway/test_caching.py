"""The cache of a stage (apigateway-authorization-limits section 10)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.cached import BY_USER, CACHED, ON, Cached, live
from tests.unit.gateway.guarded import Signed
from tests.unit.gateway.test_admission import FORBIDDEN, THROTTLED, Caller
from tests.unit.gateway.test_admission import live as admitted
from tests.unit.gateway.world import (
    API,
    SCOPE,
    World,
    deployment_key,
    document,
    header,
    mapped,
    method,
    stage,
    stage_key,
)

from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.memory import MemoryCache
from gatelet.gateway.rehearsal import Rehearsals
from gatelet.gateway.response_store import ResponseStore
from gatelet.storage.ports import Change


def test_the_second_request_is_answered_from_the_cache_with_headers_of_its_own() -> None:
    async def story(cached: Cached) -> None:
        first, second = await cached.get(), await cached.get()
        assert (first.body, second.body, cached.calls) == (b"1", b"1", 1)
        assert header(second, "X-Made") == "once"
        for name in ("x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"):
            assert header(first, name) != header(second, name)
            assert header(second, name)

    live(story)


@pytest.mark.parametrize(
    "stage_members",
    [
        {**CACHED, "cacheClusterEnabled": False},
        {"cacheClusterEnabled": True},
        {"cacheClusterEnabled": True, "methodSettings": {"*/*": {**ON, "cachingEnabled": False}}},
        {"cacheClusterEnabled": True, "methodSettings": {"*/*": {**ON, "cacheTtlInSeconds": 0}}},
        {"cacheClusterEnabled": True, "methodSettings": {"*/*": ON, "users/GET": {**ON, "cachingEnabled": False}}},
    ],
)
def test_without_a_cluster_a_setting_or_a_time_nothing_is_kept(stage_members: dict[str, Any]) -> None:
    async def story(cached: Cached) -> None:
        assert [await cached.body(), await cached.body()] == ["1", "2"]

    live(story, stage_members=stage_members)


def test_a_stage_caches_get_alone_unless_a_method_says_so() -> None:
    async def story(cached: Cached) -> None:
        assert [await cached.body("", "POST"), await cached.body("", "POST")] == ["1", "2"]

    live(story)

    async def told(cached: Cached) -> None:
        assert [await cached.body("", "POST"), await cached.body("", "POST")] == ["1", "1"]

    live(told, stage_members={"cacheClusterEnabled": True, "methodSettings": {"users/POST": ON}})


def test_entries_differ_by_the_listed_parameters_alone() -> None:
    async def story(cached: Cached) -> None:
        assert await cached.body("user=1&page=1") == "1"
        assert await cached.body("user=1&page=2") == "1"
        assert await cached.body("user=2") == "2"
        assert await cached.body("") == "3"
        assert await cached.body("user=") == "4"

    live(story, **BY_USER)


def test_every_kind_of_key_parameter() -> None:
    names = ["method.request.header.X-Tier", "method.request.path.id", "integration.request.querystring.q"]
    tree = {
        "/users/{id}": {
            "GET": method(
                integration={
                    "cacheKeyParameters": names,
                    "requestParameters": {"integration.request.querystring.q": "method.request.querystring.user"},
                }
            )
        }
    }

    async def story(cached: Cached) -> None:
        bodies = []
        for path, query, tier in (
            ("/users/1", "user=a", "x"),
            ("/users/2", "user=a", "x"),
            ("/users/1", "user=b", "x"),
            ("/users/1", "user=a", "y"),
            ("/users/1", "user=a&other=1", "x"),
        ):
            bodies.append(await cached.body(query, "GET", path, **{"X-Tier": tier}))
        assert bodies == ["1", "2", "3", "4", "1"]

    live(story, tree)


def test_values_of_one_parameter_never_pass_for_those_of_two() -> None:
    async def story(cached: Cached) -> None:
        assert await cached.body("a=1%22%2C%222&b=") == "1"
        assert await cached.body("a=1&b=2") == "2"

    live(story, cacheKeyParameters=["method.request.querystring.a", "method.request.querystring.b"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"X-User": "a"}, {"x-user": "b"}),
        ({"x-user": "a"}, {"x-user": "b"}),
        ({"X-User": "a"}, {}),
        ({"X-User": "a"}, {"X-User": "a", "x-user": "b"}),
        ({"X-User": "a"}, {"x-user": "a"}),
    ],
    ids=["other-case", "both-lower", "absent", "repeated", "spelled-otherwise"],
)
def test_a_header_that_counts_counts_however_it_is_spelled(one: dict[str, str], other: dict[str, str]) -> None:
    """A function sees names in the client's case, and may read them in any."""

    async def story(cached: Cached) -> None:
        assert [await cached.body(**one), await cached.body(**other)] == ["1", "2"]
        assert [await cached.body(**one), await cached.body(**other)] == ["1", "2"]

    live(story, cacheKeyParameters=["method.request.header.X-User"])


@pytest.mark.parametrize("place", ["querystring", "multivaluequerystring"])
def test_every_value_of_a_parameter_counts(place: str) -> None:
    parameter = {"integration.request.querystring.u": f"method.request.{place}.user"}

    async def story(cached: Cached) -> None:
        queries = ("user=b", "user=a&user=b", "user=b&user=a", "user=b")
        assert [await cached.body(query) for query in queries] == ["1", "2", "3", "1"]

    live(story, cacheKeyParameters=list(parameter), requestParameters=parameter)


def test_each_verb_of_any_has_entries_of_its_own() -> None:
    members = {"cacheClusterEnabled": True, "methodSettings": {"users/ANY": ON}}

    async def story(cached: Cached) -> None:
        assert [await cached.body("", verb) for verb in ("GET", "DELETE", "GET", "DELETE")] == ["1", "2", "1", "2"]

    live(story, {"/users": {"ANY": method()}}, stage_members=members)


def test_a_kept_header_ends_where_its_line_ends() -> None:
    """U+0085, U+001C and their like end lines for Python, and not in HTTP."""
    headers = {"X-A": "1\x85x-amzn-trace-id: 2", "X-B": "3"}

    async def story(cached: Cached) -> None:
        first, second = await cached.get(), await cached.get()
        assert [header(second, name) for name in headers] == [header(first, name) for name in headers]
        assert header(second, "X-A") == headers["X-A"]

    live(story, handler=lambda event: {"statusCode": 200, "headers": headers})


def test_equal_namespaces_share_entries() -> None:
    shared = method(integration={"cacheNamespace": "same"})
    tree = {"/users": {"GET": shared}, "/people": {"GET": shared}, "/pets": {"GET": method()}}

    async def story(cached: Cached) -> None:
        paths = ("/users", "/people", "/pets")
        assert [await cached.body("", "GET", path) for path in paths] == ["1", "1", "2"]

    live(story, tree)


@pytest.mark.parametrize(("shares", "expected"), [(True, ["1", "1", "1"]), (False, ["1", "2", "1"])])
def test_a_canary_has_a_cache_of_its_own_unless_it_uses_the_stage_s(shares: bool, expected: list[str]) -> None:
    """authorization limits 11: ``useStageCache``. A flush of the stage's cache is one of both."""

    async def story(cached: Cached) -> None:
        world = cached.world
        world.records.stored[deployment_key("canary")] = {
            "deployment": {"id": "canary"},
            "document": document({"/users": {"GET": method()}}),
        }
        found = []
        for percent in (0.0, 100.0, 0.0):
            await turn(world, {"percentTraffic": percent, "deploymentId": "canary", "useStageCache": shares})
            found.append(await cached.body())
        assert found == expected
        await Rehearsals(world.ports).flush_responses(SCOPE, API, "dev")
        for percent in (0.0, 100.0):
            await turn(world, {"percentTraffic": percent, "deploymentId": "canary", "useStageCache": shares})
            assert await cached.body() not in expected

    live(story)


async def turn(world: World, settings: dict[str, Any]) -> None:
    """Give the stage these canary settings."""
    world.records.stored[stage_key()] = stage(**CACHED, canarySettings=settings)
    await world.live.apply(Change(1, stage_key(), deleted=False))


def test_an_entry_lives_for_its_time_to_the_second() -> None:
    async def story(cached: Cached) -> None:
        assert await cached.body() == "1"
        cached.world.clock.at += 59.9
        assert await cached.body() == "1"
        cached.world.clock.at += 0.2
        assert await cached.body() == "2"

    live(story)


@pytest.mark.parametrize(("status", "kept"), [(200, True), (404, True), (500, True)])
def test_answers_of_any_status_are_kept(status: int, kept: bool) -> None:
    """A function's 429 was replayed from the cache [K]."""
    calls = []

    def handler(event: dict[str, Any]) -> dict[str, Any]:
        calls.append(1)
        return {"statusCode": status, "body": str(len(calls))}

    async def story(cached: Cached) -> None:
        await cached.get()
        await cached.get()
        assert (len(calls) == 1) is kept

    live(story, handler=handler)


def test_what_the_gateway_answers_itself_is_not_kept() -> None:
    calls = []

    def handler(event: dict[str, Any]) -> Any:
        calls.append(1)
        return 7 if len(calls) == 1 else {"statusCode": 200, "body": "good"}

    async def story(cached: Cached) -> None:
        assert (await cached.get()).status == 502
        assert await cached.body() == "good"

    live(story, handler=handler)


def test_an_answer_over_a_megabyte_is_not_kept() -> None:
    async def story(cached: Cached) -> None:
        assert len(await cached.body()) == 1_048_577
        assert (await cached.get()).status == 200
        assert len(cached.world.invoker.events) == 2

    live(story, handler=lambda event: {"statusCode": 200, "body": "x" * 1_048_577})


def test_one_request_refills_while_others_wait() -> None:
    async def story(cached: Cached) -> None:
        invoke = cached.world.invoker.invoke_proxy

        async def slow(*args: Any, **members: Any) -> Any:
            await asyncio.sleep(0.01)
            return await invoke(*args, **members)

        cached.world.invoker.invoke_proxy = slow  # type: ignore[method-assign]
        answers = await asyncio.gather(*(cached.body() for _ in range(50)))
        assert (set(answers), cached.calls) == ({"1"}, 1)

    live(story)


def test_those_who_waited_for_a_failure_run_themselves() -> None:
    calls = []

    def handler(event: dict[str, Any]) -> Any:
        calls.append(1)
        return 7 if len(calls) == 1 else {"statusCode": 200, "body": "good"}

    async def story(cached: Cached) -> None:
        responses = await asyncio.gather(*(cached.get() for _ in range(5)))
        assert sorted(response.status for response in responses) == [200, 200, 200, 200, 502]

    live(story, handler=handler)


def test_a_server_that_is_gone_costs_the_cache_not_the_request() -> None:
    class Gone(MemoryCache):
        async def get(self, namespace: str, key: str, now: float) -> bytes | None:
            raise CountersUnavailable

        async def put(self, *args: Any, **members: Any) -> None:
            raise CountersUnavailable

    async def story(cached: Cached) -> None:
        cached.world.ports = replace(cached.world.ports, responses=ResponseStore(Gone(), 1_000_000))
        assert [await cached.body(), await cached.body()] == ["1", "2"]

    live(story)


def test_authorization_runs_before_the_cache() -> None:
    members = {"cacheClusterEnabled": True, "methodSettings": {"*/*": ON}}
    signed = Signed(stage_members=members)
    assert signed.call() == 200
    assert signed.send([])[0] == 403
    assert len(signed.world.invoker.events) == 1


def test_keys_and_throttles_run_before_the_cache() -> None:
    """authorization limits 10: a kept answer counts against the plan as any other."""

    async def story(caller: Caller) -> None:
        await caller.plan(throttle={"rateLimit": 1.0, "burstLimit": 2})
        assert [await caller.get() for _ in range(3)] == [200, 200, THROTTLED]
        assert await caller.get(None) == FORBIDDEN
        caller.wait(1)
        assert await caller.get() == 200
        assert len(caller.world.invoker.events) == 1

    admitted(story, stage_members=CACHED)


def test_mock_answers_are_kept_too() -> None:
    tree = {"/users": {"GET": mapped("MOCK", request='{"statusCode": 200}', response="$context.requestId")}}

    async def story(cached: Cached) -> None:
        assert await cached.body() == await cached.body()

    live(story, tree)


def test_a_key_parameter_of_the_body_is_refused() -> None:
    async def story(cached: Cached) -> None:
        response = await cached.get()
        assert (response.status, json.loads(response.body)) == (500, {"message": "Internal server error"})
        assert "cache key parameter" in cached.world.log.lines[0]

    live(story, cacheKeyParameters=["method.request.body.id"])
