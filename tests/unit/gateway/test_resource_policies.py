"""Resource policies, with authorizers and alone (apigateway-authorization-limits 2)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.guarded import (
    ALLOW,
    ARN,
    Guarded,
    answer,
    live,
    policy,
)
from tests.unit.gateway.world import API, World, method

ANONYMOUS = (
    "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
    f"arn:aws:execute-api:eu-west-1:********4321:{API}/dev/GET/users"
)
HERE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
THERE = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}


class TestResourcePolicies:
    """Section 2."""

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (policy(("Allow", "*", "*")), None),
            (policy(("Allow", "GET/users", {"AWS": "*"}), condition=HERE), None),
            (policy(("Allow", "*", "*"), condition=THERE), ANONYMOUS),
            (policy(("Allow", "POST/*", "*")), ANONYMOUS),
            (policy(("Allow", "*", {"AWS": "210987654321"})), ANONYMOUS),
            (policy(("Allow", "*", "*"), ("Deny", "GET/users", "*")), f"{ANONYMOUS} with an explicit deny"),
            ("not json", f"{ANONYMOUS} with an explicit deny"),
            ('{"Statement": "all"}', f"{ANONYMOUS} with an explicit deny"),
            ("[" * 100_000, f"{ANONYMOUS} with an explicit deny"),
        ],
        ids=["allowed", "here", "there", "other-verb", "account", "denied", "no-json", "no-policy", "too-deep"],
    )
    def test_an_open_method_needs_an_allow(self, text: str, message: str | None) -> None:
        async def run() -> Any:
            world = World({"/users": {"GET": method()}}, policy=text)
            await world.live.start()
            return await world.call()

        response = asyncio.run(run())
        if message is None:
            assert response.status == 200
        else:
            assert (response.status, json.loads(response.body)) == (403, {"Message": message})

    @pytest.mark.parametrize(
        ("text", "reply", "status", "calls"),
        [
            (policy(("Allow", "*", "*")), answer(), 200, 1),
            (policy(("Allow", "POST/*", "*")), ALLOW, 200, 1),
            (policy(("Allow", "POST/*", "*")), answer(), 403, 1),
            (policy(("Allow", "*", "*")), answer(("Deny", "*")), 403, 1),
            (policy(("Deny", "*", "*")), ALLOW, 403, 0),
        ],
        ids=["policy-allows", "authorizer-allows", "both-silent", "authorizer-denies", "policy-denies-before"],
    )
    def test_with_an_authorizer_they_combine(self, text: str, reply: Any, status: int, calls: int) -> None:
        async def story(guarded: Guarded) -> None:
            assert (await guarded.call())[0] == status
            assert len(guarded.asked) == calls

        live(story, reply, policy=text)


class TestSpellings:
    """A method has one ARN, however its path is written (sections 2 and 4.3)."""

    TREE = ("/admin", "/pets/{id}", "/files/{proxy+}", "/")

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("/admin", "admin"),
            ("/admin/", "admin"),
            ("//admin//", "admin"),
            ("/%61dmin", "admin"),
            ("/%61%64m%69n/", "admin"),
            ("/pets/%37", "pets/7"),
            ("/pets/%2e%2E", "pets/.."),
            ("/%70ets/a%2fb%20c", "pets/a%2Fb%20c"),
            ("/files/%73ecret/a/", "files/secret/a"),
            ("/files//%2e/x", "files//./x"),
            ("/", ""),
            ("", ""),
        ],
    )
    def test_a_policy_about_a_path_is_about_all_its_spellings(self, path: str, shown: str) -> None:
        async def run(text: str) -> int:
            world = World({path: {"GET": method()} for path in self.TREE}, policy=text)
            await world.live.start()
            return (await world.call("GET", path)).status

        assert asyncio.run(run(policy(("Allow", "*", "*"), ("Deny", f"GET/{shown}", "*")))) == 403
        assert asyncio.run(run(policy(("Allow", f"GET/{shown}", "*")))) == 200

    @pytest.mark.parametrize("token", ["t1", "t2"])
    def test_an_authorizer_is_told_it_and_asked_about_it(self, token: str) -> None:
        async def story(guarded: Guarded) -> None:
            assert (await guarded.call(path="/%75sers/", token=token))[0] == 200

        guarded = live(story, answer(("Allow", "GET/users")))
        assert guarded.asked[0]["event"]["methodArn"] == f"{ARN}/GET/users"
