"""TestInvokeMethod of methods with a backend (apigateway-data-plane sections 9.2 and 15)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.backend import Backend
from tests.conformance.gateway.rehearse import run
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.methods import add


@pytest.fixture(scope="module")
def undeployed(gatelet: Any, backend: Backend) -> Api:
    """An API that was never deployed."""
    api = make_api(gatelet, "undeployed-http", {}, [])
    http: dict[str, Any] = {"type": "HTTP", "integrationHttpMethod": "POST"}
    add(
        api,
        "POST /mapped",
        **http,
        uri=f"{backend.url}/status/404",
        requestTemplates={"application/json": '{"id": "$input.params("id")"}'},
        responses={"200": {}, "404": {"selectionPattern": "404", "responseTemplates": {"application/json": "gone"}}},
    )
    add(
        api,
        "ANY /proxy/{path+}",
        type="HTTP_PROXY",
        integrationHttpMethod="ANY",
        uri=f"{backend.url}/echo/{{path}}",
        declared=("path.path",),
        requestParameters={"integration.request.path.path": "method.request.path.path"},
    )
    add(api, "GET /nowhere", **http, uri="http://127.0.0.1:99/", responses={"200": {}})
    return api


def test_every_step_is_told(undeployed: Api, backend: Backend) -> None:
    answer, told = run(undeployed, "POST /mapped", pathWithQueryString="/mapped?id=42", body='{"a": 1}')
    assert (answer["status"], answer["body"]) == (404, "gone")
    uri = f"{backend.url}/status/404"
    assert told[5] == 'Method request body before transformations: {"a": 1}'
    assert told[6] == f"Endpoint request URI: {uri}"
    assert told[7].startswith("Endpoint request headers: {")
    assert f"User-Agent=AmazonAPIGateway_{undeployed.id}" in told[7]
    assert told[8:10] == [
        'Endpoint request body after transformations: {"id": "42"}',
        f"Sending request to {uri}",
    ]
    assert told[10].startswith("Received response. Status: 404, Integration latency: ")
    assert told[11].startswith("Endpoint response headers: {")
    assert told[12:14] == [
        'Endpoint response body before transformations: {"status": 404}',
        "Method response body after transformations: gone",
    ]
    assert told[-2:] == ["Successfully completed execution", "Method completed with status: 404"]


def test_a_proxy_sends_no_more_than_the_test_gave(undeployed: Api, backend: Backend) -> None:
    verb = "ANY /proxy/{path+}"
    answer, told = run(undeployed, verb, pathWithQueryString="/proxy/a/b?c=1", headers={"X-One": "1"})
    assert answer["status"] == 200
    assert told[2] == "Method request path: {path=a/b}"
    sent = backend.requests[-1]
    assert sent["target"] == "/echo/a/b?c=1"
    names = {name.lower() for name, _ in sent["headers"]}
    assert "x-one" in names
    assert "x-forwarded-for" not in names


@pytest.mark.parametrize(("asked", "sent"), [("DELETE", "DELETE"), ("ANY", "GET")])
def test_any_is_tested_with_any_verb(undeployed: Api, backend: Backend, asked: str, sent: str) -> None:
    answer, told = run(undeployed, f"{asked} /proxy/{{path+}}", pathWithQueryString="/proxy/x")
    assert answer["status"] == 200
    assert told[1] == f"HTTP Method: {sent}, Resource Path: /proxy/x"
    assert backend.requests[-1]["method"] == sent


def test_an_endpoint_that_cannot_be(undeployed: Api) -> None:
    """Section 9.2: the ports are 80, 443 and those from 1024 on."""
    answer, told = run(undeployed, "GET /nowhere")
    assert answer["status"] == 500
    assert answer["headers"] == {"x-amzn-ErrorType": "InternalServerErrorException"}
    assert told[-2].startswith("Execution failed due to configuration error: Invalid endpoint address")
    assert told[-1] == "Method completed with status: 500"
