"""A request's whole life, from an invoke URL to its answer (apigateway-data-plane sections 1, 4, 7, 8)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.unit.gateway.world import API, World, call, function_uri, header, headers_of, method

from gatelet.aws.quotas import INVOKE_PAYLOAD_BYTES, INVOKE_RESPONSE_BYTES
from gatelet.gateway.ports import (
    FunctionTarget,
    InvokeDenied,
    InvokePayloadTooLarge,
    InvokeRefused,
    InvokeThrottled,
    InvokeTimedOut,
    ProxyReply,
)
from gatelet.http.response import Response

UUID = "01234567-89ab-4cde-8f01-23456789abcd"
INTERNAL = b'{"message": "Internal server error"}'


def users(event: dict[str, Any]) -> dict[str, Any]:
    """The seed's handler."""
    user = {"userId": event["queryStringParameters"]["userId"], "name": "Jane Doe", "email": "jane.doe@example.com"}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(user)}


def test_the_seed_s_get_answers() -> None:
    world = World(handler=users)
    response = call(world, query="userId=12345")
    assert response.status == 200
    assert response.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    # 8.1: always added, the trace id on success.
    assert [name for name, _ in headers_of(response)] == [
        "x-amzn-RequestId",
        "x-amz-apigw-id",
        "X-Amzn-Trace-Id",
        "Content-Type",
    ]
    assert world.log.written == []
    assert world.invoker.calls == [
        {
            "target": FunctionTarget("210987654321", "eu-west-1", "users", None),
            "source_arn": f"arn:aws:execute-api:eu-west-1:210987654321:{API}/dev/GET/users",
            "source_account": "210987654321",
            "trace_id": header(response, "X-Amzn-Trace-Id"),
            "timeout": 29.0,
        }
    ]


def test_the_event_of_a_path_form_url_looks_like_aws_s() -> None:
    world = World({"/users/{id}": {"ANY": method()}}, stage_members={"variables": {"x": "1"}})
    response = call(world, "PUT", "//users/a%2Fb/", "q=1", [("X-A", "b")], b"body")
    (event,) = world.invoker.events
    context = event["requestContext"]
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/users/{id}", "/users/a%2Fb/", "PUT")
    assert context["path"] == "/dev//users/a%2Fb/"  # section 3: only the context keeps the doubled slash
    assert event["pathParameters"] == {"id": "a%2Fb"}
    assert event["stageVariables"] == {"x": "1"}
    assert event["body"] == "body"
    assert context["domainName"] == f"{API}.execute-api.eu-west-1.amazonaws.com"
    assert context["domainPrefix"] == API
    assert (context["requestTime"], context["requestTimeEpoch"]) == ("31/Dec/2025:23:59:59 +0000", 1767225599123)
    assert context["requestId"] == header(response, "x-amzn-RequestId")
    assert context["extendedRequestId"] == header(response, "x-amz-apigw-id")
    assert context["identity"]["sourceIp"] == "203.0.113.7"
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.7"
    # The trace header shows its root only; the function and the client get it in full (sections 6 and 8.1).
    assert header(response, "X-Amzn-Trace-Id").startswith(event["headers"]["X-Amzn-Trace-Id"] + ";Parent=")  # type: ignore[union-attr]
    assert world.invoker.calls[0]["source_arn"].endswith(f":{API}/dev/*/users/{{id}}")


@pytest.mark.parametrize(("rest", "context_path"), [("", "/dev"), ("/", "/dev/"), ("//", "/dev//")])
def test_the_root_of_a_stage(rest: str, context_path: str) -> None:
    """Section 2: a stage-only URL is the resource ``/``."""
    world = World({"/": {"GET": method()}})
    assert call(world, path=rest).body == b"/"
    (event,) = world.invoker.events
    assert (event["path"], event["requestContext"]["path"]) == ("/", context_path)


