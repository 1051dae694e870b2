"""Integrations with AWS services, by action and by path, with a role (apigateway-data-plane 8.2, 9.3, 9.4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.backend import Backend
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.methods import add, headers_of
from tests.conftest import RunningGatelet
from tests.walk import create_function, integration_uri

ACCOUNT = "000000000000"
FAILING = """
def lambda_handler(event, context):
    if "fail" in event:
        raise ValueError(event["fail"])
    return event
"""
SERVICE = "arn:aws:apigateway:us-east-1"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> Iterator[RunningGatelet]:
    """A Gatelet that knows where SQS and Kinesis are."""
    endpoints = f"sqs={backend.url},kinesis={backend.url}/"
    running = RunningGatelet(tmp_path_factory.mktemp("services") / "data", ("--service-endpoints", endpoints))
    running.start()
    yield running
    running.stop()


def make_role(gatelet: Any, name: str, *allowed: str, trusted: str = "apigateway.amazonaws.com") -> str:
    """The ARN of a role that may do this."""
    trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    iam = gatelet.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust))
    if allowed:
        policy = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_document(policy))
    arn: str = made["Role"]["Arn"]
    return arn


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def api(served: RunningGatelet, backend: Backend) -> Api:
    """Every route that the tests below ask for."""
    role = make_role(served, "integrator", "logs:*", "lambda:*", "iam:ListRoles", "apigateway:GET")
    powerless = make_role(served, "powerless")
    stranger = make_role(served, "stranger", "logs:*", trusted="lambda.amazonaws.com")
    function = create_function(
        served,
        "failing",
        FAILING,
    )
    made = make_api(served, "services", {}, [])
    answers = {"200": {}, "400": {"selectionPattern": "4\\d\\d"}}
    aws = {"type": "AWS", "integrationHttpMethod": "POST", "credentials": role, "responses": answers}
    add(made, "POST /logs/create", **aws, uri=f"{SERVICE}:logs:action/CreateLogGroup")
    add(
        made,
        "GET /logs/{prefix}",
        **aws,
        uri=f"{SERVICE}:logs:action/DescribeLogGroups",
        requestTemplates={"application/json": '{"logGroupNamePrefix": "$input.params("prefix")"}'},
    )
    for name, arn in (("powerless", powerless), ("stranger", stranger), ("nobody", f"{role}-none")):
        add(made, f"GET /as-{name}", **{**aws, "credentials": arn}, uri=f"{SERVICE}:logs:action/DescribeLogGroups")
    elsewhere = role.replace(ACCOUNT, "111111111111")
    add(made, "GET /as-other", **{**aws, "credentials": elsewhere}, uri=f"{SERVICE}:logs:action/DescribeLogGroups")
    add(made, "GET /who", **{**aws, "integrationHttpMethod": "GET"}, uri=f"{SERVICE}:sts:action/GetCallerIdentity")
    add(
        made,
        "GET /roles/{path}",
        **aws,
        uri=f"{SERVICE}:iam:action/ListRoles&MaxItems=7",
        declared=("path.path",),
        requestParameters={"integration.request.querystring.PathPrefix": "method.request.path.path"},
    )
    add(
        made,
        "GET /functions/{name}",
        **{**aws, "integrationHttpMethod": "GET"},
        uri=f"{SERVICE}:lambda:path/2015-03-31/functions/{{name}}/configuration",
        declared=("path.name",),
        requestParameters={"integration.request.path.name": "method.request.path.name"},
    )
    add(
        made,
        "POST /invoke",
        **{**aws, "responses": {"200": {}, "422": {"selectionPattern": "bad.*"}}},
        uri=integration_uri(function),
        declared=("header.X-Kind",),
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "method.request.header.X-Kind"},
    )
    add(made, "GET /queue/{q}", **aws, uri=f"{SERVICE}:sqs:path/{ACCOUNT}/queue?Action=SendMessage")
    add(
        made,
        "POST /stream",
        **aws,
        uri=f"{SERVICE}:kinesis:action/PutRecord",
        requestParameters={"integration.request.header.Referer": "'dropped'", "integration.request.header.X-A": "'b'"},
    )
    made.deploy()
    return made


def test_an_action_of_a_json_service(api: Api, served: RunningGatelet) -> None:
    """9.3: X-Amz-Target is set; the answer is what the service said."""
    created = api.send("POST", "/logs/create", body=b'{"logGroupName": "/made/by/api"}')
    assert (created.status, created.body) == (200, b"")
    groups = api.send("GET", "/logs/%2Fmade").json()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/made/by/api"]
    again = api.send("POST", "/logs/create", body=b'{"logGroupName": "/made/by/api"}')
    assert (again.status, again.json()["__type"]) == (400, "ResourceAlreadyExistsException")


def test_an_action_of_a_query_service(api: Api) -> None:
    """9.3: Action is a query parameter; the caller is a session of the role."""
    answer = api.send("GET", "/who")
    assert b"assumed-role/integrator/BackplaneAssumeRoleSession" in answer.body
    listed = api.send("GET", "/roles/%2Fnone%2F")
    assert (listed.status, b"<ListRolesResult>" in listed.body, b"<member>" in listed.body) == (200, True, False)


def test_a_path_of_a_rest_service(api: Api) -> None:
    """9.3."""
    found = api.send("GET", "/functions/failing")
    assert (found.status, found.json().get("Handler")) == (200, "lambda_function.lambda_handler"), found.body
    assert api.send("GET", "/functions/absent").status == 400


def test_a_function_invoked_with_a_role(api: Api) -> None:
    """9.3 and 9.4: no permission of the function's own is needed; errors are selected by their message."""
    assert api.send("POST", "/invoke", body=b'{"a": 1}').json() == {"a": 1}
    failed = api.send("POST", "/invoke", body=b'{"fail": "bad thing"}')
    assert (failed.status, failed.json()["errorType"]) == (422, "ValueError")
    event = api.send("POST", "/invoke", [("X-Kind", "Event")], b'{"a": 1}')
    assert (event.status, event.body) == (200, b"")


