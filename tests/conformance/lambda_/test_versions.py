"""Versions, aliases, layers and concurrency with boto3 and HTTP: lambda-control-plane sections 3 and 6 to 9."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.walk import ROLE, archive, create_function, integration_uri, request, wait_active

REGION = "eu-west-3"
"""A region of these tests' own: its sums of concurrency are nobody else's."""
WHO = """
import os
def lambda_handler(event, context):
    seen = [os.environ.get("STEP"), context.function_version, context.invoked_function_arn.partition("function:")[2]]
    return {"statusCode": 200, "body": "|".join(seen)} if "httpMethod" in (event or {}) else seen
"""


def until(condition: Callable[[], Any]) -> Any:
    """Poll until the condition holds."""
    for _ in range(1_000):
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came to that")


def refusal(call: Any, **params: Any) -> tuple[int, str, dict[str, Any]]:
    """Status, code and the error's members."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response


@pytest.fixture(scope="module")
def client(gatelet: Any) -> Any:
    return gatelet.client("lambda", region=REGION)


def make(client: Any, name: str, source: str, **settings: Any) -> None:
    client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": archive(source)},
        **settings,
    )
    wait_active(client, name)


def publish(client: Any, name: str, step: str) -> str:
    """Another configuration, and a version of it."""
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"STEP": step}})
    wait_active(client, name)
    version: str = client.publish_version(FunctionName=name)["Version"]
    return version


def call(client: Any, name: str, **params: Any) -> tuple[Any, str]:
    answer = client.invoke(FunctionName=name, **params)
    return json.loads(answer["Payload"].read()), answer["ExecutedVersion"]


@pytest.fixture(scope="module")
def function(client: Any) -> str:
    """``steps`` with versions 1 (STEP a) and 2 (STEP b), ``$LATEST`` (STEP c)."""
    make(client, "steps", WHO)
    assert [publish(client, "steps", step) for step in ("a", "b")] == ["1", "2"]
    client.update_function_configuration(FunctionName="steps", Environment={"Variables": {"STEP": "c"}})
    wait_active(client, "steps")
    client.create_alias(FunctionName="steps", Name="live", FunctionVersion="1")
    return "steps"


def test_what_a_qualifier_runs(client: Any, function: str) -> None:
    """The version's code and configuration; the ARN as qualified as the call; Executed-Version a number."""
    assert call(client, function) == (["c", "$LATEST", "steps"], "$LATEST")
    assert call(client, function, Qualifier="$LATEST") == (["c", "$LATEST", "steps:$LATEST"], "$LATEST")
    assert call(client, function, Qualifier="1") == (["a", "1", "steps:1"], "1")
    assert call(client, f"{function}:2") == (["b", "2", "steps:2"], "2")
    assert call(client, function, Qualifier="live") == (["a", "1", "steps:live"], "1")
    client.update_alias(FunctionName=function, Name="live", FunctionVersion="2")
    assert call(client, function, Qualifier="live") == (["b", "2", "steps:live"], "2")
    client.update_alias(FunctionName=function, Name="live", FunctionVersion="1")


