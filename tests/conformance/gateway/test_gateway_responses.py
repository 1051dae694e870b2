"""The answers to requests that fail, built in and customised (apigateway-data-plane section 4)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri
from tests.walk import Answer, create_function, integration_uri

INTERNAL = b'{"message": "Internal server error"}'
MISSING = b'{"message":"Missing Authentication Token"}'
UNSUPPORTED = b'{"message":"Unsupported Media Type"}'
TIMED_OUT = b'{"message": "Endpoint request timed out"}'
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOTHING = "arn:aws:lambda:us-east-1:000000000000:function:gateway-nothing"


@pytest.fixture(scope="module")
def throttled(gatelet: Any) -> str:
    """A function that is turned off."""
    arn = create_function(gatelet, "gateway-throttled", "def lambda_handler(event, context):\n    return {}\n")
    gatelet.client("lambda").put_function_concurrency(FunctionName="gateway-throttled", ReservedConcurrentExecutions=0)
    return arn


@pytest.fixture(scope="module")
def routes(echo: str, closed: str, throttled: str) -> dict[str, Any]:
    """A route for every way to fail."""
    account = "arn:aws:lambda:us-east-1:000000000000:function:"
    return {
        "ANY /echo": uri(echo),
        "GET /echo/{id}": uri(echo),
        "GET /do/{what}": uri(echo),
        "GET /do/{what}/briefly": {**uri(echo), "timeoutInMillis": 100},
        "POST /reply": uri(echo),
        "GET /closed": uri(closed),
        "GET /throttled": uri(throttled),
        "GET /nothing": uri(NOTHING),
        "GET /variable": {"uri": integration_uri(account + "${stageVariables.undefined}")},
        "GET /verb": {**uri(echo), "integrationHttpMethod": "GET"},
    }


@pytest.fixture(scope="module")
def plain(gatelet: Any, routes: dict[str, Any]) -> Api:
    """Nothing is customised."""
    made = make_api(gatelet, "plain", routes, ["gateway-echo", "gateway-throttled"])
    made.deploy()
    return made


def call(api: Api, line: str, headers: list[tuple[str, str]] | None = None, body: bytes | None = None) -> Answer:
    verb, path = line.split(" ")
    return api.send(verb, path, headers or [], body)


FAILURES: list[tuple[str, list[tuple[str, str]], bytes | None, int, bytes, str]] = [
    ("GET /unknown", [], None, 403, MISSING, "MissingAuthenticationTokenException"),
    ("POST /closed", [], b"{}", 403, MISSING, "MissingAuthenticationTokenException"),
    ("POST /echo", [("Content-Encoding", "br")], b"x", 415, UNSUPPORTED, "BadRequestException"),
    ("POST /echo", [("Content-Encoding", "gzip")], b"x", 415, UNSUPPORTED, "BadRequestException"),
    ("POST /echo", [], b"x" * 6_300_000, 413, b'{"message": "Request Too Long"}', "BadRequestException"),
    ("GET /closed", [], None, 500, INTERNAL, "InternalServerErrorException"),
    ("GET /throttled", [], None, 500, INTERNAL, "InternalServerErrorException"),
    ("GET /variable", [], None, 500, INTERNAL, "InternalServerErrorException"),
    ("GET /verb", [], None, 500, INTERNAL, "InternalServerErrorException"),
    ("GET /nothing", [], None, 500, INTERNAL, "InternalServerErrorException"),
    ("GET /do/raise", [], None, 502, INTERNAL, "InternalServerErrorException"),
    ("POST /reply", [], b'"malformed"', 502, INTERNAL, "InternalServerErrorException"),
    ("GET /do/sleep/briefly?seconds=1", [], None, 504, TIMED_OUT, "InternalServerErrorException"),
]


@pytest.mark.parametrize(("line", "headers", "sent", "status", "body", "error_type"), FAILURES)
def test_the_byte_form_of_every_failure(
    plain: Api,
    line: str,
    headers: list[tuple[str, str]],
    sent: bytes | None,
    status: int,
    body: bytes,
    error_type: str,
) -> None:
    """At the door without a blank, in the integration's phase with one after the colon."""
    answer = call(plain, line, headers, sent)
    assert (answer.status, answer.body, answer.header("x-amzn-ErrorType")) == (status, body, error_type)
    assert {name for name, _ in answer.headers} == {
        "Content-Type", "Content-Length", "Connection", "Date", "x-amzn-RequestId", "x-amz-apigw-id",
        "x-amzn-ErrorType",
    }  # fmt: skip
    assert answer.header("Content-Type") == "application/json"
    assert UUID.fullmatch(answer.header("x-amzn-RequestId") or "")


