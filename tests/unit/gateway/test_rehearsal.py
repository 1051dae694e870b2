"""TestInvokeMethod, from the stored API to the log's last line.

Facts: apigateway-data-plane sections 6 ("TestInvoke context") and 15; apigateway-control-plane section 11.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest
from tests.unit.gateway.world import API, FUNCTION, SCOPE, World, document, method

from gatelet.gateway.document import ApiDocument
from gatelet.gateway.ports import InvokeDenied
from gatelet.gateway.rehearsal import Rehearsals
from gatelet.gateway.service import Rehearsal, RehearsalResult

NOW = "Wed Dec 31 23:59:59 UTC 2025 : "
PATH = "/users/{id}"


def run(
    made: World, shape: dict[str, Any], *, path: str = PATH, policy: str | None = None, **test: Any
) -> RehearsalResult:
    """Test the one method of an API that was never deployed."""
    api = document({path: {"GET": shape}, "/broken": {"GET": {}}})
    api["models"] = {"Pet": {"schema": '{"required": ["name"]}'}}
    api["requestValidators"] = {"v": {"validateRequestBody": True, "validateRequestParameters": True}}
    if policy is not None:
        api["restApi"]["policy"] = policy
    asked = Rehearsal(**{"resource_id": "r0", "method": "GET", "verb": "GET", **test})
    return asyncio.run(Rehearsals(made.ports).test_method(SCOPE, cast(ApiDocument, api), asked))


def lines(result: RehearsalResult) -> list[str]:
    """The log without its first line and without the moments of the others."""
    first, *others, last = result.log.split("\n")
    assert first.startswith("Execution log for request ")
    assert last == ""
    assert all(line.startswith(NOW) for line in others)
    return [line.removeprefix(NOW) for line in others]


def mock(template: str = '{"statusCode": 200}', **members: Any) -> dict[str, Any]:
    return method(
        integration={
            "type": "MOCK",
            "httpMethod": None,
            "requestTemplates": {"application/json": template},
            "integrationResponses": {
                "200": {"statusCode": "200", "responseTemplates": {"application/json": '{"id":"$input.params("id")"}'}}
            },
        },
        methodResponses={"200": {"statusCode": "200"}},
        **members,
    )


def test_the_log_of_a_lambda_proxy_line_by_line() -> None:
    made = World(handler=lambda event: {"statusCode": 201, "body": "made", "headers": {"X-A": "b"}})
    result = run(made, method(), query="userId=12345")
    told = lines(result)
    uri = f"https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/{FUNCTION}/invocations"
    request_id = result.log.split("\n")[0].rpartition(" ")[2]
    assert [line.partition(":")[0] for line in told] == [
        "Starting execution for request",
        "HTTP Method",
        "Method request path",
        "Method request query string",
        "Method request headers",
        "Method request body before transformations",
        "Endpoint request URI",
        "Endpoint request headers",
        "Endpoint request body after transformations",
        "Sending request to https",
        "Received response. Status",
        "Endpoint response headers",
        "Endpoint response body before transformations",
        "Method response body after transformations",
        "Method response headers",
        "Successfully completed execution",
        "Method completed with status",
    ]
    assert told[0] == f"Starting execution for request: {request_id}"
    assert told[1] == "HTTP Method: GET, Resource Path: /users/{id}"
    assert told[3:7] == [
        "Method request query string: {userId=12345}",
        "Method request headers: {}",
        "Method request body before transformations: ",
        f"Endpoint request URI: {uri}",
    ]
    assert told[7].startswith(
        f"Endpoint request headers: {{x-amzn-lambda-integration-tag={request_id}, Authorization={'*' * 40}, "
        f"X-Amz-Date=20251231T235959Z, x-amzn-apigateway-api-id={API}, Accept=application/json, "
        f"User-Agent=AmazonAPIGateway_{API}, X-Amzn-Trace-Id=Root=1-"
    )
    assert told[9] == f"Sending request to {uri}"
    assert told[10] == "Received response. Status: 200, Integration latency: 0 ms"
    assert told[11].startswith("Endpoint response headers: {Date=Wed, 31 Dec 2025 23:59:59 GMT, ")
    assert (
        told[11]
        .partition("Content-Length=")[2]
        .partition(", ")[2]
        .startswith(
            "Connection=keep-alive, x-amzn-RequestId=f-1, x-amzn-Remapped-Content-Length=0, "
            "X-Amz-Executed-Version=$LATEST, X-Amzn-Trace-Id=Root=1-"
        )
    )
    assert told[13] == "Method response body after transformations: made"
    assert told[14].startswith("Method response headers: {X-Amzn-Trace-Id=Root=1-")
    assert told[14].endswith("X-A=b, Content-Type=application/json}")
    assert told[16] == "Method completed with status: 201"


def test_the_response_shows_neither_request_ids_nor_anything_unmapped() -> None:
    result = run(World(), mock(), path=PATH)
    assert (result.status, result.headers) == (200, (("Content-Type", "application/json"),))


def test_the_context_of_a_test() -> None:
    """Section 6: its own stage, domain and identity; no deployment; no header that was not sent."""
    made = World()
    caller = {"accessKey": "AKIA1", "accountId": "210987654321", "caller": "AIDA1", "user": "AIDA1"}
    caller |= {"userArn": "arn:aws:iam::210987654321:user/me", "userAgent": "boto3"}
    run(made, method(), variables={"v": "1"}, identity=caller)
    event = made.invoker.events[0]
    assert (event["headers"], event["multiValueHeaders"], event["body"]) == (None, None, None)
    assert (event["path"], event["pathParameters"]) == ("/users/{id}", {"id": "{id}"})
    assert event["stageVariables"] == {"v": "1"}
    context = event["requestContext"]
    assert "deploymentId" not in context
    shown = {name: context[name] for name in ("stage", "path", "domainPrefix", "domainName", "apiId")}
    assert shown == {
        "stage": "test-invoke-stage",
        "path": "/users/{id}",
        "domainPrefix": "testPrefix",
        "domainName": "testPrefix.testDomainName",
        "apiId": API,
    }
    assert {name: value for name, value in context["identity"].items() if value is not None} == {
        **caller,
        "sourceIp": "test-invoke-source-ip",
        "apiKey": "test-invoke-api-key",
        "apiKeyId": "test-invoke-api-key-id",
    }
    assert made.invoker.calls[0]["source_arn"] == (
        f"arn:aws:execute-api:eu-west-1:210987654321:{API}/test-invoke-stage/GET/users/{{id}}"
    )


@pytest.mark.parametrize(
    ("path", "parameters", "shown", "id"),
    [
        ("/users/42", "{id=42}", "/users/42", "42"),
        (None, "{id={id}}", "/users/{id}", "{id}"),
        ("/elsewhere", "{}", "/elsewhere", ""),
    ],
    ids=["matching", "none", "not matching"],
)
def test_where_path_parameters_come_from(path: str | None, parameters: str, shown: str, id: str) -> None:
    """Control plane 11: a path that does not match gives no parameters and runs; none gives their names."""
    api = document({PATH: {"GET": mock()}})
    asked = Rehearsal("r0", "GET", "GET", path)
    result = asyncio.run(Rehearsals(World().ports).test_method(SCOPE, cast(ApiDocument, api), asked))
    assert result.status == 200
    assert lines(result)[1:3] == [f"HTTP Method: GET, Resource Path: {shown}", f"Method request path: {parameters}"]
    assert json.loads(result.body) == {"id": id}


def test_a_mock_calls_nothing_and_tells_of_no_endpoint() -> None:
    told = lines(run(World(), mock(), body=b'{"a": 1}', headers=(("X-A", "b"),)))
    assert told[4:6] == [
        "Method request headers: {X-A=b}",
        'Method request body before transformations: {"a": 1}',
    ]
    assert told[6:] == [
        'Method response body after transformations: {"id":"{id}"}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]


@pytest.mark.parametrize(
    ("shape", "status", "why"),
    [
        (
            mock('{"statusCode": "200"}'),
            500,
            (
                "Execution failed due to configuration error: statusCode should be an integer which defined in request "
                "template"
            ),
        ),
        (
            mock('{"statusCode": 404}'),
            200,
            None,
        ),
        (
            {"authorizationType": "NONE"},
            500,
            "Execution failed due to configuration error: No integration defined for method",
        ),
        (
            method(requestValidatorId="v", requestParameters={"method.request.header.X-Id": True}),
            400,
            "Missing required request parameters: [X-Id]",
        ),
        (
            method(requestValidatorId="v", requestModels={"application/json": "Pet"}),
            400,
            (
                "Request body does not match model schema for content type application/json: "
                "[Unknown error parsing request body]"
            ),
        ),
    ],
    ids=["mock", "default response", "no integration", "parameters", "body"],
)
def test_a_failure_takes_the_place_of_the_success(shape: dict[str, Any], status: int, why: str | None) -> None:
    result = run(World(), shape)
    assert result.status == status
    told = lines(result)
    assert ("Successfully completed execution" in told) == (why is None)
    if why is not None:
        assert told[-2:] == [why, f"Method completed with status: {status}"]
        errors = {500: "InternalServerErrorException", 400: "BadRequestException"}
        assert result.headers == (("x-amzn-ErrorType", errors[status]),)


def test_a_function_that_may_not_be_called() -> None:
    made = World()

    def refuse(_event: dict[str, Any]) -> Any:
        raise InvokeDenied("Execution failed due to configuration error: Invalid permissions on Lambda function")

    made.invoker.handler = refuse
    result = run(made, method())
    assert (result.status, result.body) == (500, b'{"message": "Internal server error"}')
    assert lines(result)[-2:] == [
        "Execution failed due to configuration error: Invalid permissions on Lambda function",
        "Method completed with status: 500",
    ]
    assert made.log.written == []  # a test's log is in its answer, not in CloudWatch Logs


def test_nobody_is_asked_for_a_key_and_no_policy_is_read() -> None:
    shape = mock(authorizationType="CUSTOM", authorizerId="none", apiKeyRequired=True)
    assert run(World(), shape, policy="{}").status == 200


def test_credentials_are_starred_out() -> None:
    """Section 16; public logs show the last six characters of a long one."""
    headers = (("authorization", "Bearer " + "s" * 30 + "ecrets"), ("X-Api-Key", "short"), ("X-Other", "plain"))
    told = lines(run(World(), mock(), headers=headers))[4]
    assert told == f"Method request headers: {{Authorization={'*' * 37}ecrets, X-Api-Key=*****, X-Other=plain}}"


def test_long_maps_are_cut() -> None:
    headers = tuple((f"X-{number}", "v" * 100) for number in range(20))
    shown = lines(run(World(), mock(), headers=headers))[4]
    assert shown.endswith(" [TRUNCATED]")
    assert len(shown) == len("Method request headers: ") + 1_000 + len(" [TRUNCATED]")


def test_the_body_is_always_json_to_a_test() -> None:
    """Control plane 11: whatever Content-Type is sent, the template of application/json is used."""
    result = run(World(), mock(), headers=(("Content-Type", "text/plain"),))
    assert result.status == 200