def test_the_log_streams_name_the_version(client: Any, function: str, gatelet: Any) -> None:
    call(client, function, Qualifier="1")
    logs = gatelet.client("logs", region=REGION)
    until(lambda: logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/steps")["logGroups"])

    def of_the_version() -> bool:
        streams = logs.describe_log_streams(logGroupName="/aws/lambda/steps")["logStreams"]
        return any("/[1]" in stream["logStreamName"] for stream in streams)

    until(of_the_version)


@pytest.mark.parametrize("qualifier", ["9", "nobody"])
def test_a_qualifier_that_runs_nothing(client: Any, function: str, qualifier: str) -> None:
    status, code, response = refusal(client.invoke, FunctionName=function, Qualifier=qualifier)
    assert (status, code) == (404, "ResourceNotFoundException")
    assert response["Error"]["Message"] == (
        f"Function not found: arn:aws:lambda:{REGION}:000000000000:function:steps:{qualifier}"
    )


def test_an_alias_of_two_shares_by_weight(client: Any, function: str) -> None:
    """Section 6: drawn for every invocation; X-Amz-Executed-Version tells."""
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    made = client.create_alias(FunctionName=function, Name="half", FunctionVersion="1", RoutingConfig=weights)
    assert made["RoutingConfig"] == weights
    seen = {call(client, function, Qualifier="half")[1] for _ in range(60)}
    assert seen == {"1", "2"}
    for weight, version in ((0.0, "1"), (1.0, "2")):
        routing = {"AdditionalVersionWeights": {"2": weight}}
        client.update_alias(FunctionName=function, Name="half", RoutingConfig=routing)
        assert {call(client, function, Qualifier="half")[1] for _ in range(5)} == {version}
    status, code, response = refusal(client.delete_function, FunctionName=function, Qualifier="2")
    assert (status, code) == (409, "ResourceConflictException")
    assert response["Error"]["Message"].endswith("the following aliases reference it: [half]")
    client.delete_alias(FunctionName=function, Name="half")


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        (
            "create_alias",
            {"Name": "12", "FunctionVersion": "1"},
            (
                "Value '12' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                "(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
            ),
        ),
        (
            "create_alias",
            {"Name": "x", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 1.5}}},
            "at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy",
        ),
        (
            "create_alias",
            {"Name": "x", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"$LATEST": 0.5}}},
            "Map keys must satisfy constraint",
        ),
        (
            "put_provisioned_concurrency_config",
            {"Qualifier": "1", "ProvisionedConcurrentExecutions": 0},
            (
                "Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: "
                "Member must have value greater than or equal to 1"
            ),
        ),
        (
            "put_function_concurrency",
            {"ReservedConcurrentExecutions": -1},
            (
                "Value '-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: "
                "Member must have value greater than or equal to 0"
            ),
        ),
        (
            "add_layer_version_permission",
            {
                "LayerName": "l",
                "VersionNumber": 1,
                "StatementId": "s",
                "Action": "lambda:InvokeFunction",
                "Principal": "*",
            },
            (
                "Value 'lambda:InvokeFunction' at 'action' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: lambda:GetLayerVersion"
            ),
        ),
    ],
    ids=["digits", "weight", "latest", "none provisioned", "negative", "layer action"],
)
def test_the_models_constraints(client: Any, function: str, operation: str, params: dict[str, Any], text: str) -> None:
    given = params if "LayerName" in params else {"FunctionName": function, **params}
    status, code, response = refusal(getattr(client, operation), **given)
    assert (status, code) == (400, "ValidationException")
    assert text in response["Error"]["Message"]


@pytest.mark.parametrize(
    ("code", "operation", "params", "message"),
    [
        ("typed", "get_alias", {"Name": "nobody"}, "Message"),
        ("typed", "create_alias", {"Name": "live", "FunctionVersion": "1"}, "message"),
        ("typed", "get_provisioned_concurrency_config", {"Qualifier": "1"}, "message"),
        ("untyped", "put_function_concurrency", {"ReservedConcurrentExecutions": 1_000}, "message"),
    ],
)
def test_error_bodies(
    client: Any, function: str, code: str, operation: str, params: dict[str, Any], message: str
) -> None:
    """Section 1: the casing table, and sums without Type."""
    bodies: list[dict[str, Any]] = []
    event = f"after-call.lambda.{client.meta.method_to_api_mapping[operation]}"
    client.meta.events.register(event, lambda http_response, **_: bodies.append(json.loads(http_response.content)))
    refusal(getattr(client, operation), FunctionName=function, **params)
    assert message in bodies[0]
    assert ("Type" in bodies[0]) is (code == "typed")


