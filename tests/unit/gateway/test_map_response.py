"""What the client gets of an integration with mappings (apigateway-data-plane 8.3, 9.1, 9.4, 10, 11)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from tests.unit.gateway.world import World, call, header, headers_of, mapped

from gatelet.gateway.ports import InvokeReply, InvokeThrottled, InvokeTimedOut

INTERNAL = b'{"message": "Internal server error"}'
ERROR = '{"errorMessage": "%s", "errorType": "E"}'


def failing(message: str) -> Any:
    return lambda _: InvokeReply((ERROR % message).encode(), "f-1", "Unhandled")


def served(handler: Any = lambda event: event, api: dict[str, Any] | None = None, **members: Any) -> World:
    return World({"/users": {"POST": mapped(**members)}}, handler, **(api or {}))


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("a four hundred b", 405),  # recorded: chosen before .+
        ("anything", 502),
        ("a\\nb", 200),  # a dot is no line end
        ("", 200),
    ],
)
def test_selection_by_the_error_message(message: str, status: int) -> None:
    """Section 9.4: full matches, in the order of the statuses; without one the default."""
    responses = {
        "502": {"selectionPattern": ".+"},
        "405": {"selectionPattern": ".*four hundred.*"},
        "401": {"selectionPattern": "four hundred"},
        "200": {},
    }
    response = call(served(failing(message), responses=responses), "POST")
    assert (response.status, response.body) == (status, (ERROR % message).encode())


def test_an_error_with_a_default_response_only() -> None:
    """Section 9.4: 200 with the error JSON."""
    response = call(served(failing("no")), "POST")
    assert (response.status, response.body) == (200, (ERROR % "no").encode())


@pytest.mark.parametrize(
    ("members", "line"),
    [
        (
            {"responses": {"400": {"selectionPattern": "x"}}},
            "No match for output mapping and no default output mapping configured",
        ),
        (
            {"responses": {"400": {}}, "declared": ("200",)},
            "Execution failed due to configuration error: Output mapping refers to an invalid method response: 400",
        ),
        ({"responses": {"400": {"selectionPattern": "("}}}, "Invalid selection pattern"),
        (
            {"responses": {"200": {"responseParameters": {"method.response.header.X": "integration.response.body.["}}}},
            "Invalid mapping expression specified",
        ),
    ],
)
def test_responses_that_cannot_be(members: dict[str, Any], line: str) -> None:
    world = served(failing("no"), **members)
    response = call(world, "POST")
    assert (response.status, response.body) == (500, INTERNAL)
    assert line in world.log.lines[0]


@pytest.mark.parametrize(
    ("templates", "accept", "body"),
    [
        ({"application/json": "1", "application/xml": "2"}, None, b"1"),
        ({"application/xml": "2", "application/json": "1"}, "application/json", b"1"),
        ({"application/xml": "2", "application/json": "1"}, "application/XML;q=1, application/json", b"2"),
        ({"application/xml": "2", "application/json": "1"}, "text/html, application/json", b"2"),
        ({"application/xml": "2"}, None, b"2"),
        ({"application/json": ""}, None, b'{"a": 1}'),
        ({}, "application/xml", b'{"a": 1}'),
    ],
)
def test_which_template(templates: dict[str, str], accept: str | None, body: bytes) -> None:
    """Section 9.5: by Accept's first type, else the first there is."""
    world = served(responses={"200": {"responseTemplates": templates}})
    headers = [] if accept is None else [("Accept", accept)]
    response = call(world, "POST", headers=headers, body=b'{"a": 1}')
    assert response.body == body
    assert header(response, "Content-Type") == "application/json"


