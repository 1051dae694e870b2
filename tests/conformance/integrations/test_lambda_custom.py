"""Lambda functions behind mappings: apigateway-data-plane sections 8, 9.3 to 9.5, 10, 11 and 15."""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri
from tests.conformance.integrations.mapped import EVENTS, JSON, add_mapped
from tests.walk import Answer, create_function

INTERNAL = b'{"message": "Internal server error"}'
KIND = "integration.request.header.X-Amz-Invocation-Type"
CONTEXT = "integration.request.header.X-Amz-Client-Context"
ERRORS = {
    "200": {},
    "404": {"selectionPattern": ".*not found.*"},
    "405": {"selectionPattern": ".*four hundred.*"},
    "502": {"selectionPattern": ".+"},
}
ERROR_TEMPLATE = """#set($e = $util.parseJson($input.path('$.errorMessage'))){"code":"$e.code","type":"$e.errorType"}"""


@pytest.fixture(scope="module")
def function(gatelet: Any) -> str:
    """The ARN of a function that answers with its event, or does what the event says."""
    return create_function(gatelet, "custom-events", EVENTS, Timeout=5)


@pytest.fixture(scope="module")
def custom(gatelet: Any, function: str) -> Api:
    """One API with every route of this file."""
    api = make_api(gatelet, "custom", {}, ["custom-events"], binaryMediaTypes=["image/png"])
    code = uri(function)
    add_mapped(api, "POST /pass", **code)
    add_mapped(api, "POST /never", passthroughBehavior="NEVER", request={"application/xml": "{}"}, **code)
    add_mapped(
        api, "POST /templates", passthroughBehavior="WHEN_NO_TEMPLATES", request={"application/xml": "{}"}, **code
    )
    add_mapped(api, "POST /errors", responses=ERRORS, **code)
    add_mapped(
        api,
        "POST /object",
        responses={"200": {}, "422": {"selectionPattern": r"\{.*", "responseTemplates": {JSON: ERROR_TEMPLATE}}},
        **code,
    )
    add_mapped(api, "POST /nothing", responses={"404": {"selectionPattern": "x"}}, **code)
    add_mapped(api, "POST /broken", request='{"a": "it\\\'s"}', **code)
    add_mapped(api, "POST /briefly", timeoutInMillis=100, **code)
    add_mapped(api, "POST /later", requestParameters={KIND: "'Event'"}, **code)
    add_mapped(
        api,
        "POST /context",
        declared=("header.X-Context",),
        requestParameters={CONTEXT: "method.request.header.X-Context"},
        **code,
    )
    add_mapped(
        api,
        "POST /headers",
        responses={
            "200": {
                "responseParameters": {
                    "method.response.header.X-Version": "integration.response.header.X-Amz-Executed-Version",
                    "method.response.header.X-User": "integration.response.body.user.name",
                    "method.response.header.Content-Type": "'text/html'",
                    "method.response.header.Date": "'never'",
                }
            }
        },
        response_headers=("X-Version", "X-User", "Content-Type", "Date"),
        **code,
    )
    add_mapped(
        api,
        "POST /tail",
        requestParameters={
            "integration.request.header.X-Amz-Log-Type": "'Tail'",
            "integration.request.querystring.Qualifier": "'$LATEST'",
        },
        responses={
            "200": {
                "responseParameters": {"method.response.header.X-Log": "integration.response.header.X-Amz-Log-Result"}
            }
        },
        response_headers=("X-Log",),
        **code,
    )
    png = {"200": {"contentHandling": "CONVERT_TO_BINARY"}}
    add_mapped(api, "POST /png", request='{"answer": "x"}', response="iVBORwA=", responses={"200": {}}, **code)
    add_mapped(
        api, "POST /image", request={"image/png": '{"data": "$input.body"}'}, contentHandling="CONVERT_TO_TEXT", **code
    )
    add_mapped(api, "POST /binary", responses=png, **code)
    api.deploy()
    return api


def post(api: Api, path: str, event: object = None, headers: dict[str, str] | None = None) -> Answer:
    body = b"" if event is None else json.dumps(event).encode()
    return api.send("POST", path, list((headers or {}).items()), body)


def test_the_event_is_the_body_and_the_answer_the_function_s(custom: Api) -> None:
    """Sections 9.3 and 8.1."""
    answer = post(custom, "/pass", {"b": 1, "a": [None, "é"]})
    assert (answer.status, answer.json()) == (200, {"b": 1, "a": [None, "é"]})
    assert answer.header("Content-Type") == JSON
    assert re.fullmatch(r"Root=1-.*;Parent=.*;Sampled=\d.*", answer.header("X-Amzn-Trace-Id") or "")
    assert post(custom, "/pass").json() == {}  # an empty body is an empty event


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/pass", "text/csv", 200),
        ("/never", "application/xml; charset=utf-8", 200),
        ("/never", JSON, 415),
        ("/templates", JSON, 415),
        ("/templates", "application/xml", 200),
    ],
)
def test_passthrough(custom: Api, path: str, content_type: str, status: int) -> None:
    """Section 9.5."""
    answer = post(custom, path, {}, {"Content-Type": content_type})
    assert answer.status == status
    if status == 415:
        assert answer.body == b'{"message":"Unsupported Media Type"}'