def test_the_event_of_a_host_form_url() -> None:
    world = World()
    response = call(world, target="//dev/users", host=f"{API}.execute-api.localhost:4566")
    context = world.invoker.events[0]["requestContext"]
    assert response.status == 200
    assert (context["domainName"], context["domainPrefix"]) == (f"{API}.execute-api.localhost", API)
    assert context["path"] == "/dev/users"


@pytest.mark.parametrize(
    ("members", "status", "body", "error_type"),
    [
        ({"target": f"/_aws/execute-api/{API}/prod/users"}, 403, b'{"message":"Forbidden"}', "ForbiddenException"),
        ({"target": f"/_aws/execute-api/{API}/Dev/users"}, 403, b'{"message":"Forbidden"}', "ForbiddenException"),
        ({"target": "/_aws/execute-api/zzz/dev/users"}, 403, b'{"message":"Forbidden"}', "ForbiddenException"),
        (
            {"path": "/nothing"},
            403,
            b'{"message":"Missing Authentication Token"}',
            "MissingAuthenticationTokenException",
        ),
        (
            {"verb": "HEAD"},
            403,
            b'{"message":"Missing Authentication Token"}',
            "MissingAuthenticationTokenException",
        ),
    ],
)
def test_what_is_not_there(members: dict[str, Any], status: int, body: bytes, error_type: str) -> None:
    """Sections 1 and 4: the front door's bodies have no blank; no trace id on errors; no execution log."""
    world = World()
    response = call(world, **members)
    assert (response.status, response.body) == (status, body)
    assert [name for name, _ in headers_of(response)] == [
        "x-amzn-RequestId",
        "x-amzn-ErrorType",
        "x-amz-apigw-id",
        "Content-Type",
    ]
    assert header(response, "x-amzn-ErrorType") == error_type
    assert header(response, "Content-Type") == "application/json"
    assert world.log.written == []


def test_a_disabled_endpoint_is_forbidden() -> None:
    """Section 1, step 1."""
    response = call(World(disableExecuteApiEndpoint=True))
    assert (response.status, response.body) == (403, b'{"message":"Forbidden"}')


@pytest.mark.parametrize(("deployed", "updated", "status"), [(True, False, 200), (False, True, 403)])
def test_a_stage_update_opens_or_closes_the_endpoint(deployed: bool, updated: bool, status: int) -> None:
    """Section 1, step 1: effective after a redeploy or any stage update."""
    world = World(stage_members={"disableExecuteApiEndpoint": updated}, disableExecuteApiEndpoint=deployed)
    assert call(world).status == status


@pytest.mark.parametrize(
    ("value", "extra", "message"),
    [
        (
            "Bearer abc",
            [],
            (
                "Invalid key=value pair (missing equal-sign) in Authorization header "
                "(hashed with SHA-256 and encoded with Base64): 'w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='."
            ),
        ),
        (
            "Basic dXNlcjpwYXM=",
            [],
            (
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
                "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
                "existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with SHA-256 and encoded with Base64) "
                "Authorization=ahTovytHh937FoQdsvK8CQ13BWtHkht6b1enJ3qoNxw="
            ),
        ),
        (
            "AWS4-HMAC-SHA256 Credential=x, Signature=y",
            [("X-Amz-Date", "x")],
            (
                "Authorization header requires 'SignedHeaders' parameter. "
                "(Hashed with SHA-256 and encoded with Base64) "
                "Authorization=sdd9u1YLlGCgFTTs7Ee3WAAx0NtQkUd+lzJ0v7MMoHY="
            ),
        ),
    ],
)
def test_an_unknown_route_reads_the_authorization_header(
    value: str, extra: list[tuple[str, str]], message: str
) -> None:
    """apigateway-authorization-limits section 3; identity section 1.3 (execute-api hashes what it was sent)."""
    response = call(World(), path="/nothing", headers=[("authorization", value), *extra])
    assert response.status == 403
    assert header(response, "x-amzn-ErrorType") == "IncompleteSignatureException"
    assert isinstance(response.body, bytes)
    assert json.loads(response.body) == {"message": message}


