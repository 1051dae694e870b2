"""What access logs tell of the phases of a request (apigateway-data-plane 17)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.gateway.guarded import ALLOW, REQUEST, Guarded, Signed, answer, failed, live, policy
from tests.unit.gateway.test_token_authorizers import COGNITO, GOOD
from tests.unit.gateway.test_traced_requests import ROOT, SAMPLED, TRACED, traced
from tests.unit.gateway.tokens import TokenWorld
from tests.unit.gateway.world import World, call, method

from gatelet.gateway.ports import InvokeRefused

GROUP = "arn:aws:logs:eu-west-1:210987654321:log-group:access"
PHASES = ("authenticate", "authorizer", "authorize")
NOBODY = "-/-"


def logging(*variables: str) -> dict[str, Any]:
    """A stage whose access log has these variables."""
    form = "|".join(f"$context.{variable}" for variable in variables)
    return {"accessLogSettings": {"destinationArn": GROUP, "format": form}}


STATUSES = logging(*(f"{phase}.{member}" for phase in PHASES for member in ("status", "error")))


def phases(world: World) -> list[str]:
    """Status and error of each phase of the one request that was made."""
    ((_, line),) = world.access.written
    texts = line.split("|")
    return [f"{status}/{error}" for status, error in zip(texts[::2], texts[1::2], strict=True)]


@pytest.mark.parametrize(
    ("reply", "authorizer", "authorize"),
    [
        (ALLOW, "200/-", "200/-"),
        (answer(("Deny", "*")), "200/-", "403/User is not authorized to access this resource with an explicit deny"),
        (failed("Unauthorized"), "401/Unauthorized", NOBODY),
        (failed("broken"), "500/Execution failed due to configuration error: The authorizer's function failed", NOBODY),
        (b"no json", "500/Execution failed due to configuration error", NOBODY),
    ],
    ids=["allowed", "denied", "unauthorized", "failed", "no-policy"],
)
def test_an_authorizer_and_its_policy(reply: Any, authorizer: str, authorize: str) -> None:
    async def story(guarded: Guarded) -> None:
        await guarded.call()

    found = phases(live(story, reply, stage_members=STATUSES).world)
    assert found[0] == NOBODY
    assert found[1].startswith(authorizer)
    assert found[2].startswith(authorize)


def test_a_policy_that_denies_before_the_authorizer_is_asked() -> None:
    async def story(guarded: Guarded) -> None:
        await guarded.call()

    world = live(story, policy=policy(("Deny", "*", "*")), stage_members=STATUSES).world
    found = phases(world)
    assert found[:2] == [NOBODY, NOBODY]
    assert found[2].startswith("403/User: anonymous is not authorized")


def test_a_signature() -> None:
    passed = Signed(stage_members=STATUSES)
    assert passed.call() == 200
    assert phases(passed.world) == ["200/-", NOBODY, "200/-"]
    unsigned = Signed(stage_members=STATUSES)
    unsigned.send([])
    assert phases(unsigned.world) == ["403/Missing Authentication Token", NOBODY, NOBODY]
    foreign = Signed(stage_members=STATUSES)
    foreign.call(key="000000000000")
    found = phases(foreign.world)
    assert found[:2] == ["200/-", NOBODY]
    assert found[2].startswith("403/User: arn:aws:iam::000000000000:root is not authorized")


@pytest.mark.parametrize(
    ("text", "expected"),
    [(GOOD, [NOBODY, "200/-", "200/-"]), ("bad", [NOBODY, "401/Unauthorized", NOBODY])],
)
def test_a_token(text: str, expected: list[str]) -> None:
    async def run() -> TokenWorld:
        world = TokenWorld(COGNITO, "COGNITO_USER_POOLS", stage_members=STATUSES)
        await world.open()
        await world.ask(text)
        return world

    assert phases(asyncio.run(run())) == expected


def test_what_nobody_guards_has_no_phases() -> None:
    world = World(stage_members=STATUSES)
    call(world)
    assert phases(world) == [NOBODY] * 3


@pytest.mark.parametrize("source", ["ip", "vpc"])
def test_a_resource_policy_alone(source: str) -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24" if source == "ip" else "10.0.0.0/8"}}
    world = World(policy=policy(("Allow", "*", "*"), condition=condition), stage_members=STATUSES)
    call(world)
    found = phases(world)
    assert found[:2] == [NOBODY, NOBODY]
    assert found[2].startswith("200/-" if source == "ip" else "403/User: anonymous")


def test_the_call_of_an_authorizer_s_function() -> None:
    """One that is answered from the cache made no call; a property of its own comes before the phase."""
    variables = logging(
        "authorizer.requestId", "authorizer.integrationStatus", "authorizer.latency", "authorizer.status"
    )
    keeping = {**REQUEST, "authorizerResultTtlInSeconds": 60}

    async def story(guarded: Guarded) -> None:
        for _ in range(2):
            await guarded.call(query="user=a")
        guarded.reply = {**ALLOW, "context": {"status": "gold"}}
        await guarded.call(query="user=b")
        guarded.reply = InvokeRefused("gone")
        await guarded.call(query="user=c")

    world = live(story, authorizer=keeping, stage_members=variables).world
    assert [line for _, line in world.access.written] == ["f-1|200|0|200", "-|-|0|200", "f-1|200|0|gold", "-|-|-|500"]


def test_where_a_request_came_in_and_its_trace() -> None:
    world = World(
        {"/users": {"GET": method()}},
        stage_members=TRACED | logging("endpointType", "xrayTraceId"),
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    traced(world)
    call(world, headers=[SAMPLED])
    call(world, headers=[("X-Amzn-Trace-Id", f"{ROOT};Sampled=0")])
    assert [line for _, line in world.access.written] == [f"REGIONAL|{ROOT.removeprefix('Root=')}", "REGIONAL|-"]
