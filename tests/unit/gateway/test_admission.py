"""API keys, usage plans, throttles and quotas at the invoke URL (apigateway-authorization-limits 7 to 9 and 14)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.world import API, SCOPE, World, header, method

from gatelet.aws.quotas import ACCOUNT_THROTTLE_BURST
from gatelet.counters.errors import CountersUnavailable
from gatelet.counters.ports import Bucket, Period
from gatelet.gateway.admission import Admission
from gatelet.gateway.document import API_KEY, SERVICE, USAGE_PLAN, USAGE_PLAN_KEY
from gatelet.gateway.settings import GatewaySettings
from gatelet.storage.ports import Change, Key

NOON = 1_767_268_800.0
VALUE = "abcdefghij0123456789"
KEYED = {"/users": {"GET": method(apiKeyRequired=True), "POST": method()}, "/pets": {"GET": method()}}
FORBIDDEN = (403, "ForbiddenException", b'{"message":"Forbidden"}')
THROTTLED = (429, "TooManyRequestsException", b'{"message":"Too Many Requests"}')
EXCEEDED = (429, "LimitExceededException", b'{"message":"Limit Exceeded"}')
STAGE = {"apiId": API, "stage": "dev"}


class Caller:
    """Calls a gateway whose ``GET /users`` needs a key; time passes by hand."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def store(self, kind: str, id: str, value: dict[str, Any] | None) -> None:
        """Write or delete a record; the gateway follows."""
        key = Key(SERVICE, kind, SCOPE.account, SCOPE.region, id)
        if value is None:
            self.world.records.stored.pop(key, None)
        else:
            self.world.records.stored[key] = value
        await self.world.plans.apply(Change(1, key, value is None))

    async def plan(self, id: str = "p1", key: str = "k1", **members: Any) -> None:
        """A key in a plan for the stage."""
        value = VALUE if key == "k1" else f"{VALUE}-{key}"
        await self.store(API_KEY, key, {"id": key, "value": value, "enabled": True})
        await self.store(USAGE_PLAN, id, {"id": id, "name": id, "apiStages": [STAGE], **members})
        await self.store(USAGE_PLAN_KEY, f"{id}/{key}", {})

    async def get(self, value: str | None = VALUE, path: str = "/users", *, name: str = "x-api-key") -> Any:
        """200, or the failure's status, type and body."""
        response = await self.world.call("GET", path, headers=[] if value is None else [(name, value)])
        if response.status == 200:
            return 200
        return response.status, header(response, "x-amzn-ErrorType"), response.body

    def wait(self, seconds: float) -> None:
        self.world.clock.at += seconds


Story = Callable[[Caller], Awaitable[None]]


def live(story: Story, *, settings: GatewaySettings | None = None, tree: Any = None, **world: Any) -> None:
    """Live a story with a gateway."""

    async def run() -> None:
        caller = Caller(World(tree or KEYED, settings=settings, **world))
        caller.world.clock.at = NOON
        await caller.world.live.start()
        await caller.world.plans.start()
        await story(caller)

    asyncio.run(run())


def test_a_key_in_a_plan_for_the_stage_is_let_through_and_shown() -> None:
    async def story(caller: Caller) -> None:
        await caller.plan()
        assert await caller.get(name="X-API-Key") == 200
        identity = caller.world.invoker.events[-1]["requestContext"]["identity"]
        assert (identity["apiKey"], identity["apiKeyId"]) == (VALUE, "k1")
        assert await caller.get(None, "/pets") == 200
        assert "apiKey" not in caller.world.invoker.events[-1]["requestContext"]["identity"]

    live(story)


@pytest.mark.parametrize("value", [None, "", "unknown-key-of-20-characters"])
def test_no_key_and_an_unknown_key_are_forbidden(value: str | None) -> None:
    async def story(caller: Caller) -> None:
        await caller.plan()
        assert await caller.get(value) == FORBIDDEN

    live(story)


