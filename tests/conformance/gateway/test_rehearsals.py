"""TestInvokeMethod through boto3 (apigateway-control-plane section 11, apigateway-data-plane section 15)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.conformance.gateway.rehearse import run
from tests.conformance.gateway.world import Api, make_api, uri
from tests.conformance.integrations.mapped import add_mapped


@pytest.fixture(scope="module")
def undeployed(gatelet: Any, echo: str, closed: str) -> Api:
    """An API that was never deployed: ``/echo/{id}``, ``/closed``, ``/mock``."""
    api = make_api(gatelet, "undeployed", {"GET /echo/{id}": uri(echo), "GET /closed": uri(closed)}, ["gateway-echo"])
    add_mapped(api, "PUT /mock", request='{"statusCode": 200}', response='$input.params("q")')
    return api


def test_a_function_is_run_as_it_would_be(undeployed: Api) -> None:
    answer, told = run(
        undeployed,
        "GET /echo/{id}",
        pathWithQueryString="/echo/42?userId=1&userId=2",
        headers={"X-One": "1"},
        multiValueHeaders={"X-Two": ["2", "3"]},
        stageVariables={"table": "users-test"},
    )
    assert sorted(answer) == ["ResponseMetadata", "body", "headers", "latency", "log", "multiValueHeaders", "status"]
    assert (answer["status"], type(answer["latency"])) == (200, int)
    assert sorted(answer["headers"]) == ["Content-Type", "X-Amzn-Trace-Id"]
    assert answer["multiValueHeaders"] == {name: [value] for name, value in answer["headers"].items()}
    event = json.loads(answer["body"])
    assert event["multiValueHeaders"] == {"X-One": ["1"], "X-Two": ["2", "3"]}
    assert (event["pathParameters"], event["stageVariables"]) == ({"id": "42"}, {"table": "users-test"})
    assert event["requestContext"]["stage"] == "test-invoke-stage"
    assert event["requestContext"]["identity"]["userArn"] == "arn:aws:iam::000000000000:root"
    assert event["requestContext"]["identity"]["userAgent"].startswith("Boto3/")
    assert told[1:4] == [
        "HTTP Method: GET, Resource Path: /echo/42",
        "Method request path: {id=42}",
        "Method request query string: {userId=2}",
    ]
    assert told[-2:] == ["Successfully completed execution", "Method completed with status: 200"]


def test_a_function_that_lets_the_api_not_in(undeployed: Api) -> None:
    answer, told = run(undeployed, "GET /closed")
    assert (answer["status"], answer["body"]) == (500, '{"message": "Internal server error"}')
    assert answer["headers"] == {"x-amzn-ErrorType": "InternalServerErrorException"}
    assert told[-2:] == [
        "Execution failed due to configuration error: Invalid permissions on Lambda function",
        "Method completed with status: 500",
    ]


def test_a_mock(undeployed: Api) -> None:
    answer, told = run(undeployed, "PUT /mock", pathWithQueryString="/mock?q=hello", body='{"a": 1}')
    assert (answer["status"], answer["body"], answer["headers"]) == (200, "hello", {"Content-Type": "application/json"})
    assert told[1:] == [
        "HTTP Method: PUT, Resource Path: /mock",
        "Method request path: {}",
        "Method request query string: {q=hello}",
        "Method request headers: {}",
        'Method request body before transformations: {"a": 1}',
        "Method response body after transformations: hello",
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"httpMethod": "PATCH"}, "NotFoundException", "Invalid Method identifier specified"),
        ({"resourceId": "nothing"}, "NotFoundException", "Invalid Resource identifier specified"),
        ({"restApiId": "nothing"}, "NotFoundException", "Invalid Resource identifier specified"),
        (
            {"clientCertificateId": "abc123"},
            "NotImplementedException",
            "Gatelet does not support clientCertificateId in TestInvokeMethod yet.",
        ),
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "BadRequestException", "Invalid request input"),
        ({"headers": {"X A": "b"}}, "BadRequestException", "Invalid request input"),
        ({"pathWithQueryString": "/mock HTTP/1.1\r\n"}, "BadRequestException", "Invalid request input"),
    ],
    ids=["method", "resource", "api", "certificate", "header value", "header name", "path"],
)
def test_what_is_refused(undeployed: Api, changed: dict[str, Any], code: str, message: str) -> None:
    """control plane 1.1: below an API every unknown thing is an unknown resource."""
    names = {"restApiId": undeployed.id, "resourceId": undeployed.resource("/mock"), "httpMethod": "PUT"}
    with pytest.raises(ClientError) as caught:
        undeployed.client.test_invoke_method(**{**names, **changed})
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)