@pytest.mark.parametrize(
    ("message", "status"),
    [("user not found", 404), ("a four hundred b", 405), ("no", 502), ("two\nlines", 200)],
)
def test_errors_choose_the_response(custom: Api, message: str, status: int) -> None:
    """Section 9.4: full matches of errorMessage, by status; the error's JSON is the body."""
    answer = post(custom, "/errors", {"raise": message})
    assert answer.status == status
    assert answer.json()["errorMessage"] == message
    assert post(custom, "/errors", {"fine": 1}).status == 200


def test_a_returned_error_message_counts_too(custom: Api) -> None:
    """Section 9.4: errorMessage of the returned object."""
    assert post(custom, "/errors", {"errorMessage": "not found"}).status == 404


def test_an_error_with_a_default_response_is_200(custom: Api) -> None:
    """Section 9.4."""
    answer = post(custom, "/pass", {"raise": "no"})
    assert (answer.status, answer.json()["errorType"]) == (200, "Exception")


def test_an_error_object(custom: Api) -> None:
    """Mapping templates section 9: the message is JSON, mapped to a body and a status."""
    answer = post(custom, "/object", {"raise": '{"code": 7, "errorType": "Missing"}'})
    assert (answer.status, answer.json()) == (422, {"code": "7", "type": "Missing"})


def test_no_response_matches(custom: Api, wait_for_line: Callable[[Api, str], str]) -> None:
    """Section 9.4."""
    answer = post(custom, "/nothing", {})
    assert (answer.status, answer.body) == (500, INTERNAL)
    assert wait_for_line(custom, f"({answer.header('x-amzn-RequestId')}) Execution failed").endswith(
        "No match for output mapping and no default output mapping configured"
    )


def test_a_template_that_makes_no_json(custom: Api) -> None:
    """Section 9.3: 400 with Lambda's own text."""
    answer = post(custom, "/broken", {})
    assert answer.status == 400
    assert answer.json()["message"].startswith(
        "Could not parse request body into json: Unrecognized character escape ''' (code 39)\n at [Source: "
    )
    assert answer.header("x-amzn-ErrorType") == "BadRequestException"


def test_the_integration_s_timeout(custom: Api) -> None:
    """Section 13."""
    answer = post(custom, "/briefly", {"sleep": 1})
    assert (answer.status, answer.body) == (504, b'{"message": "Endpoint request timed out"}')


def test_without_the_permission(gatelet: Any, function: str, wait_for_line: Callable[[Api, str], str]) -> None:
    """Section 9.4: 500."""
    api = make_api(gatelet, "closed", {}, [])
    add_mapped(api, "POST /pass", **uri(function))
    api.deploy()
    answer = post(api, "/pass", {})
    assert (answer.status, answer.body) == (500, INTERNAL)
    assert "Invalid permissions on Lambda function" in wait_for_line(api, "Execution failed")


def test_no_concurrency_left(gatelet: Any, custom: Api) -> None:
    """Section 4: a throttled function is 500 at the client, never 429."""
    client = gatelet.client("lambda")
    client.put_function_concurrency(FunctionName="custom-events", ReservedConcurrentExecutions=0)
    try:
        assert post(custom, "/pass", {}).status == 500
    finally:
        client.delete_function_concurrency(FunctionName="custom-events")


def test_a_call_that_nobody_waits_for(gatelet: Any, custom: Api) -> None:
    """Section 9.3: X-Amz-Invocation-Type Event; accepted with an empty body, and run later."""
    answer = post(custom, "/later", {"print": "nobody waited"})
    assert (answer.status, answer.body) == (200, b"")
    logs = gatelet.client("logs")
    for _ in range(200):
        if logs.filter_log_events(logGroupName="/aws/lambda/custom-events", filterPattern='"nobody waited"')["events"]:
            return
        time.sleep(0.02)
    raise AssertionError("the event was not run")


def test_the_client_s_context(custom: Api) -> None:
    """Section 11: a mapped header reaches Lambda's API."""
    context = b64encode(b'{"custom": {"a": "b"}}').decode()
    assert post(custom, "/context", {"context": 1}, {"X-Context": context}).json() == {"a": "b"}
    assert post(custom, "/context", {"context": 1}).json() is None


def test_the_log_s_tail_and_a_qualifier(custom: Api) -> None:
    """Section 9.3: what Lambda's own API takes in its headers and its query."""
    answer = post(custom, "/tail", {"print": "to the log"})
    assert b"to the log" in b64decode(answer.header("X-Log") or "")


def test_response_headers(custom: Api) -> None:
    """Sections 8.3 and 11."""
    answer = post(custom, "/headers", {"user": {"name": "Jane"}})
    assert (answer.header("X-Version"), answer.header("X-User")) == ("$LATEST", "Jane")
    assert (answer.header("Content-Type"), answer.header("x-amzn-Remapped-Date")) == ("text/html", "never")


def test_binary_bodies(custom: Api) -> None:
    """Section 10: to text on the way in, from base64 on the way out."""
    png = b"\x89PNG\x00"
    sent = custom.send("POST", "/image", [("Content-Type", "image/png")], png)
    assert b64decode(sent.json()["data"]) == png
    refused = custom.send("POST", "/binary", [], json.dumps("not base64").encode())
    assert (refused.status, refused.body) == (500, INTERNAL)


def test_a_stage_variable_names_the_function(gatelet: Any, function: str) -> None:
    """Section 9.3."""
    api = make_api(gatelet, "by-stage", {}, ["custom-events"])
    add_mapped(api, "POST /pass", **uri(function.replace("custom-events", "${stageVariables.function}")))
    api.deploy(variables={"function": "custom-events"})
    assert post(api, "/pass", {"a": 1}).json() == {"a": 1}