@pytest.mark.parametrize(
    ("kind", "id", "value"),
    [
        (API_KEY, "k1", {"id": "k1", "value": VALUE, "enabled": False}),
        (API_KEY, "k1", None),
        (USAGE_PLAN_KEY, "p1/k1", None),
        (USAGE_PLAN, "p1", None),
        (USAGE_PLAN, "p1", {"id": "p1", "name": "p1", "apiStages": [{**STAGE, "stage": "prod"}]}),
    ],
    ids=["disabled", "deleted", "not-in-the-plan", "no-plan", "another-stage"],
)
def test_a_key_that_may_not_is_forbidden_at_once(kind: str, id: str, value: dict[str, Any] | None) -> None:
    async def story(caller: Caller) -> None:
        await caller.plan()
        assert await caller.get() == 200
        await caller.store(kind, id, value)
        assert await caller.get() == FORBIDDEN

    live(story)


def test_a_key_with_another_value_answers_to_that_one_alone() -> None:
    async def story(caller: Caller) -> None:
        await caller.plan()
        await caller.store(API_KEY, "k1", {"id": "k1", "value": VALUE[::-1], "enabled": True})
        assert [await caller.get(), await caller.get(VALUE[::-1])] == [FORBIDDEN, 200]

    live(story)


def test_a_value_goes_to_its_next_key_whichever_change_comes_first() -> None:
    """Changes of different keys are applied side by side."""

    async def story(caller: Caller) -> None:
        await caller.plan()
        await caller.plan("p2", "k2", apiStages=[STAGE])
        await caller.store(API_KEY, "k2", {"id": "k2", "value": VALUE, "enabled": True})
        await caller.store(API_KEY, "k1", None)
        assert await caller.get() == 200
        assert caller.world.invoker.events[-1]["requestContext"]["identity"]["apiKeyId"] == "k2"

    live(story)


def test_with_the_authorizer_as_source_the_header_means_nothing() -> None:
    """authorization limits 7: ``usageIdentifierKey``, header ignored."""

    async def story(caller: Caller) -> None:
        await caller.plan()
        assert await caller.get() == FORBIDDEN

    live(story, apiKeySource="AUTHORIZER")


def test_the_worked_example() -> None:
    """authorization limits 14: rate 2, burst 1, quota 10 a day."""

    async def story(caller: Caller) -> None:
        quota = {"limit": 10, "offset": 0, "period": "DAY"}
        await caller.plan(throttle={"rateLimit": 2.0, "burstLimit": 1}, quota=quota)
        caller.world.clock.at = 1_767_225_600.0
        assert await caller.get() == 200
        caller.wait(0.1)
        assert await caller.get() == THROTTLED
        caller.wait(0.5)
        assert await caller.get() == 200
        assert await caller.get(None) == FORBIDDEN
        for _ in range(8):
            caller.wait(1)
            assert await caller.get() == 200
        caller.wait(1)
        assert await caller.get() == EXCEEDED
        caller.world.clock.at = 1_767_225_600.0 + 86_400
        assert await caller.get() == 200

    live(story)


def test_a_throttled_request_charges_no_quota() -> None:
    async def story(caller: Caller) -> None:
        quota = {"limit": 2, "offset": 0, "period": "DAY"}
        await caller.plan(throttle={"rateLimit": 1.0, "burstLimit": 1}, quota=quota)
        assert [await caller.get() for _ in range(3)] == [200, THROTTLED, THROTTLED]
        caller.wait(1)
        assert await caller.get() == 200
        caller.wait(1)
        assert await caller.get() == EXCEEDED

    live(story)


def test_each_key_has_a_bucket_and_a_quota_of_its_own() -> None:
    async def story(caller: Caller) -> None:
        limits: dict[str, Any] = {
            "throttle": {"rateLimit": 1.0, "burstLimit": 1},
            "quota": {"limit": 5, "offset": 0, "period": "WEEK"},
        }
        await caller.plan(**limits)
        await caller.plan(key="k2", **limits)
        assert [await caller.get(), await caller.get(f"{VALUE}-k2")] == [200, 200]
        assert [await caller.get(), await caller.get(f"{VALUE}-k2")] == [THROTTLED, THROTTLED]

    live(story)


def test_a_plan_limits_a_method_for_each_key() -> None:
    async def story(caller: Caller) -> None:
        stage = {**STAGE, "throttle": {"/users/GET": {"rateLimit": 1.0, "burstLimit": 2}}}
        await caller.plan(apiStages=[stage])
        assert [await caller.get() for _ in range(3)] == [200, 200, THROTTLED]

    live(story)


