"""Why a request went as it did, told from what is kept of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.guarded import ALLOW, REQUEST, TOKEN, Guarded, Signed, answer, policy
from tests.unit.gateway.test_admission import KEYED, VALUE, Caller
from tests.unit.gateway.world import World, header, method

from gatelet.gateway.explain import explain
from gatelet.gateway.explanations import Explanations
from gatelet.gateway.settings import GatewaySettings

REFUSED = "11111111-2222-4333-8444-555555555555"


def told(world: World) -> dict[str, Any]:
    """The story of the newest request, as JSON tells it."""
    kept = next(iter(world.ports.explanations))
    story: dict[str, Any] = json.loads(json.dumps(explain(kept, world.ports), default=str))
    return story


def guarded(reply: Any, **members: Any) -> dict[str, Any]:
    made = Guarded(reply, **members)

    async def run() -> None:
        await made.world.live.start()
        await made.call(query="user=secret-of-the-user-which-is-long")

    asyncio.run(run())
    return told(made.world)


def served(world: World, *args: Any, **members: Any) -> dict[str, Any]:
    async def run() -> None:
        await world.live.start()
        await world.call(*args, **members)

    asyncio.run(run())
    return told(world)


def test_an_unknown_stage() -> None:
    world = World()
    story = served(world, target="/_aws/execute-api/nothing/dev/users")
    assert story["stage"] == {"apiId": "nothing", "stage": "dev", "served": False}
    assert (story["outcome"]["status"], story["outcome"]["decidedBy"]) == (403, "Forbidden")


def test_the_candidates_of_a_path_from_the_most_to_the_least_specific() -> None:
    tree = {
        "/users/me": {"PATCH": method()},
        "/users/{id}": {"DELETE": method()},
        "/{proxy+}": {"POST": method()},
        "/users": {"GET": method()},
    }
    story = served(World(tree), "GET", "/users/me")
    assert story["route"]["chosen"] is None
    assert [one["resource"] for one in story["route"]["candidates"]] == ["/users/me", "/users/{id}", "/{proxy+}"]
    assert story["outcome"]["error"] == "MissingAuthenticationTokenException"


def test_an_authorizers_statements_with_the_reason_of_no_match() -> None:
    story = guarded(
        answer(("Allow", "POST/users"), ("Deny", "GET/users"), context={"tier": "gold"}), authorizer=REQUEST
    )
    authorizer = story["authorization"]["authorizer"]
    assert authorizer["statements"] == [
        {"statement": 0, "effect": "Allow", "applies": False, "because": "Resource does not match"},
        {"statement": 1, "effect": "Deny", "applies": True},
    ]
    assert (authorizer["answer"], authorizer["principalId"], authorizer["context"]) == ("asked", "user|42", ["tier"])
    assert story["outcome"]["decidedBy"] == "AccessDenied"


def test_secrets_are_masked() -> None:
    story = guarded(ALLOW, authorizer=REQUEST)
    source = story["authorization"]["authorizer"]["identitySources"][0]
    assert source["value"].startswith("*****")
    made = Guarded(ALLOW)

    async def run() -> None:
        await made.world.live.start()
        await made.call(token="Bearer a-token-that-nobody-may-read")

    asyncio.run(run())
    assert "a-token-that-nobody" not in json.dumps(told(made.world), default=str)


@pytest.mark.parametrize("authorizer", [TOKEN, REQUEST])
def test_nor_what_an_authorizer_looks_at_nor_a_presigned_query(authorizer: dict[str, Any]) -> None:
    source = authorizer["identitySource"].replace("Authorization", "X-Door")
    made = Guarded(ALLOW, authorizer={**authorizer, "identitySource": source})
    secrets = ("what-opens-the-door-0123456789", "who-comes-by-the-query-0123456789", "7" * 64)

    async def run() -> None:
        await made.world.live.start()
        query = f"user={secrets[1]}&X-Amz-Signature={secrets[2]}&page=2"
        await made.world.call(query=query, headers=[("x-door", secrets[0])])

    asyncio.run(run())
    story = told(made.world)
    assert "page=2" in story["request"]["query"]
    shown = json.dumps(story, default=str)
    assert secrets[2] not in shown
    assert secrets[0 if authorizer is TOKEN else 1] not in shown


def test_an_arn_that_is_too_long_is_told_too() -> None:
    story = served(World({"/{proxy+}": {"GET": method(authorizationType="AWS_IAM")}}), "GET", "/" + "x" * 1_600)
    assert (story["outcome"]["status"], story["authorization"]["methodArn"]) == (414, None)


def test_a_kept_answer_is_told_as_such() -> None:
    made = Guarded(ALLOW)

    async def run() -> None:
        await made.world.live.start()
        for _ in range(2):
            await made.call()

    asyncio.run(run())
    assert told(made.world)["authorization"]["authorizer"]["answer"] == "kept"


def test_the_resource_policys_statements() -> None:
    there = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    world = World({"/users": {"GET": method()}}, policy=policy(("Allow", "*", "*"), condition=there))
    story = served(world, "GET")
    (statement,) = story["authorization"]["resourcePolicy"]
    assert (statement["applies"], statement["because"]) == (False, "Condition does not match")
    assert "SourceIp" in statement["detail"]


def test_who_signed_and_what_its_policies_say() -> None:
    signed = Signed()
    assert signed.call() == 200
    authorization = told(signed.world)["authorization"]
    assert authorization["principal"] == "arn:aws:iam::210987654321:root"
    assert authorization["policies"]["root"] == [{"statement": "Root", "effect": "Allow", "applies": True}]


def test_the_key_the_plan_and_the_throttle_that_refused() -> None:
    async def run() -> dict[str, Any]:
        caller = Caller(World(KEYED))
        await caller.world.live.start()
        await caller.plan(throttle={"rateLimit": 1.0, "burstLimit": 1})
        assert await caller.get() == 200
        assert (await caller.get())[0] == 429
        return told(caller.world)

    story = asyncio.run(run())
    admission = story["admission"]
    assert (admission["apiKeyId"], admission["usagePlanId"]) == ("k1", "p1")
    assert admission["throttledBy"].startswith("plan/")
    assert VALUE not in json.dumps(story)


def test_what_went_well_is_told_too() -> None:
    story = served(World(), "GET", "/users", "q=1")
    assert story["outcome"] == {"status": 200}
    assert (story["integration"]["type"], story["integration"]["status"]) == ("LambdaProxy", 200)
    assert story["cache"] == "not asked"


@pytest.mark.parametrize(("most", "kept"), [(21, 3), (1, 1), (0, 0)])
def test_only_the_newest_are_kept_and_without_their_bodies(most: int, kept: int) -> None:
    """Of requests that went well a tenth as many as of those that were refused."""
    world = World()
    ring = Explanations(most)
    object.__setattr__(world.ports, "explanations", ring)

    async def run() -> None:
        await world.live.start()
        for number in range(5):
            await world.call("GET", body=b"x" * 1_000, headers=[("x-amzn-RequestId", str(number))])

    asyncio.run(run())
    assert len(list(ring)) == kept
    assert all(trace.request.body == b"" for trace in ring)
    assert ring.find("nothing") is None


def test_requests_that_go_well_push_none_out_that_was_refused() -> None:
    world = World()

    async def run() -> None:
        await world.live.start()
        await world.call("GET", "/nowhere", headers=[("x-amzn-RequestId", REFUSED)])
        for _ in range(600):
            await world.call("GET")

    asyncio.run(run())
    found = world.ports.explanations.find(REFUSED)
    assert found is not None
    assert found.status == 403
    assert len(list(world.ports.explanations)) == 1 + 50


def test_neither_the_log_nor_a_large_answer_is_kept() -> None:
    """500 of them would fill the memory."""
    settings = {"*/*": {"loggingLevel": "INFO", "dataTraceEnabled": True}}
    answered = {**ALLOW, "context": {"large": "x" * 300_000}}
    made = Guarded(answered, stage_members={"methodSettings": settings})

    async def run() -> None:
        await made.world.live.start()
        assert (await made.call())[0] == 200

    asyncio.run(run())
    (kept,) = made.world.ports.explanations
    assert (kept.story, kept.output, kept.authorizer) == (None, None, None)
    assert any("Successfully completed authorizer execution" in line for line in made.world.log.lines)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_request_gets_its_own_story_back_where_the_operator_lets_it(allowed: bool) -> None:
    world = World(settings=GatewaySettings(explain_header=allowed))

    async def run() -> Any:
        await world.live.start()
        plain = await world.call("GET")
        assert header(plain, "X-Gatelet-Explain") is None
        return await world.call("GET", "/nothing", headers=[("X-Gatelet-Explain", "1")])

    told_back = header(asyncio.run(run()), "X-Gatelet-Explain")
    assert (told_back is not None) is allowed
    if told_back is not None:
        assert json.loads(told_back)["outcome"]["decidedBy"] == "MissingAuthenticationToken"
