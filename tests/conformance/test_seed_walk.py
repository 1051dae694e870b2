"""The picture that Gatelet makes true (the seed), and what happens without the permission."""

from __future__ import annotations

import time
from typing import Any

from tests.walk import SEED_HANDLER, create_function, deploy_api, request


def test_the_seed_answers_at_its_invoke_url(gatelet: Any) -> None:
    deployed = deploy_api(gatelet, create_function(gatelet, "getUserFunction", SEED_HANDLER))
    answer = request(f"{deployed.url}/users?userId=12345")
    assert answer.status == 200
    assert answer.header("Content-Type") == "application/json"
    assert answer.body == b'{"userId": "12345", "name": "Jane Doe", "email": "jane.doe@example.com"}'
    # data plane 8.1: always added; the trace id on success
    assert answer.header("x-amzn-RequestId")
    assert answer.header("x-amz-apigw-id")
    assert answer.header("X-Amzn-Trace-Id")


def test_every_form_of_the_invoke_url_answers(gatelet: Any) -> None:
    deployed = deploy_api(gatelet, create_function(gatelet, "forms", SEED_HANDLER))
    port = gatelet.endpoint.rpartition(":")[2]
    api = deployed.api_id
    for url, host in (
        (f"{gatelet.endpoint}/_aws/execute-api/{api}/prod/users?userId=1", None),
        (f"{gatelet.endpoint}/restapis/{api}/prod/_user_request_/users?userId=1", None),
        (f"{gatelet.endpoint}/prod/users?userId=1", f"{api}.execute-api.localhost:{port}"),
        (f"{gatelet.endpoint}/prod/users?userId=1", f"{api}.execute-api.us-east-1.localhost:{port}"),
        (f"{gatelet.endpoint}/prod/users?userId=1", f"{api}.execute-api.us-east-1.amazonaws.com"),
        (f"{gatelet.endpoint}/prod/users?userId=1", f"{api}.execute-api.localhost.localstack.cloud:{port}"),
    ):
        answer = request(url, headers={"Host": host} if host else {})
        assert (answer.status, answer.json()["userId"]) == (200, "1"), (url, host)


def test_without_the_permission_aws_answers_500_and_the_log_says_why(gatelet: Any) -> None:
    """data plane 7: Lambda permission missing."""
    deployed = deploy_api(gatelet, create_function(gatelet, "forbidden", SEED_HANDLER), permission=False)
    answer = request(f"{deployed.url}/users?userId=12345")
    assert answer.status == 500
    assert answer.body == b'{"message": "Internal server error"}'
    assert answer.header("x-amzn-ErrorType") == "InternalServerErrorException"
    logs = gatelet.client("logs")
    group = f"API-Gateway-Execution-Logs_{deployed.api_id}/prod"
    deadline = time.monotonic() + 10
    messages: list[str] = []
    while time.monotonic() < deadline and not messages:
        if any(g["logGroupName"] == group for g in logs.describe_log_groups()["logGroups"]):
            messages = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    why = "Execution failed due to configuration error: Invalid permissions on Lambda function"
    assert any(message.endswith(why) for message in messages)
    gatelet.client("lambda").add_permission(
        FunctionName="forbidden",
        StatementId="later",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{deployed.api_id}/*/GET/users",
    )
    assert request(f"{deployed.url}/users?userId=12345").status == 200


def test_an_edit_serves_only_after_the_next_deployment(gatelet: Any) -> None:
    """control plane 6.1: a stage snapshot is immutable."""
    arn = create_function(gatelet, "frozen", SEED_HANDLER)
    deployed = deploy_api(gatelet, arn)
    api = gatelet.client("apigateway")
    api.delete_method(restApiId=deployed.api_id, resourceId=deployed.resource_id, httpMethod="GET")
    assert request(f"{deployed.url}/users?userId=1").status == 200
    api.put_method(restApiId=deployed.api_id, resourceId=deployed.root_id, httpMethod="GET", authorizationType="NONE")
    api.put_integration(
        restApiId=deployed.api_id,
        resourceId=deployed.root_id,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    api.create_deployment(restApiId=deployed.api_id, stageName="prod")
    answer = request(f"{deployed.url}/users?userId=1")
    assert (answer.status, answer.body) == (403, b'{"message":"Missing Authentication Token"}')