@pytest.mark.parametrize("header", ["Basic dXNlcg", "Bearer a.b.c"])
def test_an_authorization_that_is_no_signature(plain: Api, header: str) -> None:
    """On an unknown route AWS reads the header as if it were a signature."""
    answer = call(plain, "GET /unknown", [("Authorization", header)])
    digest = base64.b64encode(hashlib.sha256(header.encode()).digest()).decode()
    message = (
        "Invalid key=value pair (missing equal-sign) in Authorization header "
        f"(hashed with SHA-256 and encoded with Base64): '{digest}'."
    )
    assert (answer.status, answer.json()) == (403, {"message": message})
    assert answer.header("x-amzn-ErrorType") == "IncompleteSignatureException"
    assert call(plain, "GET /echo", [("Authorization", header)]).status == 200


def test_an_authorization_of_one_word(plain: Api) -> None:
    """apigateway-authorization-limits section 3: nothing in it is a pair, so every part is missing."""
    answer = call(plain, "GET /unknown", [("Authorization", "token")])
    digest = base64.b64encode(hashlib.sha256(b"token").digest()).decode()
    message: str = answer.json()["message"]
    assert message.startswith("Authorization header requires 'Credential' parameter. ")
    assert message.endswith(f" (Hashed with SHA-256 and encoded with Base64) Authorization={digest}")
    assert answer.header("x-amzn-ErrorType") == "IncompleteSignatureException"


def test_a_failure_in_the_log(plain: Api) -> None:
    """Section 7, log lines: each is one event, and names its request."""
    client = plain.gatelet.client("logs")
    expected = {
        "GET /do/raise": r"Lambda execution failed with status 200 due to customer function error: no. "
        r"Lambda request id: [0-9a-f-]{36}",
        "GET /closed": "Execution failed due to configuration error: Invalid permissions on Lambda function",
        "GET /do/sleep/briefly?seconds=1": "Execution failed due to a timeout error",
    }
    ids = {line: call(plain, line).header("x-amzn-RequestId") for line in expected}
    ids["POST /reply"] = call(plain, "POST /reply", [], b"[]").header("x-amzn-RequestId")
    expected["POST /reply"] = "Execution failed due to configuration error: Malformed Lambda proxy response"
    group = f"API-Gateway-Execution-Logs_{plain.id}/prod"
    deadline = time.monotonic() + 10
    messages: list[str] = []
    while time.monotonic() < deadline and not all(_both(messages, request_id) for request_id in ids.values()):
        if client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            messages = [each["message"] for each in client.filter_log_events(logGroupName=group)["events"]]
    for line, reason in expected.items():
        mine = _both(messages, ids[line])
        assert re.fullmatch(re.escape(f"({ids[line]}) ") + reason, mine[0])
        assert re.search(r"Method completed with status: 50[024]$", mine[1])


def _both(messages: list[str], request_id: str | None) -> list[str]:
    """The two lines of a request: why it failed, and its status."""
    mine = [text for text in messages if text.startswith(f"({request_id}) ")]
    return mine if len(mine) == 2 else []


# Customised


def put(api: Api, kind: str, **settings: Any) -> None:
    api.client.put_gateway_response(restApiId=api.id, responseType=kind, **settings)


@pytest.fixture(scope="module")
def custom(gatelet: Any, routes: dict[str, Any]) -> Api:
    """Specific types beside both defaults."""
    made = make_api(gatelet, "custom", routes, ["gateway-echo", "gateway-throttled"])
    template = (
        '{"type":"$context.error.responseType","text":$context.error.messageString,"m":"$context.error.message",'
        '"id":"$context.requestId","ext":"$context.extendedRequestId","api":"$context.apiId","stage":"$context.stage",'
        '"verb":"$context.httpMethod","path":"$context.path","ip":"$context.identity.sourceIp",'
        '"account":"$context.accountId","status":"$context.status","var":"$stageVariables.table",'
        '"q":"$method.request.querystring.q","h":"$method.request.header.X-In","none":"$context.nothing"}'
    )
    put(
        made,
        "MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseTemplates={"application/json": template, "text/html": "<p>$context.error.message</p>"},
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Query": "method.request.querystring.q",
            "gatewayresponse.header.X-Header": "method.request.header.X-In",
            "gatewayresponse.header.X-Type": "context.error.responseType",
        },
    )
    put(made, "INTEGRATION_FAILURE", responseTemplates={"application/json": "own $context.status"})
    put(made, "INTEGRATION_TIMEOUT", statusCode="408")
    put(made, "DEFAULT_4XX", responseTemplates={"text/plain": "four $context.error.responseType"})
    put(
        made,
        "DEFAULT_5XX",
        statusCode="503",
        responseTemplates={"application/json": '{"five":$context.error.messageString,"p":"$method.request.path.id"}'},
    )
    made.deploy(variables={"table": "users-prod"})
    return made


