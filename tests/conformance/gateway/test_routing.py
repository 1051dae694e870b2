"""Which method serves a request, over real deployments (apigateway-data-plane section 3)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.gateway.world import ECHO, Api, make_api, uri
from tests.walk import Answer, create_function

MISSING = b'{"message":"Missing Authentication Token"}'


@pytest.fixture(scope="module")
def other(gatelet: Any) -> str:
    """A second function, to tell apart the methods of one resource."""
    return create_function(gatelet, "gateway-other", ECHO)


@pytest.fixture(scope="module")
def strict(gatelet: Any, echo: str, other: str) -> Api:
    """No method catches what the others leave."""
    one = uri(echo)
    made = make_api(
        gatelet,
        "strict",
        {
            "PATCH /users/me": one,
            "GET /users/{id}": one,
            "GET /things/real": one,
            "ANY /things/{proxy+}": one,
            "GET /parent/child": one,
            "GET /parent/{child}": one,
            "GET /parent/{child}/{proxy+}": one,
            "GET /verbs": one,
            "ANY /verbs": uri(other),
            "ANY /any": one,
            "GET /get": one,
            "POST /get": one,
            "GET /greedy/{proxy+}": one,
            "GET /deep/a/b": one,
            "GET /deep/{x}/c": one,
        },
        ["gateway-echo", "gateway-other"],
    )
    made.deploy()
    return made


@pytest.fixture(scope="module")
def open_proxy(gatelet: Any, echo: str) -> Api:
    """A ``/{proxy+}`` at the root, beside resources without a method for most verbs."""
    one = uri(echo)
    made = make_api(
        gatelet,
        "open-proxy",
        {
            "ANY /{proxy+}": one,
            "POST /admin": one,
            "OPTIONS /cors": one,
            "GET /a/b": one,
            "GET /parent/{child}/{proxy+}": one,
        },
        ["gateway-echo"],
    )
    made.deploy()
    return made


def missing(answer: Answer, body: bytes = MISSING) -> None:
    assert (answer.status, answer.body) == (403, body)
    assert answer.header("x-amzn-ErrorType") == "MissingAuthenticationTokenException"
    assert answer.header("Content-Length") == "42"


def routed(api: Api, line: str) -> tuple[str, dict[str, str] | None]:
    verb, path = line.split(" ")
    event = api.event(verb, path)
    return event["resource"], event["pathParameters"]


@pytest.mark.parametrize(
    ("line", "resource", "parameters"),
    [
        # the proof table: the unit of a match is the pair of resource and verb
        ("GET /users/me", "/users/{id}", {"id": "me"}),
        ("PATCH /users/me", "/users/me", None),
        ("GET /things/real", "/things/real", None),
        ("POST /things/real", "/things/{proxy+}", {"proxy": "real"}),
        # precedence of segments
        ("GET /parent/child", "/parent/child", None),
        ("GET /parent/other", "/parent/{child}", {"child": "other"}),
        ("GET /parent/child/x", "/parent/{child}/{proxy+}", {"child": "child", "proxy": "x"}),
        ("GET /deep/a/b", "/deep/a/b", None),
        ("GET /deep/a/c", "/deep/{x}/c", {"x": "a"}),
        # greedy values
        ("GET /greedy/a/b/c", "/greedy/{proxy+}", {"proxy": "a/b/c"}),
        ("GET /greedy/a//b", "/greedy/{proxy+}", {"proxy": "a//b"}),
        ("GET /greedy/proxy-value/", "/greedy/{proxy+}", {"proxy": "proxy-value"}),
        # trailing and leading slashes
        ("GET /users/7/", "/users/{id}", {"id": "7"}),
        ("GET //users/7", "/users/{id}", {"id": "7"}),
        ("GET /get/", "/get", None),
        # values stay as they are written
        ("GET /users/test%2Balias@x.org", "/users/{id}", {"id": "test%2Balias@x.org"}),
        ("GET /users/a+b%20c", "/users/{id}", {"id": "a+b%20c"}),
        ("GET /users/a%2Fb", "/users/{id}", {"id": "a%2Fb"}),
        ("GET /greedy/%E2%82%AC/x%2Fy", "/greedy/{proxy+}", {"proxy": "%E2%82%AC/x%2Fy"}),
        ("GET /users/ME", "/users/{id}", {"id": "ME"}),
    ],
)
def test_the_best_candidate_serves(strict: Api, line: str, resource: str, parameters: dict[str, str] | None) -> None:
    assert routed(strict, line) == (resource, parameters)


@pytest.mark.parametrize(
    "line",
    [
        "POST /users/me",
        "GET /",
        "GET /nothing",
        "GET /users",
        "GET /USERS/7",
        "GET /users/7/more",
        "GET /greedy",  # {proxy+} needs at least one segment
        "GET /greedy/",
        "GET /parent",
        "GET /deep/a/b/c",
        "PUT /get",  # never 405
        "OPTIONS /get",  # nothing answers CORS preflights by itself
        "TRACE /any",  # ANY is seven verbs
        "GET /get;x=1",
        "GET /./get",
        "GET /any/../get",
        "GET /get%2F",
    ],
)
def test_no_method_serves(strict: Api, line: str) -> None:
    missing(strict.send(*line.split(" ")))


@pytest.mark.parametrize(
    ("line", "resource", "parameters"),
    [
        ("GET /admin", "/{proxy+}", {"proxy": "admin"}),
        ("POST /admin", "/admin", None),
        ("OPTIONS /cors", "/cors", None),
        ("PUT /cors", "/{proxy+}", {"proxy": "cors"}),
        ("GET /a", "/{proxy+}", {"proxy": "a"}),  # a resource without methods
        ("GET /a/b", "/a/b", None),
        ("DELETE /a/b", "/{proxy+}", {"proxy": "a/b"}),
        ("GET /a/b/c", "/{proxy+}", {"proxy": "a/b/c"}),
        ("GET /parent/child/x", "/parent/{child}/{proxy+}", {"child": "child", "proxy": "x"}),
        ("POST /parent/child/x", "/{proxy+}", {"proxy": "parent/child/x"}),
        ("GET //hardcoded", "/{proxy+}", {"proxy": "hardcoded"}),
    ],
)
def test_what_others_lack_falls_to_the_open_proxy(
    open_proxy: Api, line: str, resource: str, parameters: dict[str, str] | None
) -> None:
    assert routed(open_proxy, line) == (resource, parameters)


def test_the_root_itself_is_not_the_proxy_s(open_proxy: Api) -> None:
    missing(open_proxy.send("GET", "/"))
    missing(open_proxy.send("GET", ""))


def test_a_verb_of_its_own_comes_before_any(strict: Api) -> None:
    assert strict.event("GET", "/verbs")["function"] == "gateway-echo"
    assert strict.event("POST", "/verbs")["function"] == "gateway-other"


@pytest.mark.parametrize("verb", ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"])
def test_any_serves_every_verb(strict: Api, verb: str) -> None:
    event = strict.event(verb, "/any")
    assert (event["httpMethod"], event["requestContext"]["httpMethod"]) == (verb, verb)


def test_head_is_any_s_but_never_get_s(strict: Api) -> None:
    answer = strict.send("HEAD", "/any")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.header("Content-Length") or 0) > 500
    missing(strict.send("HEAD", "/get"), b"")


@pytest.mark.parametrize(("sent", "override", "served"), [("POST", "GET", "GET"), ("GET", "post", "POST")])
def test_the_verb_can_be_overridden(strict: Api, sent: str, override: str, served: str) -> None:
    event = strict.event(sent, "/get", [("X-HTTP-Method-Override", override)])
    assert event["httpMethod"] == served


def test_an_override_to_a_verb_that_is_not_there(strict: Api) -> None:
    missing(strict.send("GET", "/get", [("X-HTTP-Method-Override", "DELETE")]))


@pytest.mark.parametrize(
    ("rest", "path", "context_path"),
    [
        ("/users/7/", "/users/7/", "/prod/users/7/"),
        ("//users/7", "/users/7", "/prod//users/7"),
        ("/users/a%2Fb", "/users/a%2Fb", "/prod/users/a%2Fb"),
        ("/users/a+b", "/users/a+b", "/prod/users/a+b"),
    ],
)
def test_paths_reach_the_function_raw(strict: Api, rest: str, path: str, context_path: str) -> None:
    event = strict.event("GET", rest)
    assert (event["path"], event["requestContext"]["path"]) == (path, context_path)
    assert event["requestContext"]["resourcePath"] == event["resource"] == "/users/{id}"
