"""CORS as the console's *Enable CORS* sets it up, and as a browser asks for it (apigateway-data-plane section 12)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.mapped import JSON, add_mapped
from tests.walk import Answer

ALLOWED = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"
CORS = {"Headers": ALLOWED, "Methods": "GET,OPTIONS", "Origin": "*"}
SITE = ("Origin", "https://www.example.org")
PREFLIGHT = [
    SITE,
    ("Access-Control-Request-Method", "GET"),
    ("Access-Control-Request-Headers", "content-type,x-api-key"),
]


def enable_cors(api: Api, path: str, **integration: Any) -> None:
    """What the console does to a resource that has a GET."""
    names = tuple(f"Access-Control-Allow-{name}" for name in CORS)
    parameters = {f"method.response.header.Access-Control-Allow-{name}": f"'{value}'" for name, value in CORS.items()}
    add_mapped(
        api,
        f"OPTIONS {path}",
        request='{"statusCode": 200}',
        responses={"200": {"responseParameters": parameters}},
        response_headers=names,
        **integration,
    )
    origin = "method.response.header.Access-Control-Allow-Origin"
    add_mapped(
        api,
        f"GET {path}",
        request='{"statusCode": 200}',
        response='{"pets": []}',
        responses={"200": {"responseParameters": {origin: "'*'"}}},
        response_headers=("Access-Control-Allow-Origin",),
        **integration,
    )
    for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
        headers = {f"gatewayresponse.header.Access-Control-Allow-{name}": f"'{value}'" for name, value in CORS.items()}
        api.client.put_gateway_response(restApiId=api.id, responseType=kind, responseParameters=headers)


@pytest.fixture(scope="module")
def shared(gatelet: Any) -> Api:
    """``/pets`` is open to every site."""
    api = make_api(gatelet, "cors", {}, ())
    enable_cors(api, "/pets")
    api.deploy()
    return api


def allowed(answer: Answer) -> dict[str, str]:
    """The headers that a browser looks at."""
    mark = "access-control-allow-"
    return {name.lower().removeprefix(mark): value for name, value in answer.headers if name.lower().startswith(mark)}


EVERYTHING = {"headers": ALLOWED, "methods": "GET,OPTIONS", "origin": "*"}


def test_a_preflight_request(shared: Api) -> None:
    """The mock's response: 200, the headers, an empty body with a JSON Content-Type."""
    answer = shared.send("OPTIONS", "/pets", PREFLIGHT)
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, b"", JSON)
    assert allowed(answer) == EVERYTHING
    assert answer.header("X-Amzn-Trace-Id") is None  # section 8.1: not for MOCK


def test_the_request_itself(shared: Api) -> None:
    answer = shared.send("GET", "/pets", [SITE])
    assert (answer.status, answer.json()) == (200, {"pets": []})
    assert allowed(answer) == {"origin": "*"}


def test_failures_have_the_headers_of_their_gateway_response(shared: Api) -> None:
    answer = shared.send("DELETE", "/pets", [SITE])
    assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})
    assert allowed(answer) == EVERYTHING


def test_nothing_is_automatic(gatelet: Any) -> None:
    api = make_api(gatelet, "no-cors", {}, ())
    add_mapped(api, "GET /pets", request='{"statusCode": 200}')
    api.deploy()
    for verb, status in (("OPTIONS", 403), ("GET", 200)):
        answer = api.send(verb, "/pets", PREFLIGHT)
        assert (answer.status, allowed(answer)) == (status, {})


@pytest.mark.parametrize(
    ("handling", "status"), [({}, 500), ({"contentHandling": "CONVERT_TO_TEXT"}, 200)], ids=["none", "text"]
)
def test_where_everything_is_binary_the_mock_needs_text(gatelet: Any, handling: dict[str, str], status: int) -> None:
    """Section 9.1: with ``*/*`` among the binary media types a mock answers 500 without CONVERT_TO_TEXT."""
    api = make_api(gatelet, f"cors-binary-{status}", {}, (), binaryMediaTypes=["*/*"])
    enable_cors(api, "/pets", **handling)
    api.deploy()
    answer = api.send("OPTIONS", "/pets", [*PREFLIGHT, ("Content-Type", JSON)], b"{}")
    assert (answer.status, allowed(answer)) == (status, EVERYTHING)
