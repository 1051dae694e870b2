"""Which operation a REST request means (lambda-control-plane 2, apigateway-control-plane 1)."""

from __future__ import annotations

import pytest
from tests.unit.wire.client import Sent

from gatelet.aws.errors import AwsError
from gatelet.wire.codec import Codec

CODEC = Codec()
BODY = {"body": b"{}"}
ARN = "arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af"


def routed(service: str, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[str, dict[str, object]]:
    path, _, query = target.partition("?")
    request = Sent(method, path, query, [(k.replace("_", "-"), v) for k, v in headers.items()], body)
    call = CODEC.decode(service, request)
    return call.operation, call.params


@pytest.mark.parametrize(
    ("service", "method", "target", "operation", "params"),
    [
        ("apigateway", "GET", "/restapis", "GetRestApis", {}),
        ("apigateway", "GET", "/restapis/", "GetRestApis", {}),
        ("apigateway", "GET", "/restapis?limit=-1&position=a%2Bb", "GetRestApis", {"limit": -1, "position": "a+b"}),
        ("apigateway", "POST", "/restapis?mode=import", "ImportRestApi", {"body": b"{}"}),
        (
            "apigateway",
            "POST",
            "/restapis?mode=import&failonwarnings=true&basepath=prepend&ignore=documentation",
            "ImportRestApi",
            {
                "body": b"{}",
                "failOnWarnings": True,
                "parameters": {"basepath": "prepend", "ignore": "documentation"},
            },
        ),
        (
            "apigateway",
            "PUT",
            "/restapis/a?mode=merge",
            "PutRestApi",
            {"restApiId": "a", "mode": "merge", "body": b"{}"},
        ),
        (
            "apigateway",
            "DELETE",
            "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa?tagKeys=x&tagKeys=y%20z",
            "UntagResource",
            {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/a", "tagKeys": ["x", "y z"]},
        ),
        ("lambda", "GET", f"/2015-03-31/functions/{ARN}", "GetFunction", {"FunctionName": ARN.replace("%3A", ":")}),
        ("lambda", "GET", "/2015-03-31/functions/f/", "GetFunction", {"FunctionName": "f"}),
        ("lambda", "GET", "/2015-03-31/functions/", "ListFunctions", {}),
        (
            "lambda",
            "GET",
            "/2018-10-31/layers?CompatibleRuntime=python3.12",
            "ListLayers",
            {"CompatibleRuntime": "python3.12"},
        ),
        ("lambda", "GET", "/2016-08-19/account-settings", "GetAccountSettings", {}),
        ("lambda", "GET", "/2016-08-19/account-settings/", "GetAccountSettings", {}),
        (
            "lambda",
            "GET",
            "/2019-09-30/functions/f/provisioned-concurrency?List=ALL",
            "ListProvisionedConcurrencyConfigs",
            {"FunctionName": "f"},
        ),
        (
            "lambda",
            "GET",
            "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1",
            "GetProvisionedConcurrencyConfig",
            {"FunctionName": "f", "Qualifier": "1"},
        ),
        ("s3", "GET", "/bucket/a/b%2Fc%20d/", "GetObject", {"Bucket": "bucket", "Key": "a/b/c d/"}),
        ("s3", "GET", "/bucket?list-type=2&prefix=a", "ListObjectsV2", {"Bucket": "bucket", "Prefix": "a"}),
        ("s3", "PUT", "/bucket/key", "PutObject", {"Bucket": "bucket", "Key": "key", "Body": b"{}"}),
        (
            "s3",
            "PUT",
            "/bucket/key?partNumber=1&uploadId=u",
            "UploadPart",
            {"Bucket": "bucket", "Key": "key", "PartNumber": 1, "UploadId": "u", "Body": b"{}"},
        ),
    ],
)
def test_the_operation_is_found(
    service: str, method: str, target: str, operation: str, params: dict[str, object]
) -> None:
    assert routed(service, method, target, b"{}" if method in ("POST", "PUT") else b"") == (operation, params)


def test_a_required_header_tells_operations_apart() -> None:
    name, _ = routed("s3", "PUT", "/bucket/key", X_Amz_Copy_Source="a/b")
    assert name == "CopyObject"


def test_layer_versions_are_found_by_arn() -> None:
    arn = "arn:aws:lambda:eu-west-1:000000000000:layer:l:1"
    assert routed("lambda", "GET", f"/2018-10-31/layers?find=LayerVersion&Arn={arn}") == (
        "GetLayerVersionByArn",
        {"Arn": arn},
    )


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/"),
        ("GET", "/restapi"),
        ("TRACE", "/restapis"),
        ("GET", "/restapis//resources"),
        ("GET", "//restapis"),
        ("GET", "/restapis/a/b/c/d/e/f/g/h/i/j"),
        ("GET", "/RESTAPIS"),
    ],
)
def test_an_unknown_path_is_404(method: str, target: str) -> None:
    with pytest.raises(AwsError) as caught:
        routed("apigateway", method, target)
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 404)
    assert target in str(caught.value.message)


@pytest.mark.parametrize("target", ["/restapis/%FF", "/restapis/a?limit=%FF", "/restapis/\xff"])
def test_what_is_not_utf_8_is_refused(target: str) -> None:
    with pytest.raises(AwsError, match="UTF-8"):
        routed("apigateway", "GET", target)


@pytest.mark.parametrize("target", ["Logs_20140328.Nothing", "Other.CreateLogGroup", "CreateLogGroup", ""])
def test_an_unknown_target_is_400(target: str) -> None:
    with pytest.raises(AwsError) as caught:
        CODEC.decode("logs", Sent(headers=[("X-Amz-Target", target)], body=b"{}"))
    assert (caught.value.code, caught.value.status) == ("UnknownOperationException", 400)


FORM = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]


@pytest.mark.parametrize(
    "request_",
    [
        Sent(headers=FORM, body=b"Action=GetCallerIdentity&Version=2011-06-15"),
        Sent(headers=FORM, body=b"Action=GetCallerIdentity"),
        Sent("GET", query="Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60"),
    ],
)
def test_an_action_may_stand_in_the_form_or_the_query_string(request_: Sent) -> None:
    assert CODEC.decode("sts", request_).operation == "GetCallerIdentity"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b"", "MissingAction", "The request must contain the parameter Action"),
        (
            b"Action=Nothing&Version=2011-06-15",
            "UnknownOperationException",
            "Could not find operation Nothing for version 2011-06-15",
        ),
        (
            b"Action=GetCallerIdentity&Version=2010-05-08",
            "UnknownOperationException",
            "Could not find operation GetCallerIdentity for version 2010-05-08",
        ),
    ],
)
def test_an_unknown_action_is_400(body: bytes, code: str, message: str) -> None:
    with pytest.raises(AwsError) as caught:
        CODEC.decode("sts", Sent(headers=FORM, body=body))
    assert (caught.value.code, caught.value.message, caught.value.status) == (code, message, 400)


def test_the_headers_come_along_in_lower_case() -> None:
    call = CODEC.decode("apigateway", Sent("GET", "/restapis", headers=[("X-One", "1"), ("x-one", "2")]))
    assert call.headers == {"x-one": "1"}
