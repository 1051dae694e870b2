"""Gateways with guarded methods, for the tests of authorization and of what runs behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.unit.gateway.world import API, World, header, method

from gatelet.gateway.ports import (
    InvokeReply,
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


def failed(message: str) -> InvokeReply:
    return InvokeReply(json.dumps({"errorMessage": message, "errorType": "Exception"}).encode(), "f-1", "Unhandled")


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
