"""Lambda authorizers: what they see, and what their answers mean (apigateway-authorization-limits 4)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.unit.gateway.guarded import (
    ALLOW,
    ARN,
    BROKEN,
    DENIED,
    DENIED_EXPLICITLY,
    REQUEST,
    TOKEN,
    UNAUTHORIZED,
    URI,
    Guarded,
    answer,
    ask,
    failed,
    live,
)
from tests.unit.gateway.world import API

from gatelet.gateway.ports import (
    InvokeDenied,
    InvokePayloadTooLarge,
    InvokeRefused,
    InvokeReply,
    InvokerError,
    InvokeThrottled,
    InvokeTimedOut,
)


class TestTokens:
    def test_an_allowed_caller_passes_with_its_context_as_text(self) -> None:
        """Section 4.5."""
        context = {"text": "a b", "number": 7, "fraction": 1.5, "yes": True}
        status, seen = ask({**ALLOW, "context": context})
        assert status == 200
        latency = seen.pop("integrationLatency")
        assert isinstance(latency, int)
        assert seen == {"principalId": "user|42", "text": "a b", "number": "7", "fraction": "1.5", "yes": "true"}

    def test_the_event(self) -> None:
        """Section 4.3; the path is the request's own, and the root's ARN ends with a slash."""

        async def story(guarded: Guarded) -> None:
            await guarded.call(path="/pets/7%20a")
            await guarded.call(path="/", token="t2")

        guarded = live(story)
        assert guarded.asked[0]["event"] == {
            "type": "TOKEN",
            "authorizationToken": "t1",
            "methodArn": f"{ARN}/GET/pets/7%20a",
        }
        assert guarded.asked[1]["event"]["methodArn"] == f"{ARN}/GET/"
        assert guarded.asked[0]["source_arn"] == f"arn:aws:execute-api:eu-west-1:210987654321:{API}/authorizers/au1"

    @pytest.mark.parametrize("token", [None, ""])
    def test_without_a_token_the_function_is_not_called(self, token: str | None) -> None:
        async def story(guarded: Guarded) -> None:
            assert await guarded.call(token=token) == UNAUTHORIZED

        assert live(story).asked == []

    @pytest.mark.parametrize(
        ("token", "passes"), [("Bearer abc", True), ("Bearer abc!", False), ("x Bearer abc", False)]
    )
    def test_a_token_matches_the_validation_expression_whole(self, token: str, passes: bool) -> None:
        async def story(guarded: Guarded) -> None:
            found = await guarded.call(token=token)
            assert (found[0] == 200) is passes
            assert len(guarded.asked) == passes

        live(story, authorizer={**TOKEN, "identityValidationExpression": "Bearer [a-z]+"})

    @pytest.mark.parametrize("names", [("Authorization", "Authorization"), ("authorization", "Authorization")])
    def test_two_tokens_are_none(self, names: tuple[str, str]) -> None:
        """The function behind sees the last of them: it must be the one that was judged."""

        async def story(guarded: Guarded) -> None:
            response = await guarded.world.call(headers=[(names[0], "t1"), (names[1], "forged")])
            assert (response.status, response.body) == (401, b'{"message":"Unauthorized"}')

        assert live(story).asked == []

    def test_an_expression_that_stalls_others_is_no_danger(self) -> None:
        authorizer = {**TOKEN, "identityValidationExpression": "(a+)+"}
        assert ask(ALLOW, authorizer=authorizer, token="a" * 5_000 + "!") == UNAUTHORIZED


class TestRequests:
    def test_the_event_is_the_request_without_its_body(self) -> None:
        """Section 4.4: empty maps are ``{}``."""

        async def story(guarded: Guarded) -> None:
            assert (await guarded.call(query="user=7"))[0] == 200

        event = live(story, authorizer=REQUEST).asked[0]["event"]
        assert (event["type"], event["methodArn"], event["resource"]) == ("REQUEST", f"{ARN}/GET/users", "/users")
        assert event["queryStringParameters"] == {"user": "7"}
        assert (event["pathParameters"], event["stageVariables"]) == ({}, {})
        assert "body" not in event
        assert "isBase64Encoded" not in event
        assert "authorizer" not in event["requestContext"]
        assert event["requestContext"]["identity"]["sourceIp"] == "203.0.113.7"

    def test_a_missing_source_is_401(self) -> None:
        assert ask(ALLOW, authorizer=REQUEST, query="other=7") == UNAUTHORIZED

    def test_without_sources_and_cache_the_function_is_always_asked(self) -> None:
        async def story(guarded: Guarded) -> None:
            for _ in range(2):
                assert (await guarded.call(token=None))[0] == 200
            assert len(guarded.asked) == 2

        live(story, authorizer={**REQUEST, "identitySource": "", "authorizerResultTtlInSeconds": 0})

    def test_every_kind_of_source(self) -> None:
        sources = "method.request.header.Authorization,stageVariables.tier,context.httpMethod"
        authorizer = {**REQUEST, "identitySource": sources}
        assert ask(ALLOW, authorizer=authorizer, stage_members={"variables": {"tier": "gold"}})[0] == 200
        assert ask(ALLOW, authorizer=authorizer) == UNAUTHORIZED


class TestFailures:
    """Section 4.6: whatever goes wrong, the request does not pass."""

    @pytest.mark.parametrize(
        ("reply", "expected"),
        [
            (failed("Unauthorized"), UNAUTHORIZED),
            (failed("unauthorized"), BROKEN),
            (failed("Unauthorized user"), BROKEN),
            (InvokeReply(b"no json", "f-1", "Unhandled"), BROKEN),
            (InvokeTimedOut("too slow"), BROKEN),
            (InvokeDenied("Invalid permissions on Lambda function"), BROKEN),
            (InvokeRefused("Function not found"), BROKEN),
            (InvokeThrottled("Rate Exceeded."), BROKEN),
            (InvokePayloadTooLarge("large"), BROKEN),
            (InvokerError("anything"), BROKEN),
            (b"", BROKEN),
            (b"{", BROKEN),
            (b"null", BROKEN),
            (b"[]", BROKEN),
            (b'"allow"', BROKEN),
            ({"principalId": "u"}, BROKEN),
            ({"policyDocument": ALLOW["policyDocument"]}, BROKEN),
            ({**ALLOW, "principalId": ""}, BROKEN),
            ({**ALLOW, "principalId": 42}, BROKEN),
            ({**ALLOW, "policyDocument": "allow"}, BROKEN),
            ({**ALLOW, "policyDocument": {}}, BROKEN),
            ({**ALLOW, "policyDocument": {"Statement": [{"Effect": "Allow"}]}}, BROKEN),
            ({**ALLOW, "policyDocument": {"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}}, BROKEN),
            ({**ALLOW, "policyDocument": {"Statement": ["Allow"]}}, BROKEN),
            (answer(("Allow", "x" * 600)), BROKEN),
            ({**ALLOW, "context": {"list": [1]}}, BROKEN),
            ({**ALLOW, "context": {"map": {}}}, BROKEN),
            ({**ALLOW, "context": {"null": None}}, BROKEN),
            ({**ALLOW, "context": "text"}, BROKEN),
            (answer(), DENIED),
            (answer(("Allow", "POST/users")), DENIED),
            (answer(("Allow", "GET/use")), DENIED),
            (answer(("Deny", "*")), DENIED_EXPLICITLY),
            (answer(("Allow", "*"), ("Deny", "GET/users")), DENIED_EXPLICITLY),
        ],
    )
    def test_no_answer_but_a_good_one_passes(self, reply: Any, expected: Any) -> None:
        assert ask(reply) == expected

    @pytest.mark.parametrize(
        "authorizer",
        [
            {},
            {**TOKEN, "type": "COGNITO_USER_POOLS"},
            {**TOKEN, "authorizerUri": "arn:aws:apigateway:eu-west-1:s3:path/b"},
            {**TOKEN, "authorizerUri": URI.replace("guard", "${stageVariables.none}")},
            {**TOKEN, "identitySource": "somewhere"},
            {**TOKEN, "identitySource": ""},
            {**REQUEST, "identitySource": ""},
            {**TOKEN, "identityValidationExpression": "("},
        ],
    )
    def test_an_authorizer_that_cannot_run_lets_nobody_pass(self, authorizer: dict[str, Any]) -> None:
        assert ask(ALLOW, authorizer=authorizer) == BROKEN

    def test_a_method_whose_authorizer_is_gone_lets_nobody_pass(self) -> None:
        async def story(guarded: Guarded) -> None:
            assert await guarded.call() == BROKEN

        async def run() -> None:
            guarded = Guarded()
            for record in guarded.world.records.stored.values():
                if "document" in record:
                    record["document"]["authorizers"] = {}
            await guarded.world.live.start()
            await story(guarded)

        asyncio.run(run())

    def test_a_method_that_cannot_be_read_is_closed_all_the_same(self) -> None:
        """A key parameter that Gatelet does not support stops the method, and not its authorizer."""

        async def story(guarded: Guarded) -> None:
            assert await guarded.call(token=None) == UNAUTHORIZED
            assert (await guarded.call())[:2] == (500, "InternalServerErrorException")

        settings = {"*/*": {"cachingEnabled": True}}
        stage = {"cacheClusterEnabled": True, "methodSettings": settings}
        live(story, stage_members=stage, integration={"cacheKeyParameters": ["method.request.body.id"]})

    def test_a_denial_can_be_customised(self) -> None:
        custom = {"UNAUTHORIZED": {"statusCode": "418", "responseTemplates": {"application/json": "tea"}}}
        assert ask(ALLOW, token=None, gateway_responses=custom) == (418, "UnauthorizedException", b"tea")