def test_an_api_names_an_alias_by_a_stage_variable(gatelet: Any) -> None:
    """Each qualifier has a policy of its own: what is allowed on the function is not on its alias."""
    arn = create_function(gatelet, "staged", WHO)
    client = gatelet.client("lambda")
    assert [publish(client, "staged", step) for step in ("a", "b")] == ["1", "2"]
    client.create_alias(FunctionName="staged", Name="blue", FunctionVersion="1")
    client.create_alias(FunctionName="staged", Name="green", FunctionVersion="2")
    api = gatelet.client("apigateway")
    api_id = api.create_rest_api(name="staged")["id"]
    root = api.get_resources(restApiId=api_id)["items"][0]["id"]
    method = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    uri = integration_uri(f"{arn}:${{stageVariables.alias}}")
    api.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    api.create_deployment(restApiId=api_id, stageName="prod", variables={"alias": "blue"})
    url = f"{gatelet.endpoint}/_aws/execute-api/{api_id}/prod/"
    permission = {
        "FunctionName": "staged",
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": f"arn:aws:execute-api:us-east-1:000000000000:{api_id}/*/GET/",
    }
    client.add_permission(**permission)
    assert request(url).status == 500
    client.add_permission(**permission, Qualifier="blue")
    assert (request(url).status, request(url).body) == (200, b"a|1|staged:blue")
    for number, body in (("green", b"b|2|staged:green"), ("2", b"b|2|staged:2")):
        change = {"op": "replace", "path": "/variables/alias", "value": number}
        api.update_stage(restApiId=api_id, stageName="prod", patchOperations=[change])
        assert request(url).status == 500
        client.add_permission(**permission, Qualifier=number)
        assert request(url).body == body


def test_layers_of_a_function(client: Any) -> None:
    def content(**files: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as bundle:
            for name, text in files.items():
                bundle.writestr(f"python/{name}.py", text)
        return buffer.getvalue()

    first = client.publish_layer_version(
        LayerName="words", Content={"ZipFile": content(word="WORD = 'one'", other="WORD = 'other'")}
    )
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 201
    second = client.publish_layer_version(LayerName="louder", Content={"ZipFile": content(word="WORD = 'TWO'")})
    source = "import word, other\ndef lambda_handler(event, context):\n    return [word.WORD, other.WORD]\n"
    make(client, "layered", source, Layers=[first["LayerVersionArn"], second["LayerVersionArn"]])
    assert call(client, "layered")[0] == ["TWO", "other"]
    client.delete_layer_version(LayerName="louder", VersionNumber=1)
    client.update_function_configuration(FunctionName="layered", Timeout=4)
    wait_active(client, "layered")
    assert call(client, "layered")[0] == ["TWO", "other"], "who has a version keeps it"
    client.update_function_configuration(FunctionName="layered", Layers=[first["LayerVersionArn"]])
    wait_active(client, "layered")
    assert call(client, "layered")[0] == ["one", "other"]
    location = client.get_layer_version_by_arn(Arn=first["LayerVersionArn"])["Content"]["Location"]
    assert len(request(location).body) == first["Content"]["CodeSize"]
    client.delete_function(FunctionName="layered")


def test_provisioned_concurrency(client: Any) -> None:
    source = "import os\ndef lambda_handler(event, context):\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
    make(client, "warm", source, Publish=True)
    given = {"FunctionName": "warm", "Qualifier": "1"}
    made = client.put_provisioned_concurrency_config(**given, ProvisionedConcurrentExecutions=2)
    assert (made["ResponseMetadata"]["HTTPStatusCode"], made["Status"]) == (202, "IN_PROGRESS")
    ready = until(
        lambda: found if (found := client.get_provisioned_concurrency_config(**given))["Status"] == "READY" else None
    )
    assert ready["AvailableProvisionedConcurrentExecutions"] == 2
    assert call(client, "warm", Qualifier="1") == ("provisioned-concurrency", "1")
    assert call(client, "warm")[0] == "on-demand"
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 998
    client.delete_function(FunctionName="warm")
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 1_000


def test_a_throttled_call(client: Any) -> None:
    """429 with AWS's Reason and Retry-After; reserved 0 turns a function off."""
    make(client, "few", "import time\ndef lambda_handler(event, context):\n    time.sleep(0.3)\n")
    client.put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=2)

    def one(_: int) -> str:
        try:
            client.invoke(FunctionName="few")
        except ClientError as error:
            response = error.response
            assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
            assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
            assert (response["Error"]["Code"], response["Error"]["Message"]) == (
                "TooManyRequestsException",
                "Rate Exceeded.",
            )
            reason: str = response["Reason"]
            return reason
        return ""

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, range(8)))
    assert "" in answers
    assert set(answers) <= {"", "ReservedFunctionConcurrentInvocationLimitExceeded"}
    client.put_function_concurrency(FunctionName="few", ReservedConcurrentExecutions=0)
    assert one(0) == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function(FunctionName="few")