@pytest.mark.parametrize("limit", [{"rateLimit": 0.0, "burstLimit": 0}, {"rateLimit": 5.0, "burstLimit": 0}])
def test_a_plan_of_nothing_lets_nobody_through(limit: dict[str, Any]) -> None:
    async def story(caller: Caller) -> None:
        await caller.plan(throttle=limit)
        assert await caller.get() == THROTTLED

    live(story)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"*/*": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 1}}, {"/users": 1, "/pets": 1}),
        ({"pets/GET": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 2}}, {"/users": 3, "/pets": 2}),
        (
            {
                "*/*": {"throttlingRateLimit": 1.0, "throttlingBurstLimit": 1},
                "pets/GET": {"throttlingRateLimit": -1.0, "throttlingBurstLimit": -1},
            },
            {"/users": 1, "/pets": 3},
        ),
        ({"*/*": {"throttlingRateLimit": 0.0, "throttlingBurstLimit": 0}}, {"/users": 0, "/pets": 0}),
    ],
    ids=["each-method-its-own", "one-method", "no-limit-of-its-own", "nothing"],
)
def test_a_stage_throttles_its_methods(settings: dict[str, Any], expected: dict[str, int]) -> None:
    """authorization limits 9: each method under ``*/*`` has its own bucket; an entry overrides it completely."""

    async def story(caller: Caller) -> None:
        await caller.plan()
        for path, admitted in expected.items():
            answers = [await caller.get(VALUE, path) for _ in range(3)]
            assert answers == [200] * admitted + [THROTTLED] * (3 - admitted)

    live(story, stage_members={"methodSettings": settings})


def test_the_account_has_a_bucket_over_all() -> None:
    async def story(caller: Caller) -> None:
        bucket = caller.world.live.stages[API, "dev"].router.match("GET", "/pets")
        assert bucket is not None
        for _ in range(ACCOUNT_THROTTLE_BURST):
            assert await caller.world.ports.admission.buckets.take(bucket.method.buckets, caller.world.clock.at) is None
        assert await caller.get(None, "/pets") == THROTTLED

    live(story)


def test_a_refusal_is_a_gateway_response_that_can_be_customised() -> None:
    async def story(caller: Caller) -> None:
        response = await caller.world.call("GET", "/users")
        assert (response.status, response.body) == (418, b"tea")

    custom = {"INVALID_API_KEY": {"statusCode": "418", "responseTemplates": {"application/json": "tea"}}}
    live(story, gateway_responses=custom)


class Dead:
    """Counters whose store does not answer."""

    local = None

    async def take(self, buckets: Sequence[Bucket], now: float) -> int | None:
        raise CountersUnavailable

    async def charge(self, meter: str, limit: int, period: Period) -> bool:
        raise CountersUnavailable


@pytest.mark.parametrize(
    ("open_throttles", "open_quotas", "keyed", "plain"),
    [(True, False, EXCEEDED, 200), (True, True, 200, 200), (False, False, THROTTLED, THROTTLED)],
)
def test_without_the_counters_the_operator_decides(
    open_throttles: bool, open_quotas: bool, keyed: Any, plain: Any
) -> None:
    """Open for throttles and closed for quotas unless told."""

    async def story(caller: Caller) -> None:
        await caller.plan(quota={"limit": 5, "offset": 0, "period": "DAY"})
        dead: Any = Dead()
        admission = Admission(caller.world.plans, dead, dead)
        caller.world.ports = replace(caller.world.ports, admission=admission)
        assert await caller.get() == keyed
        assert await caller.get(None, "/pets") == plain

    live(story, settings=GatewaySettings(throttles_fail_open=open_throttles, quotas_fail_open=open_quotas))


def test_what_is_stored_is_in_force_after_a_start() -> None:
    async def story(caller: Caller) -> None:
        await caller.plan()
        again = Caller(World(KEYED))
        again.world.records.stored.update(caller.world.records.stored)
        await again.world.live.start()
        await again.world.plans.start()
        assert await again.get() == 200

    live(story)
