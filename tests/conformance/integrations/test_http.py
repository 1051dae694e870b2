"""HTTP integrations with mappings (apigateway-data-plane 8.2, 8.3, 9.2, 9.4, 9.5, 10, 11)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.backend import Backend
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.methods import add, headers_of

DEFAULT = {"200": {}}


@pytest.fixture(scope="module")
def api(gatelet: Any, backend: Backend) -> Api:
    """Every route that the tests below ask for."""
    made = make_api(gatelet, "http", {}, [], binaryMediaTypes=["image/png"])
    http = {"type": "HTTP", "integrationHttpMethod": "GET"}
    for verb in ("GET", "PUT", "POST"):
        add(
            made,
            f"{verb} /post",
            type="HTTP",
            integrationHttpMethod="POST",
            uri=f"{backend.url}/echo",
            responses=DEFAULT,
        )
    add(made, "ANY /any", type="HTTP", integrationHttpMethod="ANY", uri=f"{backend.url}/echo", responses=DEFAULT)
    add(
        made,
        "GET /mapped/{id}/{rest+}",
        **http,
        uri=f"{backend.url}/echo/${{stageVariables.place}}/{{id}}/{{rest}}/{{nobody}}?fixed={{id}}",
        declared=("path.id", "path.rest", "querystring.a", "header.h"),
        requestParameters={
            "integration.request.path.id": "method.request.path.id",
            "integration.request.path.rest": "method.request.path.rest",
            "integration.request.querystring.b": "method.request.multivaluequerystring.a",
            "integration.request.querystring.s": "stageVariables.place",
            "integration.request.header.X-h": "method.request.header.h",
            "integration.request.header.X-Fixed": "'static'",
            "integration.request.header.User-Agent": "'mine'",
            "integration.request.header.Via": "'dropped'",
            "integration.request.header.TE": "'dropped'",
            "integration.request.header.Expect": "'dropped'",
            "integration.request.header.Proxy-Authenticate": "'dropped'",
            "integration.request.header.Connection": "'dropped'",
            "integration.request.header.Host": "'b.test'",
            "integration.request.header.Authorization": "'Basic eDp5'",
        },
        responses=DEFAULT,
    )
    for header in ("Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"):
        add(
            made,
            f"GET /illegal-{header}",
            **http,
            uri=backend.url,
            requestParameters={f"integration.request.header.{header}": "'1'"},
            responses=DEFAULT,
        )
    add(
        made,
        "GET /by-status/{code}",
        **http,
        uri=f"{backend.url}/status/{{code}}",
        declared=("path.code",),
        requestParameters={"integration.request.path.code": "method.request.path.code"},
        responses={"200": {}, "404": {"selectionPattern": "4\\d{2}"}, "502": {"selectionPattern": "5.."}},
    )
    names = ("Authorization", "Connection", "Content-Length", "Date", "Host", "Server", "TE", "Via", "X-Own")
    add(
        made,
        "GET /headers",
        **http,
        uri=f"{backend.url}/headers",
        response_headers=(*names, "Transfer-Encoding"),
        responses={
            "200": {
                "responseParameters": {
                    **{f"method.response.header.{name}": "'mapped'" for name in (*names, "Transfer-Encoding")},
                    "method.response.header.X-Own": "integration.response.header.x-mixed",
                }
            }
        },
    )
    for deed in ("slow", "big", "hangup", "garbage", "redirect", "zipped", "png"):
        add(made, f"GET /{deed}", **http, uri=f"{backend.url}/{deed}", timeoutInMillis=250, responses=DEFAULT)
    add(made, "GET /closed", **http, uri="http://127.0.0.1:1/x", responses=DEFAULT)
    add(made, "GET /unlistened", **http, uri="http://127.0.0.1:59999/x", responses=DEFAULT)
    add(made, "GET /metadata", **http, uri="http://169.254.169.254/latest/meta-data", responses=DEFAULT)
    add(made, "GET /private", **http, uri="http://[::ffff:10.0.0.1]:8080/", responses=DEFAULT)
    add(made, "GET /unset", **http, uri=f"{backend.url}/${{stageVariables.unset}}", responses=DEFAULT)
    add(
        made,
        "POST /template",
        type="HTTP",
        integrationHttpMethod="POST",
        uri=f"{backend.url}/echo/{{x}}",
        requestTemplates={
            "application/json": (
                '#set($context.requestOverride.header.X-T = $input.path("$.h"))'
                '#set($context.requestOverride.querystring.q = $input.path("$.q"))'
                '#set($context.requestOverride.path.x = $input.path("$.p")){"was": $input.json("$.p")}'
            )
        },
        passthroughBehavior="NEVER",
        responses={"200": {"responseTemplates": {"application/json": '{"sent": $input.json("$.body")}'}}},
    )
    made.deploy(variables={"place": "here"})
    return made


@pytest.mark.parametrize("verb", ["GET", "PUT", "POST"])
def test_the_integrations_verb_and_the_clients_body(api: Api, verb: str) -> None:
    """9.2, recorded."""
    told = api.send(verb, "/post", [("Content-Type", "text/plain")], b"hello").json()
    assert (told["method"], told["target"], told["body"]) == ("POST", "/echo", "hello")


@pytest.mark.parametrize("verb", ["GET", "DELETE", "PATCH", "OPTIONS"])
def test_any_is_the_clients_verb(api: Api, verb: str) -> None:
    """9.2."""
    assert api.send(verb, "/any").json()["method"] == verb


def test_default_headers_and_none_of_the_clients(api: Api, backend: Backend) -> None:
    """8.2."""
    told = api.send(
        "POST", "/post", [("X-Mine", "1"), ("Accept", "text/html"), ("Content-Type", "text/csv")], b"a"
    ).json()
    headers = headers_of(told)
    trace = headers.pop("X-Amzn-Trace-Id")
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;.*)?", trace)
    assert headers == {
        "Host": f"127.0.0.1:{backend.port}",
        "Accept": "application/json",
        "User-Agent": f"AmazonAPIGateway_{api.id}",
        "Content-Type": "text/csv",
        "X-Amzn-Apigateway-Api-Id": api.id,
        "Content-Length": "1",
    }


def test_a_get_has_no_content_type(api: Api) -> None:
    """8.2: for POST, PUT and PATCH."""
    assert "Content-Type" not in headers_of(api.send("GET", "/any").json())


def test_mapped_parameters(api: Api) -> None:
    """8.2, 9.2 and 11: the URI's own query first, values in order, stage variables, unmapped placeholders empty."""
    told = api.send("GET", "/mapped/a%20b/c/d%3Fe?a=1&a=x%26y&z=not", [("h", "v")]).json()
    assert told["target"] == "/echo/here/a%20b/c/d%3Fe/?fixed=a%20b&b=1&b=x%26y&s=here"
    headers = headers_of(told)
    assert (headers["X-h"], headers["X-Fixed"], headers["User-Agent"], headers["Host"], headers["Authorization"]) == (
        *("v", "static", "mine", "b.test"),
        "Basic eDp5",
    )
    assert not {"via", "te", "expect", "proxy-authenticate", "connection"} & {name.lower() for name in headers}


