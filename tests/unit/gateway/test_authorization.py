"""Who may call a method: Lambda authorizers, AWS_IAM, resource policies (apigateway-authorization-limits 1 to 4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.world import API, World, header, method

from gatelet.gateway.authorizers.cache import AuthorizerCache
from gatelet.gateway.live import LiveGateway
from gatelet.gateway.ports import (
    InvokeDenied,
    InvokePayloadTooLarge,
    InvokeRefused,
    InvokeReply,
    InvokerError,
    InvokeThrottled,
    InvokeTimedOut,
)
from gatelet.wire.signing import sign

GUARD = "arn:aws:lambda:eu-west-1:210987654321:function:guard"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{GUARD}/invocations"
ARN = f"arn:aws:execute-api:eu-west-1:210987654321:{API}/dev"
TOKEN = {
    "id": "au1",
    "name": "guard",
    "type": "TOKEN",
    "authorizerUri": URI,
    "identitySource": "method.request.header.Authorization",
}
REQUEST = {**TOKEN, "type": "REQUEST", "identitySource": "method.request.querystring.user"}
UNAUTHORIZED = (401, "UnauthorizedException", b'{"message":"Unauthorized"}')
BROKEN = (500, "AuthorizerConfigurationException", b'{"message":null}')
DENIED = (403, "AccessDeniedException", b'{"Message":"User is not authorized to access this resource"}')
DENIED_EXPLICITLY = (
    403,
    "AccessDeniedException",
    b'{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}',
)


def answer(*statements: tuple[str, str], **members: Any) -> dict[str, Any]:
    """An authorizer's answer: effects with resources below the stage."""
    listed = [
        {"Effect": effect, "Action": "execute-api:Invoke", "Resource": f"{ARN}/{resource}"}
        for effect, resource in statements
    ]
    return {"principalId": "user|42", "policyDocument": {"Version": "2012-10-17", "Statement": listed}, **members}


ALLOW = answer(("Allow", "*"))


class Guarded:
    """A gateway whose methods have an authorizer; ``reply`` is what its function does."""

    def __init__(
        self, reply: Any = ALLOW, *, authorizer: dict[str, Any] = TOKEN, integration: Any = None, **world: Any
    ) -> None:
        guarded = method(authorizationType="CUSTOM", authorizerId="au1", integration=integration)
        tree = {"/users": {"GET": guarded, "POST": guarded}, "/pets/{id}": {"GET": guarded}, "/": {"GET": guarded}}
        self.world = World(tree, self._handle, **world)
        for record in self.world.records.stored.values():
            if "document" in record:
                record["document"]["authorizers"] = {"au1": authorizer}
        self.reply = reply
        self.asked: list[dict[str, Any]] = []
        self.world.invoker.invoke = self._ask  # type: ignore[method-assign]

    @staticmethod
    def _handle(event: dict[str, Any]) -> dict[str, Any]:
        return {"statusCode": 200, "body": json.dumps(event["requestContext"].get("authorizer"))}

    async def _ask(self, target: Any, payload: bytes, **call: Any) -> InvokeReply:
        self.asked.append({"event": json.loads(payload), "target": target, **call})
        reply = self.reply
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, InvokeReply):
            return reply
        return InvokeReply(reply if isinstance(reply, bytes) else json.dumps(reply).encode(), "f-1")

    async def call(self, verb: str = "GET", path: str = "/users", query: str = "", token: str | None = "t1") -> Any:
        """200 with the authorizer's context, or the failure's status, type and body."""
        headers = [] if token is None else [("authorization", token)]
        response = await self.world.call(verb, path, query, headers=headers)
        if response.status == 200:
            assert isinstance(response.body, bytes)
            return 200, json.loads(response.body)
        return response.status, header(response, "x-amzn-ErrorType"), response.body