def test_a_signed_request_for_an_unknown_route_misses_its_token() -> None:
    signed = "AWS4-HMAC-SHA256 Credential=k/20251125/r/s/aws4_request, SignedHeaders=host, Signature=y"
    headers = [("Authorization", signed), ("X-Amz-Date", "20251125T022654Z")]
    response = call(World(), path="/nothing", headers=headers)
    assert response.body == b'{"message":"Missing Authentication Token"}'


def raising(error: Exception) -> Any:
    def handler(event: dict[str, Any]) -> Any:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "status", "body", "line"),
    [
        (
            InvokeDenied("x"),
            500,
            INTERNAL,
            "Execution failed due to configuration error: Invalid permissions on Lambda function",
        ),
        (InvokeThrottled("Rate Exceeded."), 500, INTERNAL, "Lambda execution failed with status 429: Rate Exceeded."),
        (
            InvokeRefused("Function not found: f"),
            500,
            INTERNAL,
            "Execution failed due to configuration error: Function not found: f",
        ),
        (
            InvokeTimedOut("x"),
            504,
            b'{"message": "Endpoint request timed out"}',
            "Execution failed due to a timeout error",
        ),
        (
            InvokePayloadTooLarge("x"),
            413,
            b'{"message": "Request Too Long"}',
            "Execution failed due to configuration error: Request payload is over the limit of the Lambda function",
        ),
        (RuntimeError("a secret"), 500, INTERNAL, "Execution failed due to an internal error"),
    ],
)
def test_what_the_invoker_refuses(
    error: Exception, status: int, body: bytes, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Sections 4 and 7: bodies of the integration's phase have one blank; the log says why."""
    world = World(handler=raising(error))
    response = call(world)
    assert (response.status, response.body) == (status, body)
    assert header(response, "X-Amzn-Trace-Id") is None
    error_type = "BadRequestException" if status == 413 else "InternalServerErrorException"
    assert header(response, "x-amzn-ErrorType") == error_type
    request_id = header(response, "x-amzn-RequestId")
    lines = [line, f"Method completed with status: {status}"]
    assert world.log.written == [("210987654321", "eu-west-1", API, "dev", request_id, lines)]
    assert ("a secret" in caplog.text) == isinstance(error, RuntimeError)


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (
            ProxyReply("error", "f-1", payload=b'{"errorMessage":"boom","errorType":"E"}'),
            "Lambda execution failed with status 200 due to customer function error: boom. Lambda request id: f-1",
        ),
        (
            ProxyReply("error", "f-1", payload=b"no json"),
            "Lambda execution failed with status 200 due to customer function error: no json. Lambda request id: f-1",
        ),
        (
            ProxyReply("error", "f-1", payload=b'["x"]'),
            'Lambda execution failed with status 200 due to customer function error: ["x"]. Lambda request id: f-1',
        ),
        (
            ProxyReply("malformed", "f-1", payload=b'"text"'),
            "Execution failed due to configuration error: Malformed Lambda proxy response",
        ),
        *[
            (
                ProxyReply("response", "f-1", status, headers=block),
                "Execution failed due to configuration error: Malformed Lambda proxy response",
            )
            for status, block in [
                (0, b""),
                (101, b""),
                (600, b""),
                (200, b"X: a\x00\r\n"),
                (200, b"X: a\nY: b\r\n"),
                (200, b"X: a"),
                (200, b"X : a\r\n"),
                (200, b": a\r\n"),
                (200, b"\r\n"),
                (200, b"X: a\r\n\r\nbody\r\n"),
                (200, b"X: a\x7f\r\n"),
            ]
        ],
        (
            ProxyReply("response", "f-1", 200, body=b"x" * (INVOKE_RESPONSE_BYTES + 1)),
            "Execution failed due to configuration error: Lambda response body size is too long",
        ),
    ],
)
def test_what_no_answer_of_a_function_may_be(reply: ProxyReply, line: str) -> None:
    """Section 7: 502; the gateway checks every answer, whatever a worker sends."""
    world = World(handler=lambda _: reply)
    response = call(world)
    assert (response.status, response.body) == (502, INTERNAL)
    assert header(response, "x-amzn-ErrorType") == "InternalServerErrorException"
    assert world.log.lines == [line, "Method completed with status: 502"]