def test_headers() -> None:
    """Sections 8.1, 8.3 and 11: mapped, renamed, dropped; nothing that could break out of its line."""
    parameters = {
        "method.response.header.X-Static": "'a, b'",
        "method.response.header.X-Id": "integration.response.header.X-Amzn-RequestId",
        "method.response.header.X-Object": "integration.response.body.object",
        "method.response.header.X-Context": "context.identity.sourceIp",
        "method.response.header.X-None": "integration.response.body.none",
        "method.response.header.X-Broken": "integration.response.body.broken",
        "method.response.header.Server": "'mine'",
        "method.response.header.Transfer-Encoding": "'chunked'",
        "method.response.header.content-type": "'text/html'",
    }
    world = served(responses={"200": {"responseParameters": parameters}})
    response = call(world, "POST", body=b'{"object": {"a": [1]}, "broken": "a\\r\\nb"}')
    lines = [(name, value) for name, value in headers_of(response) if not name.lower().startswith("x-am")]
    assert lines == [
        ("X-Static", "a, b"),
        ("X-Id", "f-1"),
        ("X-Object", '{"a":[1]}'),
        ("X-Context", "203.0.113.7"),
        ("content-type", "text/html"),
    ]
    assert header(response, "x-amzn-Remapped-Server") == "mine"
    assert header(response, "X-Amzn-Trace-Id") is not None


def test_a_body_that_a_parameter_needs() -> None:
    """Section 11: bad JSON is 500 here."""
    world = served(
        lambda _: InvokeReply(b"{no", "f-1"),
        responses={"200": {"responseParameters": {"method.response.header.X": "integration.response.body.a"}}},
    )
    assert call(world, "POST").status == 500


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ("#set($context.responseOverride.status = 404)", 404),
        ('#set($context.responseOverride.status = "404")', 404),
        ("#set($context.responseOverride.status = 99)", 200),
        ("#set($context.responseOverride.status = 600)", 200),
        ("#set($context.responseOverride.status = 100)", 200),  # no answer to a request
        ('#set($context.responseOverride.status = "no")', 200),
        ("#set($context.responseOverride.status = 404.5)", 200),
    ],
)
def test_the_status_is_overridden(template: str, status: int) -> None:
    """Section 11."""
    assert call(served(response=template), "POST").status == status


def test_the_status_from_the_body() -> None:
    """Mapping templates section 9."""
    template = """#set($root = $input.path('$'))
#if($root.toString().contains("error"))#set($context.responseOverride.status = 400)#end
$input.json("$")"""
    response = call(served(response=template), "POST", body=b'{"error": 1}')
    assert (response.status, response.body) == (400, b'{"error":1}')


def test_headers_are_overridden() -> None:
    template = (
        '#set($context.responseOverride.header.x-static = "new")#set($context.responseOverride.header.L = ["a", "b"])'
    )
    world = served(
        responses={
            "200": {
                "responseParameters": {"method.response.header.X-Static": "'old'"},
                "responseTemplates": {"application/json": template},
            }
        }
    )
    names = {"x-static", "l"}
    assert [pair for pair in headers_of(call(world, "POST")) if pair[0].lower() in names] == [
        ("x-static", "new"),
        ("L", "a"),
        ("L", "b"),
    ]


PNG = b"\x89PNG\x00"


@pytest.mark.parametrize(
    ("accept", "handling", "payload", "body"),
    [
        ("text/plain", None, b"\xff1", b"\xef\xbf\xbd1"),
        ("text/plain", "CONVERT_TO_TEXT", b"a", b"a"),
        ("text/plain", "CONVERT_TO_BINARY", b64encode(PNG), PNG),
        ("text/plain", "CONVERT_TO_BINARY", b"no base64!", 500),
        ("image/png", None, b64encode(PNG), PNG),
        ("image/png", None, b"no base64!", 500),
        ("image/png", "CONVERT_TO_TEXT", b64encode(PNG), b64encode(PNG)),
        ("image/png", "CONVERT_TO_BINARY", b64encode(PNG), PNG),
        ("image/*", None, b"a", b"a"),  # a wildcard in Accept matches no entry
    ],
)
def test_text_for_a_client(accept: str, handling: str | None, payload: bytes, body: bytes | int) -> None:
    """Section 10, the response's table: a payload of text."""
    world = served(
        lambda _: InvokeReply(payload, "f-1"),
        {"binaryMediaTypes": ["image/png"]},
        responses={"200": {"contentHandling": handling} if handling else {}},
    )
    response = call(world, "POST", headers=[("Accept", accept)])
    assert (response.status if isinstance(body, int) else response.body) == body