def test_every_variable_of_a_template(custom: Api) -> None:
    answer = call(custom, "PUT /unknown?q=a%20b", [("X-In", "in")], b"")
    assert answer.status == 404
    assert answer.header("x-amzn-ErrorType") == "MissingAuthenticationTokenException"
    assert answer.header("Content-Type") == "application/json"
    assert answer.json() == {
        "type": "MISSING_AUTHENTICATION_TOKEN",
        "text": "Missing Authentication Token",
        "m": "Missing Authentication Token",
        "id": answer.header("x-amzn-RequestId"),
        "ext": answer.header("x-amz-apigw-id"),
        "api": custom.id,
        "stage": "prod",
        "verb": "PUT",
        "path": "/prod/unknown",
        "ip": "127.0.0.1",
        "account": custom.account,
        "status": "404",
        "var": "users-prod",
        "q": "a b",
        "h": "in",
        "none": "",
    }


def test_headers_are_mapped(custom: Api) -> None:
    answer = call(custom, "GET /unknown?q=1", [("X-In", "in")])
    assert answer.header("Access-Control-Allow-Origin") == "*"
    assert answer.header("X-Query") == "1"
    assert answer.header("X-Header") == "in"
    assert answer.header("X-Type") == "MISSING_AUTHENTICATION_TOKEN"
    bare = call(custom, "GET /unknown")
    assert (bare.header("X-Query"), bare.header("X-Header")) == (None, None)


@pytest.mark.parametrize("value", ["%0d%0aX-Evil:%201", "a%00b"])
def test_a_client_cannot_add_headers(custom: Api, value: str) -> None:
    answer = call(custom, f"GET /unknown?q={value}")
    assert answer.status == 404
    assert (answer.header("X-Query"), answer.header("X-Evil")) == (None, None)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/json"),
        ("text/html", "text/html"),
        ("text/html;q=0.9, application/json", "text/html"),
        ("image/png", "application/json"),
    ],
)
def test_accept_picks_the_template(custom: Api, accept: str | None, content_type: str) -> None:
    answer = call(custom, "GET /unknown", [("Accept", accept)] if accept else [])
    assert answer.header("Content-Type") == content_type
    assert (answer.body == b"<p>Missing Authentication Token</p>") is (content_type == "text/html")


@pytest.mark.parametrize(
    ("line", "headers", "sent", "status", "body", "content_type"),
    [
        # a specific type without a status keeps the one that was raised
        ("GET /do/raise", [], None, 502, b"own 502", "application/json"),
        ("GET /throttled", [], None, 500, b"own 500", "application/json"),
        # a specific type without a template keeps the built-in body
        ("GET /do/sleep/briefly?seconds=1", [], None, 408, TIMED_OUT, "application/json"),
        # all else falls to the defaults
        ("POST /echo", [("Content-Encoding", "br")], b"x", 415, b"four UNSUPPORTED_MEDIA_TYPE", "text/plain"),
        ("GET /unknown", [("Authorization", "junk")], None, 403, b"four DEFAULT_4XX", "text/plain"),
        ("GET /closed", [], None, 503, b'{"five":"Internal server error","p":""}', "application/json"),
        ("POST /reply", [], b'"malformed"', 503, b'{"five":"Internal server error","p":""}', "application/json"),
    ],
)
def test_which_entry_answers(
    custom: Api,
    line: str,
    headers: list[tuple[str, str]],
    sent: bytes | None,
    status: int,
    body: bytes,
    content_type: str,
) -> None:
    answer = call(custom, line, headers, sent)
    assert (answer.status, answer.body, answer.header("Content-Type")) == (status, body, content_type)
    assert answer.header("x-amzn-ErrorType")


def test_what_nobody_can_customise(custom: Api) -> None:
    """Sections 1 and 13: the door's answers, and the 10 MB limit."""
    answer = custom.send("GET", "/echo", stage="nothing")
    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')
    answer = custom.send("POST", "/echo", [], b"x" * 10_500_000)
    assert (answer.status, answer.body) == (413, b"HTTP content length exceeded 10485760 bytes.")


def test_an_entry_serves_from_the_next_deployment(gatelet: Any, echo: str) -> None:
    """control plane 6.1: gateway responses are part of the snapshot; reset, they answer as built in."""
    made = make_api(gatelet, "custom-later", {"GET /echo": uri(echo)}, ["gateway-echo"])
    made.deploy()
    put(made, "MISSING_AUTHENTICATION_TOKEN", statusCode="418")
    assert made.send("GET", "/unknown").status == 403
    made.deploy()
    assert made.send("GET", "/unknown").status == 418
    made.client.delete_gateway_response(restApiId=made.id, responseType="MISSING_AUTHENTICATION_TOKEN")
    assert made.send("GET", "/unknown").status == 418
    made.deploy()
    assert made.send("GET", "/unknown").status == 403


def test_answers_to_head_have_no_body(custom: Api) -> None:
    answer = custom.send("HEAD", "/unknown")
    assert (answer.status, answer.body) == (404, b"")
    assert int(answer.header("Content-Length") or 0) > len(json.dumps({"type": ""}))