def test_more_than_lambda_takes_is_too_long() -> None:
    """Section 13."""
    world = World({"/users": {"POST": method()}})
    response = call(world, "POST", body=b"x" * (INVOKE_PAYLOAD_BYTES + 1))
    assert (response.status, response.body) == (413, b'{"message": "Request Too Long"}')
    assert world.invoker.calls == []


@pytest.mark.parametrize(
    ("binary", "accept", "decoded"),
    [
        (["image/png"], "image/png", True),
        (["image/png"], "image/png;q=0.8, text/html", True),
        (["image/*"], "image/png", True),
        (["*/*"], None, True),
        (["image/png"], "*/*", False),
        (["image/png"], "image/*", False),
        (["image/png"], "text/html, image/png", False),
        (["*/png"], "image/png", False),
        (["image/png"], None, False),
        ([], "image/png", False),
    ],
)
def test_base64_bodies(binary: list[str], accept: str | None, decoded: bool) -> None:
    """Section 7, ``isBase64Encoded``."""
    world = World(handler=lambda _: {"body": "AP9h", "isBase64Encoded": True}, binaryMediaTypes=binary)
    response = call(world, headers=[("Accept", accept)] if accept else [])
    assert response.body == (b"\x00\xffa" if decoded else b"AP9h")


def test_base64_that_is_none_is_an_error() -> None:
    world = World(handler=lambda _: {"body": "no base64!", "isBase64Encoded": True}, binaryMediaTypes=["*/*"])
    response = call(world)
    assert (response.status, response.body) == (500, INTERNAL)
    assert world.log.lines[0] == "Execution failed due to configuration error: Unable to base64 decode the body."


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(UUID, True), (UUID.upper(), True), ("mine", False), (UUID + "\r\nX: y", False), ("", False)],
)
def test_clients_may_choose_the_request_id(sent: str, kept: bool) -> None:
    """Section 8.1: a UUID only."""
    world = World()
    response = call(world, headers=[("X-Amzn-RequestId", sent)])
    request_id = header(response, "x-amzn-RequestId")
    assert (request_id == sent) is kept
    assert world.invoker.events[0]["requestContext"]["requestId"] == request_id


def test_the_verb_can_be_overridden() -> None:
    """Section 3, the last row."""
    world = World({"/users": {"PATCH": method()}})
    response = call(world, "POST", headers=[("X-HTTP-Method-Override", "patch")])
    assert response.status == 200
    assert world.invoker.events[0]["httpMethod"] == "PATCH"


def test_one_broken_method_stops_no_other() -> None:
    world = World({"/users": {"GET": method(), "POST": method(authorizationType="JWT", authorizerId="none")}})

    async def run() -> tuple[Response, Response]:
        await world.live.start()
        return await world.call("GET"), await world.call("POST")

    good, bad = asyncio.run(run())
    assert good.status == 200
    assert (bad.status, bad.body) == (500, b'{"message":null}')
    assert world.log.lines == [
        "Execution failed due to configuration error: The method's authorizer does not exist",
        "Method completed with status: 500",
    ]


def test_stage_variables_name_the_function() -> None:
    uri = function_uri("arn:aws:lambda:eu-west-1:210987654321:function:${stageVariables.fn}:${stageVariables.alias}")
    world = World({"/users": {"GET": method(uri)}}, stage_members={"variables": {"fn": "users-v2", "alias": "live"}})
    assert call(world).status == 200
    assert world.invoker.calls[0]["target"] == FunctionTarget("210987654321", "eu-west-1", "users-v2", "live")