@pytest.mark.parametrize("path", ["/mapped/../x", "/mapped/a/..", "/mapped/a/b/../../..", "/mapped/%2e%2e/x"])
def test_no_client_climbs_out_of_the_owners_path(api: Api, backend: Backend, path: str) -> None:
    before = len(backend.requests)
    assert api.send("GET", path).status in (403, 500)
    assert len(backend.requests) == before


@pytest.mark.parametrize(
    "header", ["Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id"]
)
def test_headers_that_must_not_be_mapped(api: Api, header: str) -> None:
    """8.2."""
    answer = api.send("GET", f"/illegal-{header}")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"


@pytest.mark.parametrize(("code", "status"), [("200", 200), ("301", 200), ("404", 404), ("418", 404), ("503", 502)])
def test_the_response_is_selected_by_the_status(api: Api, code: str, status: int) -> None:
    """9.2 and 9.4: an unmatched status is the default's."""
    answer = api.send("GET", f"/by-status/{code}")
    assert (answer.status, answer.json()) == (status, {"status": int(code)})


def test_mapped_response_headers(api: Api) -> None:
    """8.3, non-proxy: nothing of the backend's own passes."""
    answer = api.send("GET", "/headers")
    headers = {name for name, value in answer.headers if value == "mapped"}
    assert headers == {
        *(f"x-amzn-Remapped-{name}" for name in ("Authorization", "Connection", "Content-Length", "Date", "Host")),
        *("x-amzn-Remapped-Server", "TE", "Via"),
    }
    assert answer.header("X-Own") == "of x-MiXeD"
    assert answer.header("Access-Control-Allow-Origin") is None
    assert re.match("Root=1-", answer.header("X-Amzn-Trace-Id") or "")  # 8.1: HTTP answers are traced


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/slow", 504, b'{"message": "Endpoint request timed out"}'),
        ("/hangup", 504, b'{"message": "Network error communicating with endpoint"}'),
        ("/garbage", 504, b'{"message": "Network error communicating with endpoint"}'),
        ("/unlistened", 504, b'{"message": "Network error communicating with endpoint"}'),
        ("/big", 500, b'{"message": "Internal server error"}'),
        ("/closed", 500, b'{"message": "Internal server error"}'),
        ("/unset", 500, b'{"message": "Internal server error"}'),
        ("/metadata", 500, b'{"message": "Internal server error"}'),
        ("/private", 500, b'{"message": "Internal server error"}'),
    ],
)
def test_failures(api: Api, path: str, status: int, body: bytes) -> None:
    """4, 9.2 and 13. Ports below 1024 but 80 and 443, and addresses that are not global, are no endpoints."""
    answer = api.send("GET", path)
    assert (answer.status, answer.body) == (status, body)
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/metadata", "Execution failed due to configuration error: Invalid endpoint address: 169.254.169.254 is a "),
        ("/closed", "Execution failed due to configuration error: Invalid endpoint address: port 1 "),
        ("/unlistened", "Execution failed due to a network error communicating with endpoint"),
    ],
)
def test_the_execution_log_says_why(api: Api, wait_for_line: Callable[[Api, str], str], path: str, line: str) -> None:
    """9.2."""
    api.send("GET", path)
    assert line in wait_for_line(api, line)


