"""Customised gateway responses (apigateway-data-plane section 4)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.world import World, header, headers_of

from gatelet.gateway.ports import InvokeTimedOut
from gatelet.gateway.response_types import DEFAULT_TEMPLATE
from gatelet.http.response import Response


def refused(custom: dict[str, Any], path: str = "/nothing", **members: Any) -> Response:
    """What a request for nothing gets, with these gateway responses."""
    world = World(gateway_responses=custom, stage_members={"variables": {"colour": "blue"}})

    async def run() -> Response:
        await world.live.start()
        return await world.call(path=path, **members)

    return asyncio.run(run())


def template(text: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"responseTemplates": {media_type: text}}


TOKEN = "MISSING_AUTHENTICATION_TOKEN"


def test_a_specific_entry_comes_before_the_default_one() -> None:
    both = {TOKEN: {"statusCode": "404"}, "DEFAULT_4XX": {"statusCode": "418", **template("x")}}
    response = refused(both)
    assert (response.status, response.body) == (404, b'{"message":"Missing Authentication Token"}')


def test_the_default_entry_serves_every_other_type() -> None:
    response = refused({"DEFAULT_4XX": template("$context.error.responseType"), "DEFAULT_5XX": {"statusCode": "599"}})
    assert (response.status, response.body) == (403, b"MISSING_AUTHENTICATION_TOKEN")


@pytest.mark.parametrize("status", ["101", "600", "x", [], ""])
def test_a_status_that_cannot_be_sent_is_not_taken_over(status: Any) -> None:
    response = refused({TOKEN: {"statusCode": status}})
    assert (response.status, response.body) == (403, b'{"message":"Missing Authentication Token"}')


def test_the_door_s_own_answers_cannot_be_customised() -> None:
    """Section 1, step 1."""
    response = refused({"DEFAULT_4XX": {"statusCode": "418"}}, target="/_aws/execute-api/a1b2c3d4e5/none/")
    assert response.status == 403


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (DEFAULT_TEMPLATE, '{"message":"Missing Authentication Token"}'),
        ("$context.error.message", "Missing Authentication Token"),
        ('{"m":"$context.httpMethod $context.path"}', '{"m":"GET /dev/nothing"}'),
        ("$context.stage/$context.apiId.", "dev/a1b2c3d4e5."),
        ("$context.status $context.requestTimeEpoch", "403 1767225599123"),
        ("$context.accountId $context.deploymentId", "210987654321 q1w2e3"),
        ("$context.identity.sourceIp $context.identity.userAgent", "203.0.113.7 curl"),
        ("[$context.resourcePath$context.nothing]", "[]"),
        ("$stageVariables.colour $stageVariables.none!", "blue !"),
        ("method.request.header.X-Who method.request.querystring.q", "me two words"),
        ("$method.request.header.x-who|method.request.path.id|", "||"),  # names are case-sensitive (section 11)
        ("$context", "$context"),
        ("#set($x = 1)$x $input.body", "#set($x = 1)$x $input.body"),  # plain substitution, no VTL
        ("naïve 日", "naïve 日"),
    ],
)
def test_templates(text: str, body: str) -> None:
    headers = [("X-Who", "me"), ("User-Agent", "curl")]
    assert refused({TOKEN: template(text)}, query="q=two+words", headers=headers).body == body.encode()


def test_the_message_string_is_quoted_as_json() -> None:
    custom = {"DEFAULT_4XX": template('{"m":$context.error.messageString,"t":"$context.requestId"}')}
    response = refused(custom, headers=[("Authorization", 'Bearer "x"')])
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["m"].startswith("Invalid key=value pair")
    assert json.loads(response.body)["t"] == header(response, "x-amzn-RequestId")


@pytest.mark.parametrize(
    ("accept", "body", "content_type"),
    [
        ("text/html", b"html", "text/html"),
        ("text/html;q=1, application/json", b"html", "text/html"),
        ("application/json", b"json", "application/json"),
        ("image/png", b"json", "application/json"),
        (None, b"json", "application/json"),
    ],
)
def test_the_template_is_picked_by_accept(accept: str | None, body: bytes, content_type: str) -> None:
    custom = {TOKEN: {"responseTemplates": {"text/html": "html", "application/json": "json"}}}
    response = refused(custom, headers=[("Accept", accept)] if accept else [])
    assert (response.body, header(response, "Content-Type")) == (body, content_type)


def test_a_media_type_that_breaks_its_line_is_not_shown() -> None:
    custom = {TOKEN: {"responseTemplates": {"text/plain\r\nX-Evil: 1": "tea"}}}
    response = refused(custom)
    assert (response.body, header(response, "Content-Type")) == (b"tea", "application/json")
    assert b"X-Evil" not in response.raw_headers


def test_without_json_the_first_template_serves() -> None:
    response = refused({TOKEN: {"responseTemplates": {"text/html": "html", "text/plain": "plain"}}})
    assert (response.body, header(response, "Content-Type")) == (b"html", "text/html")


def test_headers() -> None:
    parameters = {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.X-Request": "context.requestId",
        "gatewayresponse.header.X-Who": "method.request.header.X-Who",
        "gatewayresponse.header.X-Query": "method.request.querystring.q",
        "gatewayresponse.header.X-None": "method.request.querystring.none",
        "gatewayresponse.header.X-Wrong": "integration.response.header.x",
        "gatewayresponse.header.content-type": "'text/problem'",
        "gatewayresponse.header.Content-Length": "'0'",
        "gatewayresponse.header.Transfer-Encoding": "'chunked'",
        "gatewayresponse.header.Bad name": "'x'",
    }
    response = refused({TOKEN: {"responseParameters": parameters}}, query="q=1", headers=[("X-Who", "me")])
    request_id = header(response, "x-amzn-RequestId")
    assert headers_of(response)[3:] == [
        ("Content-Type", "text/problem"),
        ("Access-Control-Allow-Origin", "*"),
        ("X-Request", request_id),
        ("X-Who", "me"),
        ("X-Query", "1"),
        ("x-amzn-Remapped-Content-Length", "0"),
    ]
    # Parameters alone leave the body as it is.
    assert response.body == b'{"message":"Missing Authentication Token"}'


def test_a_decoded_value_cannot_break_out_of_its_line() -> None:
    parameters = {"gatewayresponse.header.X-Query": "method.request.querystring.q"}
    response = refused({TOKEN: {"responseParameters": parameters}}, query="q=a%0d%0aSet-Cookie:%20b")
    assert header(response, "X-Query") is None
    assert b"Set-Cookie" not in response.raw_headers


def test_the_integration_s_failures_are_customised_too() -> None:
    """Section 4: a specific type without a status keeps the one that was raised."""

    def slow(event: dict[str, Any]) -> Any:
        raise InvokeTimedOut

    world = World(handler=slow, gateway_responses={"INTEGRATION_TIMEOUT": template("late: $context.resourcePath")})

    async def run() -> Response:
        await world.live.start()
        return await world.call()

    response = asyncio.run(run())
    assert (response.status, response.body) == (504, b"late: /users")
    assert world.log.lines[-1] == "Method completed with status: 504"


def test_a_custom_status_is_what_the_log_says() -> None:
    world = World(handler=lambda _: "malformed", gateway_responses={"DEFAULT_5XX": {"statusCode": "503"}})

    async def run() -> Response:
        await world.live.start()
        return await world.call()

    assert asyncio.run(run()).status == 503
    assert world.log.lines[-1] == "Method completed with status: 503"
