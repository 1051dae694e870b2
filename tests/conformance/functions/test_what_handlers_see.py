"""Environment variables and the context object (lambda-execution sections 4 and 5)."""

from __future__ import annotations

import base64
import json
import re

import pytest
from botocore.exceptions import ClientError
from tests.conformance.functions.world import Function

STREAM = re.compile(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}")


def test_the_context(function: Function) -> None:
    outcome = function.invoke({"do": "context"})
    seen = outcome.value
    assert seen["aws_request_id"] == outcome.request_id
    assert seen["invoked_function_arn"] == "arn:aws:lambda:us-east-1:000000000000:function:executed"
    assert (seen["function_name"], seen["function_version"]) == ("executed", "$LATEST")
    assert seen["memory_limit_in_mb"] == "256"  # a string
    assert seen["log_group_name"] == "/aws/lambda/executed"
    assert STREAM.fullmatch(seen["log_stream_name"])
    assert seen["identity"] == [None, None]
    assert seen["client_context"] is None
    assert 0 < seen["remaining"] <= 20_000
    assert seen["remaining_is"] == "int"


def test_the_client_context(function: Function) -> None:
    """Only these slots survive."""
    given = {
        "client": {"app_title": "title", "unknown": 1},
        "custom": {"k": {"nested": [1]}},
        "env": {"locale": "de"},
        "other": 1,
    }
    encoded = base64.b64encode(json.dumps(given).encode()).decode()
    seen = function.invoke({"do": "context"}, ClientContext=encoded).value["client_context"]
    assert seen == {
        "title": "title",
        "custom": {"k": {"nested": [1]}},
        "env": {"locale": "de"},
        "others": ["client", "custom", "env"],
    }


def test_the_context_tells_the_trace(function: Function) -> None:
    assert function.invoke({"do": "context"}).value["trace"].startswith("Root=1-")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_LAMBDA_FUNCTION_NAME", "executed"),
        ("AWS_LAMBDA_FUNCTION_VERSION", re.escape("$LATEST")),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/executed"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", STREAM.pattern),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "ASIA[A-Z0-9]{16}"),
        ("AWS_SECRET_ACCESS_KEY", ".{40}"),
        ("AWS_SESSION_TOKEN", ".{20,}"),
        ("AWS_EXECUTION_ENV", r"AWS_Lambda_python3\.13"),
        ("_HANDLER", r"lambda_function\.lambda_handler"),
        ("LAMBDA_TASK_ROOT", ".+"),
        ("LAMBDA_RUNTIME_DIR", ".+"),
        ("LANG", r"en_US\.UTF-8"),
        ("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("LD_LIBRARY_PATH", "/var/lang/lib:/lib64:/usr/lib64:.*:/opt/lib"),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),  # the runtime's wins over the owner's
        ("_X_AMZN_TRACE_ID", "Root=1-.+"),
        ("TABLE", "users"),
        ("TZ", "Europe/Berlin"),  # settable
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:.+"),
    ],
)
def test_environment_variables(environment: dict[str, str], name: str, value: str) -> None:
    assert re.fullmatch(value, environment[name])


@pytest.fixture(scope="module")
def environment(function: Function) -> dict[str, str]:
    """What the handler sees."""
    seen: dict[str, str] = function.invoke({"do": "environment"}).value
    return seen


@pytest.mark.parametrize("name", ["AWS_LAMBDA_FUNCTION_TIMEOUT", "HOME", "GATELET_RUNTIME_DIR", "VIRTUAL_ENV", "USER"])
def test_what_is_not_in_the_environment(environment: dict[str, str], name: str) -> None:
    assert name not in environment


def test_the_working_directory_is_the_code(function: Function, environment: dict[str, str]) -> None:
    seen = function.invoke({"do": "sandbox"}).value
    assert seen["cwd"] == environment["LAMBDA_TASK_ROOT"] == environment["PWD"] == seen["path"][0]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("_HANDLER", "ValidationException"),  # the model's pattern comes first
        ("_X_AMZN_TRACE_ID", "ValidationException"),
        ("AWS_REGION", "InvalidParameterValueException"),
        ("AWS_ACCESS_KEY_ID", "InvalidParameterValueException"),
        ("AWS_LAMBDA_FUNCTION_NAME", "InvalidParameterValueException"),
        ("LAMBDA_TASK_ROOT", "InvalidParameterValueException"),
    ],
)
def test_reserved_variables_are_refused(function: Function, name: str, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        function.client.update_function_configuration(
            FunctionName=function.name, Environment={"Variables": {name: "own"}}
        )
    assert caught.value.response["Error"]["Code"] == code