def live(story: Callable[[Guarded], Awaitable[None]], *args: Any, **members: Any) -> Guarded:
    guarded = Guarded(*args, **members)

    async def run() -> None:
        await guarded.world.live.start()
        await story(guarded)

    asyncio.run(run())
    return guarded


def ask(reply: Any, *, token: str | None = "t1", query: str = "", **members: Any) -> Any:
    """One request to ``GET /users``."""
    answers = []

    async def story(guarded: Guarded) -> None:
        answers.append(await guarded.call(token=token, query=query))

    live(story, reply, **members)
    return answers[0]


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


def failed(message: str) -> InvokeReply:
    return InvokeReply(json.dumps({"errorMessage": message, "errorType": "Exception"}).encode(), "f-1", "Unhandled")


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


class TestCache:
    """Section 4.7."""

    def test_a_kept_answer_is_evaluated_against_each_method(self) -> None:
        async def story(guarded: Guarded) -> None:
            assert (await guarded.call())[0] == 200
            assert await guarded.call("POST") == DENIED
            assert len(guarded.asked) == 1

        live(story, answer(("Allow", "GET/users")))

    @pytest.mark.parametrize("address", ["203.0.113.0/24", "198.51.100.0/24"])
    def test_a_kept_answer_with_a_condition_is_evaluated_for_each_request(self, address: str) -> None:
        reply = answer(("Allow", "*"))
        reply["policyDocument"]["Statement"][0]["Condition"] = {"IpAddress": {"aws:SourceIp": address}}

        async def story(guarded: Guarded) -> None:
            for peer in ("203.0.113.7", "198.51.100.9"):
                response = await guarded.world.call(headers=[("authorization", "t1")], peer=peer)
                inside = peer.rpartition(".")[0] == address.rpartition(".")[0]
                assert response.status == (200 if inside else 403)
            assert len(guarded.asked) == 1

        live(story, reply)

    def test_its_context_comes_with_a_hit(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            assert (await guarded.call())[1] == {"principalId": "user|42", "tier": "gold", "integrationLatency": 0}

        live(story, {**ALLOW, "context": {"tier": "gold"}})

    @pytest.mark.parametrize(("ttl", "wait", "calls"), [(None, 299, 1), (None, 300, 2), (10, 11, 2), (0, 0, 2)])
    def test_it_is_kept_for_its_time(self, ttl: int | None, wait: int, calls: int) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            guarded.world.clock.at += wait
            await guarded.call()
            assert len(guarded.asked) == calls

        live(story, authorizer=TOKEN if ttl is None else {**TOKEN, "authorizerResultTtlInSeconds": ttl})

    def test_each_token_has_an_answer_of_its_own(self) -> None:
        async def story(guarded: Guarded) -> None:
            for token in ("t1", "t2", "t1"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 2

        live(story)

    @pytest.mark.parametrize("reply", [failed("Unauthorized"), failed("x"), {"principalId": "u"}])
    def test_failures_are_not_kept_but_denials_are(self, reply: Any) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            await guarded.call()
            assert len(guarded.asked) == 2
            guarded.reply = answer(("Deny", "*"))
            assert await guarded.call() == DENIED_EXPLICITLY
            assert await guarded.call() == DENIED_EXPLICITLY
            assert len(guarded.asked) == 3

        live(story, reply)

    @pytest.mark.parametrize("query", ["user=a&user=b", "user=b&user=a", "user=b"])
    def test_an_answer_is_that_of_all_values_of_a_source(self, query: str) -> None:
        """A function sees every value: who repeats another's has no part in that one's answer."""

        async def story(guarded: Guarded) -> None:
            await guarded.call(query="user=a")
            await guarded.call(query=query)
            assert len(guarded.asked) == 2

        live(story, authorizer=REQUEST)

    def test_another_set_up_asks_anew(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call(query="user=a", token="a")
            for record in guarded.world.records.stored.values():
                if "document" in record:
                    source = "method.request.header.Authorization"
                    record["document"]["authorizers"]["au1"] = {**REQUEST, "identitySource": source}
            guarded.world.live = LiveGateway(guarded.world.records)
            await guarded.world.live.start()
            await guarded.call(query="user=a", token="a")
            assert len(guarded.asked) == 2

        live(story, authorizer=REQUEST)

    def test_what_was_asked_before_a_flush_is_not_kept_after_it(self) -> None:
        async def story(guarded: Guarded) -> None:
            ask, cache = guarded._ask, guarded.world.ports.authorizer_cache

            async def flushed_meanwhile(*args: Any, **call: Any) -> InvokeReply:
                cache.flush(API, "dev")
                return await ask(*args, **call)

            guarded.world.invoker.invoke = flushed_meanwhile  # type: ignore[method-assign]
            await guarded.call()
            guarded.world.invoker.invoke = ask  # type: ignore[method-assign]
            await guarded.call()
            assert len(guarded.asked) == 2

        live(story)

    def test_it_holds_no_more_than_its_bytes(self) -> None:
        async def story(guarded: Guarded) -> None:
            guarded.world.ports = replace(guarded.world.ports, authorizer_cache=AuthorizerCache(most_bytes=5_000))
            for token in ("t1", "t2", "t1", "t2"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 4
            guarded.reply = ALLOW
            for token in ("t3", "t4", "t3", "t4"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 6

        live(story, {**ALLOW, "context": {"large": "x" * 3_000}})

    def test_a_very_large_answer_is_not_kept(self) -> None:
        async def story(guarded: Guarded) -> None:
            await guarded.call()
            await guarded.call()
            assert len(guarded.asked) == 2

        live(story, {**ALLOW, "context": {"large": "x" * 300_000}})

    def test_a_flush_forgets_and_a_full_cache_asks_again(self) -> None:
        async def story(guarded: Guarded) -> None:
            guarded.world.ports = replace(guarded.world.ports, authorizer_cache=AuthorizerCache(most=2))
            await guarded.call()
            guarded.world.ports.authorizer_cache.flush(API, "dev")
            await guarded.call()
            assert len(guarded.asked) == 2
            for token in ("t2", "t3", "t1"):
                await guarded.call(token=token)
            assert len(guarded.asked) == 5

        live(story)


def policy(*statements: tuple[str, str, Any], condition: dict[str, Any] | None = None) -> str:
    """A resource policy: effects, resources below the stage, principals."""
    listed = [
        {
            "Effect": effect,
            "Principal": principal,
            "Action": "execute-api:Invoke",
            "Resource": f"{ARN}/{resource}",
            **({"Condition": condition} if condition else {}),
        }
        for effect, resource, principal in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


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


class Signed:
    """A gateway whose method is AWS_IAM; ``test`` is the account's root in the development mode."""

    def __init__(self, **api: Any) -> None:
        self.world = World({"/users": {"GET": method(authorizationType="AWS_IAM")}}, **api)

    def call(
        self,
        *,
        key: str = "210987654321",
        secret: str = "test",
        region: str = "eu-west-1",
        service: str = "execute-api",
        age: float = 0,
        token: str | None = None,
    ) -> Any:
        headers = sign(
            "GET",
            f"/_aws/execute-api/{API}/dev/users",
            headers={"Host": "127.0.0.1:4566"},
            body=b"",
            access_key_id=key,
            secret_access_key=secret,
            session_token=token,
            region=region,
            service=service,
            now=self.world.clock.at - age,
        )
        return self.send([(name, value) for name, value in headers.items() if name != "Host"])

    def send(self, headers: list[tuple[str, str]], query: str = "") -> Any:
        async def run() -> Any:
            await self.world.live.start()
            return await self.world.call(query=query, headers=headers)

        response = asyncio.run(run())
        if response.status == 200:
            return 200
        return response.status, header(response, "x-amzn-ErrorType"), json.loads(response.body)


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