def test_what_the_role_may_not_do_is_refused(api: Api) -> None:
    answer = api.send("GET", "/as-powerless")
    assert (answer.status, answer.json()["__type"]) == (400, "AccessDeniedException")
    assert "assumed-role/powerless/BackplaneAssumeRoleSession is not authorized" in answer.json()["message"]


@pytest.mark.parametrize("who", ["stranger", "nobody", "other"])
def test_a_role_that_does_not_trust_the_gateway_is_never_used(api: Api, who: str) -> None:
    """A trust policy without API Gateway, no such role, a role of another account: 500, nothing is called."""
    answer = api.send("GET", f"/as-{who}")
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')


def test_a_configured_endpoint_gets_a_signed_request(api: Api, backend: Backend) -> None:
    """9.3; 8.2: Referer is dropped."""
    told = api.send("POST", "/stream", body=b'{"Data": "eA=="}').json()
    headers = headers_of(told)
    assert (told["method"], told["target"], told["body"]) == ("POST", "/", '{"Data": "eA=="}')
    assert headers["X-Amz-Target"] == "Kinesis_20131202.PutRecord"
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=ASIA")
    assert "/us-east-1/kinesis/aws4_request, SignedHeaders=" in headers["Authorization"]
    assert {"X-Amz-Security-Token", "X-A"} <= set(headers)
    assert "Referer" not in headers


def test_a_path_at_a_configured_endpoint(api: Api) -> None:
    told = api.send("GET", "/queue/x").json()
    assert (told["method"], told["target"]) == ("POST", f"/{ACCOUNT}/queue?Action=SendMessage")


def test_a_service_that_is_nowhere(api: Api) -> None:
    """Refused when it is configured, naming it."""
    with pytest.raises(
        api.client.exceptions.ClientError, match="does not support the service sns behind an integ"
    ) as no:
        add(
            api,
            "GET /sns",
            type="AWS",
            integrationHttpMethod="POST",
            uri=f"{SERVICE}:sns:action/Publish",
            credentials=f"arn:aws:iam::{ACCOUNT}:role/integrator",
        )
    assert no.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_the_log_says_which_role(api: Api, wait_for_line: Callable[[Api, str], str]) -> None:
    api.send("GET", "/as-stranger")
    text = "API Gateway does not have permission to assume the provided role"
    assert "role/stranger" in wait_for_line(api, text)
