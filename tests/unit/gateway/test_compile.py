"""What compiles, and what becomes a method that answers 500 (design: a setting that is not enforced is refused)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.gateway.world import FUNCTION, SCOPE, document, function_uri, method, stage

from gatelet.gateway.compile import compile_snapshot
from gatelet.gateway.method import Integration, LambdaProxy, Misconfiguration
from gatelet.gateway.ports import FunctionTarget


def integration(shape: dict[str, Any], *, stage_members: dict[str, Any] | None = None, **api: Any) -> Integration:
    validators = api.pop("validators", {})
    compiled = document({"/users": {"GET": shape}}, **api) | {"requestValidators": validators}
    snapshot = compile_snapshot(compiled, stage(**(stage_members or {})), "q1w2e3", SCOPE)  # type: ignore[arg-type]
    route = snapshot.router.match("GET", "/users")
    assert route is not None
    return route.method.integration


def test_a_lambda_integration() -> None:
    target = FunctionTarget("210987654321", "eu-west-1", "users", None)
    assert integration(method(integration={"timeoutInMillis": 1500})) == LambdaProxy(target, 1.5)


@pytest.mark.parametrize(
    ("function", "target"),
    [
        (FUNCTION, ("210987654321", "eu-west-1", "users", None)),
        (f"{FUNCTION}:live", ("210987654321", "eu-west-1", "users", "live")),
        (f"{FUNCTION}:$LATEST", ("210987654321", "eu-west-1", "users", "$LATEST")),
        (f"{FUNCTION}:7", ("210987654321", "eu-west-1", "users", "7")),
        (
            "arn:aws:lambda:us-east-1:111111111111:function:x_y-z",
            ("111111111111", "us-east-1", "x_y-z", None),
        ),
        # Names and partial ARNs (lambda-control-plane section 3).
        ("users", ("210987654321", "eu-west-1", "users", None)),
        ("users:live", ("210987654321", "eu-west-1", "users", "live")),
        ("function:users", ("210987654321", "eu-west-1", "users", None)),
        ("111111111111:function:users:live", ("111111111111", "eu-west-1", "users", "live")),
        ("us-gov-west-1:111111111111:function:users", ("111111111111", "us-gov-west-1", "users", None)),
        ("function", ("210987654321", "eu-west-1", "function", None)),
    ],
)
def test_function_names(function: str, target: tuple[str, str, str, str | None]) -> None:
    compiled = integration(method(function_uri(function)))
    assert isinstance(compiled, LambdaProxy)
    assert compiled.target == FunctionTarget(*target)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://example.org",
        FUNCTION,
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions//invocations",
        "arn:aws:apigateway:eu-west-1:s3:path/bucket",
        "arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/users/invocations",
        "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/users/response-streaming-invocations",
        function_uri("arn:aws:lambda:eu-west-1:210987654321:layer:x"),
        function_uri("a b"),
        function_uri("${stageVariables.missing}"),
        function_uri("${other.x}"),
    ],
)
def test_uris_that_name_no_function(uri: str) -> None:
    assert isinstance(integration(method(uri)), Misconfiguration)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (
            {
                "shape": method(requestValidatorId="v", requestModels={"application/json": "Nobody"}),
                "validators": {"v": {"validateRequestBody": True}},
            },
            "there is no model Nobody",
        ),
        *[
            ({"shape": method(integration={"type": kind})}, "Invalid endpoint address")
            for kind in ("HTTP", "HTTP_PROXY")
        ],
        (
            {"shape": method("arn:aws:apigateway:eu-west-1:s3:path/b", integration={"type": "AWS"})},
            "Role ARN must be specified for AWS integrations",
        ),
        ({"shape": method(integration={"httpMethod": "GET"})}, "POST only"),  # data-plane section 7
        ({"shape": method(integration={"responseTransferMode": "STREAM"})}, "STREAM"),
        (
            {"shape": method(integration={"requestParameters": {"integration.request.header.Content-Length": "'1'"}})},
            "Content-Length header already present",  # data-plane section 8.2
        ),
        ({"shape": {"authorizationType": "NONE"}}, "No integration defined for method"),
        ({"shape": None}, "cannot be read"),
        ({"shape": method(integration={"timeoutInMillis": "soon"})}, "cannot be read"),
        ({"endpointConfiguration": {"types": ["PRIVATE"]}}, "private endpoints"),
        ({"stage_members": {"clientCertificateId": "c"}}, "client certificates"),
    ],
)
def test_what_is_refused(members: dict[str, Any], reason: str) -> None:
    compiled = integration(**{"shape": method(), **members})
    assert isinstance(compiled, Misconfiguration)
    assert reason in compiled.reason


@pytest.mark.parametrize(
    "members",
    [
        {"shape": method(requestValidatorId="v"), "validators": {"v": {"validateRequestBody": False}}},
        {"shape": method(requestParameters={"method.request.querystring.q": True})},
        {"shape": method(requestModels={"application/json": "Empty"})},
        # Ignored for AWS_PROXY on AWS, too (data-plane section 6).
        {"shape": method(integration={"requestParameters": {"integration.request.header.X-A": "'1'"}})},
        {"shape": method(integration={"contentHandling": "CONVERT_TO_TEXT", "requestTemplates": {"a/b": "x"}})},
        {"endpointConfiguration": {"types": ["REGIONAL"]}},
        {
            "stage_members": {
                "methodSettings": {
                    "*/*": {"throttlingBurstLimit": 5000, "throttlingRateLimit": 10000.0, "cachingEnabled": False},
                    "books/GET": {"cachingEnabled": True},
                }
            }
        },
        # A method's own entry stands instead of the one for all (control-plane section 6.2).
        {
            "stage_members": {
                "methodSettings": {"*/*": {"cachingEnabled": True}, "users/GET": {"cachingEnabled": False}}
            }
        },
    ],
)
def test_what_changes_nothing(members: dict[str, Any]) -> None:
    assert isinstance(integration(**{"shape": method(), **members}), LambdaProxy)