def test_redirects_are_not_followed(api: Api, backend: Backend) -> None:
    """9.2."""
    before = len(backend.requests)
    assert api.send("GET", "/redirect").status == 200
    assert [told["target"] for told in backend.requests[before:]] == ["/redirect"]


def test_compressed_answers_are_mapped_unfolded(api: Api) -> None:
    answer = api.send("GET", "/zipped", [("Accept-Encoding", "gzip")])
    assert (answer.json(), answer.header("Content-Encoding")) == ({"zipped": True}, None)


def test_binary_answers_are_base64_unless_the_client_accepts_them(api: Api) -> None:
    """10: payload type binary."""
    assert api.send("GET", "/png", [("Accept", "application/json")]).body.startswith(b"AAECAwQF")
    assert api.send("GET", "/png", [("Accept", "image/png")]).body == bytes(range(256))


def test_templates_and_overrides(api: Api) -> None:
    """9.5 and 11."""
    answer = api.send("POST", "/template", [("Content-Type", "application/json")], b'{"h": "v", "q": "1", "p": "x"}')
    assert (answer.status, answer.json()) == (200, {"sent": '{"was": "x"}'})
    assert api.send("POST", "/template", [("Content-Type", "text/plain")], b"x").status == 415


def test_what_templates_set_cannot_leave_its_place(api: Api, backend: Backend) -> None:
    before = len(backend.requests)
    body = b'{"h": "a\\r\\nX-Evil: 1", "q": "1&evil=2 HTTP/1.1\\r\\n", "p": "a?evil#/b c"}'
    api.send("POST", "/template", [("Content-Type", "application/json")], body)
    (told,) = backend.requests[before:]
    assert told["target"] == "/echo/a%3Fevil%23/b%20c?q=1%26evil%3D2%20HTTP%2F1.1%0D%0A"
    assert not {"X-Evil", "X-T"} & set(headers_of(told))


def test_a_test_invocation_tells_the_request_and_the_answer(api: Api, backend: Backend) -> None:
    """15: the lines of an integration with an endpoint."""
    told = api.client.test_invoke_method(
        restApiId=api.id,
        resourceId=api.resource("/any"),
        httpMethod="POST",
        pathWithQueryString="/any",
        body="hello",
    )
    assert (told["status"], json.loads(told["body"])["body"]) == (200, "hello")
    lines = [line.partition(" : ")[2] for line in told["log"].splitlines()]
    url = f"{backend.url}/echo"
    assert f"Endpoint request URI: {url}" in lines
    assert "Endpoint request body after transformations: hello" in lines
    assert f"Sending request to {url}" in lines
    assert any(re.fullmatch(r"Received response. Status: 200, Integration latency: \d+ ms", line) for line in lines)
    assert any(line.startswith("Endpoint response headers: {Content-Type=application/json") for line in lines)
