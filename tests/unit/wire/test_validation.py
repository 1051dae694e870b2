"""AWS's sentences for violated constraints (lambda-control-plane 1, apigateway-control-plane 1.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from tests.unit.wire.client import Sent

from gatelet.aws.errors import AwsError
from gatelet.wire.codec import Codec

CODEC = Codec()
BROKEN = "failed to satisfy constraint: Member must"
PATTERN = f"{BROKEN} satisfy regular expression pattern:"
FUNCTION = {
    "FunctionName": "f",
    "Role": "arn:aws:iam::000000000000:role/r",
    "Code": {"ZipFile": "UEsFBg=="},
    "Handler": "h.h",
    "Runtime": "python3.12",
}
STRICT = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)


def refusal(service: str, method: str, target: str, body: Any = None, **headers: str) -> AwsError:
    path, _, query = target.partition("?")
    raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    request = Sent(method, path, query, [(k.replace("_", "-"), v) for k, v in headers.items()], raw)
    with pytest.raises(AwsError) as caught:
        CODEC.decode(service, request)
    assert caught.value.status == 400
    return caught.value


def create_function(**changes: Any) -> AwsError:
    return refusal("lambda", "POST", "/2015-03-31/functions", FUNCTION | changes)


@pytest.mark.parametrize(
    ("changes", "items"),
    [
        (
            {"Timeout": 0},
            ["Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1"],
        ),
        (
            {"Timeout": 5401},
            [f"Value '5401' at 'timeout' {BROKEN} have value less than or equal to 5400"],
        ),
        (
            {"Role": "nobody"},
            [
                (
                    f"Value 'nobody' at 'role' {PATTERN} "
                    r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
                )
            ],
        ),
        (
            {"FunctionName": "*"},
            [f"Value '*' at 'functionName' {PATTERN} {STRICT}"],
        ),
        (
            {"Architectures": ["x86_64", "arm64"]},
            [
                (
                    "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: "
                    "Member must have length less than or equal to 1"
                )
            ],
        ),
        (
            {"Architectures": ["X86"]},
            [
                (
                    "Value '[X86]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: "
                    "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
                )
            ],
        ),
        (
            {"SnapStart": {"ApplyOn": "Always"}},
            [
                (
                    "Value 'Always' at 'snapStart.applyOn' failed to satisfy constraint: "
                    "Member must satisfy enum value set: [PublishedVersions, None]"
                )
            ],
        ),
        (
            {"EphemeralStorage": {}},
            ["Value null at 'ephemeralStorage.size' failed to satisfy constraint: Member must not be null"],
        ),
        (
            {"Code": None, "Role": None},
            [
                "Value null at 'role' failed to satisfy constraint: Member must not be null",
                "Value null at 'code' failed to satisfy constraint: Member must not be null",
            ],
        ),
    ],
)
def test_lambdas_constraints(changes: dict[str, Any], items: list[str]) -> None:
    """lambda-control-plane 1 (grammar), 3 (patterns) and 4 (limits)."""
    error = create_function(**changes)
    plural = "" if len(items) == 1 else "s"
    assert error.code == "ValidationException"
    assert error.message == f"{len(items)} validation error{plural} detected: {'; '.join(items)}"


def test_length_comes_before_pattern_and_the_qualifier_before_the_function() -> None:
    """lambda-control-plane 1: the order of several violations."""
    error = refusal("lambda", "GET", f"/2015-03-31/functions/{'*' * 257}?Qualifier={'*' * 129}")
    places = [item.partition(" at ")[2] for item in str(error.message).split("; ")]
    assert [place[: place.index("Member") + 20].split("'")[1] for place in places] == [
        "qualifier",
        "qualifier",
        "functionName",
        "functionName",
    ]
    assert ["length" in place for place in places] == [True, False, True, False]
    assert str(error.message).startswith("4 validation errors detected: ")


def test_a_map_of_numbers_prints_as_java_does() -> None:
    """lambda-control-plane 1: maps ``{2=2.0}`` and ``Map value must satisfy constraint``."""
    error = refusal(
        "lambda",
        "PUT",
        "/2015-03-31/functions/f/aliases/a",
        {"RoutingConfig": {"AdditionalVersionWeights": {"2": 2}}},
    )
    assert str(error.message).startswith(
        "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy "
        "constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1"
    )


def test_map_keys_have_constraints_of_their_own() -> None:
    error = create_function(Environment={"Variables": {"1": "x"}})
    assert error.message == (
        "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must "
        "satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, "
        "Member must not be null]"
    )


def test_a_missing_query_parameter_is_null() -> None:
    """lambda-control-plane 1: ``Value null at 'tagKeys'``."""
    error = refusal("lambda", "DELETE", "/2017-03-31/tags/arn:aws:lambda:eu-west-1:000000000000:function:f")
    assert error.message == (
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"
    )


def test_a_null_in_a_list_is_a_violation() -> None:
    error = create_function(Architectures=[None])
    assert str(error.message).startswith("1 validation error detected: Value '[null]' at 'architectures'")


def test_the_runtime_is_the_operations_own_matter() -> None:
    """lambda-control-plane 4, Runtime: InvalidParameterValueException with another text."""
    request = Sent("POST", "/2015-03-31/functions", body=orjson.dumps(FUNCTION | {"Runtime": "cobol"}))
    assert CODEC.decode("lambda", request).params["Runtime"] == "cobol"


@pytest.mark.parametrize(
    ("method", "target", "body", "item"),
    [
        (
            "POST",
            "/restapis",
            {"name": "n", "endpointConfiguration": {"types": ["wrong"]}},
            (
                "Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: "
                "Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"
            ),
        ),
        (
            "PATCH",
            "/restapis/a/resources/b/methods/GET/responses/200",
            {"patchOperations": [{"op": "wrong", "path": "/x"}]},
            (
                f"Value 'wrong' at 'updateMethodResponseInput.patchOperations.1.member.op' {BROKEN} "
                "satisfy enum value set: [add, remove, move, test, replace, copy]"
            ),
        ),
        (
            "PUT",
            "/restapis/a/resources/b/methods/GET/responses/wrong",
            {},
            (
                "Value 'wrong' at 'statusCode' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: [1-5]\d\d"
            ),
        ),
    ],
)
def test_apigateways_paths(method: str, target: str, body: dict[str, Any], item: str) -> None:
    """apigateway-control-plane 1.1, "{where} forms" and "List enum member error"."""
    error = refusal("apigateway", method, target, body)
    assert (error.code, error.message) == ("ValidationException", f"1 validation error detected: {item}")


def test_the_body_is_reported_before_the_path() -> None:
    """apigateway-control-plane 1.1, "Order of checks"."""
    error = refusal(
        "apigateway", "PUT", "/restapis/a/gatewayresponses/WRONG", {"statusCode": "9", "responseParameters": {}}
    )
    places = [item.split(" at '")[1].split("'")[0] for item in str(error.message).split("; ")]
    assert places == ["putGatewayResponseInput.statusCode", "responseType"]
    assert str(error.message).startswith("2 validation errors detected: ")


def test_apigateway_stores_null_templates() -> None:
    """apigateway-control-plane 1, "Null members"."""
    body = orjson.dumps({"type": "MOCK", "requestTemplates": {"application/json": None}})
    call = CODEC.decode("apigateway", Sent("PUT", "/restapis/a/resources/b/methods/GET/integration", body=body))
    assert call.params["requestTemplates"] == {"application/json": None}


def test_logs_speaks_of_invalid_parameters() -> None:
    """platform-neighbours 1, GetLogEvents; the names' lengths have a text of the operations' own."""
    target = {"X_Amz_Target": "Logs_20140328.GetLogEvents"}
    error = refusal("logs", "POST", "/", {"logGroupName": "g", "logStreamName": "s", "limit": 10_001}, **target)
    assert (error.code, error.message) == (
        "InvalidParameterException",
        (
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
            "Member must have value less than or equal to 10000"
        ),
    )
    request = Sent(
        headers=[("X-Amz-Target", "Logs_20140328.CreateLogGroup")], body=orjson.dumps({"logGroupName": "x" * 513})
    )
    assert len(CODEC.decode("logs", request).params["logGroupName"]) == 513


FORM = {"Content_Type": "application/x-www-form-urlencoded"}


def test_sts_speaks_of_validation_errors() -> None:
    """identity 3, STS errors."""
    body = (
        b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=Session1%3A2"
        b"&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fr"
    )
    error = refusal("sts", "POST", "/", body, **FORM)
    assert (error.code, error.message) == (
        "ValidationError",
        (
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        ),
    )


def test_iam_does_not_repeat_secrets() -> None:
    """identity 3: IAM omits the value."""
    error = refusal("iam", "POST", "/", b"Action=ChangePassword&OldPassword=&NewPassword=secret", **FORM)
    assert "Value at 'oldPassword' failed to satisfy constraint" in str(error.message)


def test_a_pattern_is_not_tried_on_endless_text() -> None:
    """Length bounds what a regular expression sees."""
    error = create_function(FunctionName="a" * 1_000_000)
    assert "regular expression" not in str(error.message)
    assert "Member must have length less than or equal to 140" in str(error.message)


@pytest.mark.parametrize("number", ["1_0", "%20" + "10", "\u0663", "0x10", "1.0", ""])
def test_what_is_no_number_in_a_query_is_refused(number: str) -> None:
    """``class java.lang.String can not be converted to an Integer`` (apigateway-control-plane 1.1)."""
    error = refusal("apigateway", "GET", f"/restapis?limit={quote(number, safe='%')}")
    assert error.code == "SerializationException"
