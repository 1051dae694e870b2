"""Methods that take signatures: AWS_IAM (apigateway-authorization-limits 3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.gateway.guarded import (
    Signed,
    policy,
)
from tests.unit.gateway.world import API, World, method

from gatelet.wire.signing import sign


class TestAwsIam:
    """Section 3."""

    def test_a_signed_request_passes_and_says_who(self) -> None:
        signed = Signed()
        assert signed.call() == 200
        event = signed.world.invoker.events[0]
        identity = event["requestContext"]["identity"]
        assert {name: identity[name] for name in ("accessKey", "accountId", "caller", "user", "userArn")} == {
            "accessKey": "210987654321",
            "accountId": "210987654321",
            "caller": "210987654321",
            "user": "210987654321",
            "userArn": "arn:aws:iam::210987654321:root",
        }
        assert "Authorization" not in event["headers"]

    def test_another_account_needs_the_policy(self) -> None:
        status, kind, body = Signed().call(key="000000000000")
        assert (status, kind) == (403, "AccessDeniedException")
        assert body["Message"].startswith(
            "User: arn:aws:iam::000000000000:root is not authorized to perform: execute-api:Invoke on resource: "
            f"arn:aws:execute-api:eu-west-1:********4321:{API}/dev/GET/users"
        )
        allowed = policy(("Allow", "*", {"AWS": "arn:aws:iam::000000000000:root"}))
        assert Signed(policy=allowed).call(key="000000000000") == 200

    def test_a_deny_of_the_policy_wins(self) -> None:
        status, _, body = Signed(policy=policy(("Deny", "*", "*"))).call()
        assert status == 403
        assert body["Message"].endswith("with an explicit deny in a resource-based policy")

    @pytest.mark.parametrize(("signed", "status"), [(True, 200), (False, 403)])
    def test_another_verb_must_be_signed(self, signed: bool, status: int) -> None:
        """Whoever is given a presigned GET must not make a DELETE of it."""
        override = {"X-HTTP-Method-Override": "DELETE"}
        caller = Signed()
        caller.world = World({"/users": {"ANY": method(authorizationType="AWS_IAM")}})
        headers = sign(
            *("GET", f"/_aws/execute-api/{API}/dev/users"),
            headers={"Host": "127.0.0.1:4566", **(override if signed else {})},
            body=b"",
            access_key_id="210987654321",
            secret_access_key="test",
            session_token=None,
            region="eu-west-1",
            service="execute-api",
            now=caller.world.clock.at,
        )
        answered = caller.send([(name, value) for name, value in {**headers, **override}.items() if name != "Host"])
        assert (answered if isinstance(answered, int) else answered[0]) == status

    def test_no_signature(self) -> None:
        assert Signed().send([]) == (
            403,
            "MissingAuthenticationTokenException",
            {"message": "Missing Authentication Token"},
        )

    def test_a_header_that_is_no_signature(self) -> None:
        status, kind, body = Signed().send([("Authorization", "Bearer abc")])
        assert (status, kind) == (403, "IncompleteSignatureException")
        assert body["message"].startswith("Invalid key=value pair (missing equal-sign) in Authorization header")

    @pytest.mark.parametrize(
        ("change", "kind", "words"),
        [
            ({"secret": "wrong"}, "InvalidSignatureException", "The request signature we calculated does not match"),
            ({"age": 3_600}, "InvalidSignatureException", "Signature expired: "),
            ({"age": -3_600}, "InvalidSignatureException", "Signature not yet current: "),
            ({"key": "AKIAUNKNOWN"}, "UnrecognizedClientException", "The security token included in the request is"),
            (
                {"region": "us-east-1"},
                "InvalidSignatureException",
                "Credential should be scoped to a valid region, not 'us-east-1'. ",
            ),
            (
                {"service": "lambda"},
                "InvalidSignatureException",
                "Credential should be scoped to correct service: 'execute-api'. ",
            ),
        ],
    )
    def test_what_is_refused(self, change: dict[str, Any], kind: str, words: str) -> None:
        status, found, body = Signed().call(**change)
        assert (status, found) == (403, kind)
        assert body["message"].startswith(words)

    def test_an_arn_that_is_too_long(self) -> None:
        """Section 2: 1,600 bytes."""

        async def run() -> Any:
            world = World({"/{proxy+}": {"GET": method(authorizationType="AWS_IAM")}})
            await world.live.start()
            return await world.call("GET", "/" + "x" * 1_600)

        response = asyncio.run(run())
        assert (response.status, response.body) == (414, b'{"message":"Request URI too long"}')