@pytest.mark.parametrize(
    ("refusal", "status", "body", "line"),
    [
        (InvokeTimedOut("x"), 504, b'{"message": "Endpoint request timed out"}', "due to a timeout error"),
        (InvokeThrottled("x"), 500, INTERNAL, "Lambda execution failed with status 429"),
    ],
)
def test_refused_invocations(refusal: Exception, status: int, body: bytes, line: str) -> None:
    def refuse(_: Any) -> Any:
        raise refusal

    world = served(refuse)
    response = call(world, "POST")
    assert (response.status, response.body) == (status, body)
    assert line in world.log.lines[0]


def test_a_payload_that_is_not_json() -> None:
    """Section 9.3: 400 with Lambda's text."""
    world = served(request="{")
    response = call(world, "POST")
    assert response.status == 400
    assert isinstance(response.body, bytes)
    assert response.body.startswith(b'{"message": "Could not parse request body into json: ')
    assert header(response, "x-amzn-ErrorType") == "BadRequestException"


def test_an_unknown_invocation_type() -> None:
    world = served(requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Later'"})
    assert call(world, "POST").status == 500
    assert "Lambda knows no invocation type Later" in world.log.lines[0]


def test_a_dry_run() -> None:
    """lambda-execution section 1: 204 and no body; the integration's own status maps as any other."""
    world = served(requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'DryRun'"})
    response = call(world, "POST")
    assert (response.status, response.body) == (200, b"")
    assert not world.invoker.calls


def mock(**members: Any) -> World:
    return World({"/users": {"POST": mapped("MOCK", **members)}})


def test_mock() -> None:
    """Section 9.1; 8.1: no trace id."""
    world = mock(request="{statusCode: 200}", response="[$input.body][$input.json('$.a')]$input.params('q')")
    response = call(world, "POST", query="q=1", body=b'{"a": 1}')
    assert (response.status, response.body) == (200, b'[{}][""]1')
    assert header(response, "X-Amzn-Trace-Id") is None
    assert world.invoker.calls == []


@pytest.mark.parametrize(
    ("scope", "status"),
    [("internal", 200), ("other", 500)],
)
def test_mock_s_status_by_parameter(scope: str, status: int) -> None:
    """Mapping templates section 9."""
    template = '{ #if($input.params(\'scope\') == "internal") "statusCode": 200 #else "statusCode": 500 #end }'
    world = mock(request=template, responses={"200": {}, "500": {"selectionPattern": "5\\d{2}"}})
    assert call(world, "POST", query=f"scope={scope}").status == status


def test_the_response_of_mock_s_own_status_wins() -> None:
    """Section 9.1: several patterns match."""
    responses = {"400": {"selectionPattern": "4.."}, "404": {"selectionPattern": "4.."}, "200": {}}
    assert call(mock(request="{statusCode: 404}", responses=responses), "POST").status == 404
    assert call(mock(request="{statusCode: 410}", responses=responses), "POST").status == 400


@pytest.mark.parametrize(
    ("members", "body", "status"),
    [
        ({"request": '{"statusCode": "200"}'}, b"", 500),
        ({"request": "no"}, b"", 500),
        ({}, b'{"statusCode":200}', 200),  # without a template the client's own body
        ({}, b"", 500),
        ({"request": "{statusCode: 404}", "responses": {"200": {"selectionPattern": "200"}}}, b"", 500),
        ({"requestTemplates": {"x/y;version=1": "{statusCode: 200}"}}, b"", 500),
    ],
)
def test_mock_requests(members: dict[str, Any], body: bytes, status: int) -> None:
    world = mock(**members)
    assert call(world, "POST", body=body).status == status
    if status == 500 and "responses" not in members:
        assert world.log.lines[0] == (
            "Execution failed due to configuration error: "
            "statusCode should be an integer which defined in request template"
        )


@pytest.mark.parametrize(("handling", "status"), [(None, 500), ("CONVERT_TO_TEXT", 200)])
def test_mock_with_all_types_binary(handling: str | None, status: int) -> None:
    """Section 9.1: the usual fix of CORS."""
    members = {"contentHandling": handling} if handling else {}
    world = World(
        {"/users": {"OPTIONS": mapped("MOCK", request="{statusCode: 200}", **members)}}, binaryMediaTypes=["*/*"]
    )
    assert call(world, "OPTIONS").status == status
