"""Errors as each protocol writes them (lambda-control-plane 1, apigateway-control-plane 1, identity 1.3)."""

from __future__ import annotations

import zlib
from typing import Any

import orjson
import pytest

from gatelet.aws.errors import AwsError, NotSupported
from gatelet.wire.codec import Codec
from gatelet.wire.errors import Unauthenticated
from gatelet.wire.message import WireResponse

CODEC = Codec()
REASON = "ReservedFunctionConcurrentInvocationLimitExceeded"


def answer(service: str, error: AwsError) -> WireResponse:
    return CODEC.encode_error(service, error, request_id="id")


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (AwsError("ResourceNotFoundException", "m"), 404, {"Type": "User", "Message": "m"}),
        (AwsError("ServiceException", "m"), 500, {"Type": "User", "Message": "m"}),
        (AwsError("InvalidParameterValueException", "m"), 400, {"Type": "User", "message": "m"}),
        (AwsError("ResourceConflictException", "m"), 409, {"Type": "User", "message": "m"}),
        (AwsError("PreconditionFailedException", "m"), 412, {"Type": "User", "message": "m"}),
        (
            AwsError("TooManyRequestsException", "m", members={"Reason": REASON}),
            429,
            {"Type": "User", "message": "m", "Reason": REASON},
        ),
        (AwsError("InvalidParameterValueException", "m", members={"Type": None}), 400, {"message": "m"}),
        (AwsError("ResourceNotFoundException", "m", members={"Type": None}), 404, {"Message": "m"}),
        (AwsError("ValidationException", "m"), 400, {"message": "m"}),
        (AwsError("RequestEntityTooLargeException", "m"), 413, {"message": "m"}),
        (AwsError("AccessDeniedException", None), 403, {"Message": None}),
        (NotSupported("x"), 501, {"message": "Gatelet does not support x yet."}),
    ],
)
def test_lambdas_casing(error: AwsError, status: int, body: dict[str, Any]) -> None:
    """lambda-control-plane 1, the table of error bodies."""
    response = answer("lambda", error)
    assert (response.status, orjson.loads(response.body)) == (status, body)
    assert ("x-amzn-ErrorType", error.code) in response.headers
    assert ("Content-Type", "application/json") in response.headers


def test_members_in_headers_and_headers_of_the_error() -> None:
    """apigateway-control-plane 1: Retry-After."""
    error = AwsError("LimitExceededException", "m", members={"retryAfterSeconds": "3"}, headers={"X-Extra": "1"})
    response = answer("apigateway", error)
    assert (response.status, response.body) == (429, b'{"message":"m"}')
    assert {("Retry-After", "3"), ("X-Extra", "1")} <= set(response.headers)


AUTH = {
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
}


@pytest.mark.parametrize("code", AUTH)
def test_credentials_that_are_no_good(code: str) -> None:
    """identity 1.3: 403 on REST, 400 on json, and the query protocol's own names."""
    error = Unauthenticated(code, "m")
    rest, rpc = answer("apigateway", error), answer("logs", error)
    assert (rest.status, ("x-amzn-ErrorType", code) in rest.headers) == (403, True)
    assert (rpc.status, orjson.loads(rpc.body)) == (400, {"__type": code, "message": "m"})
    name, status = AUTH[code]
    for service, version in (("iam", "2010-05-08"), ("sts", "2011-06-15")):
        response = answer(service, error)
        assert response.status == status
        assert f"<Error><Type>Sender</Type><Code>{name}</Code><Message>m</Message></Error>" in response.body.decode()
        assert f"/doc/{version}/" in response.body.decode()
        assert response.body.endswith(b"<RequestId>id</RequestId></ErrorResponse>")


@pytest.mark.parametrize(
    ("service", "code", "name", "status"),
    [
        ("iam", "NoSuchEntityException", "NoSuchEntity", 404),
        ("iam", "NoSuchEntity", "NoSuchEntity", 404),
        ("iam", "ValidationException", "ValidationError", 400),
        ("iam", "AccessDeniedException", "AccessDenied", 403),
        ("iam", "UnknownOperationException", "InvalidAction", 400),
        ("iam", "SerializationException", "MalformedInput", 400),
        ("sts", "ExpiredTokenException", "ExpiredTokenException", 400),
        ("sts", "PackedPolicyTooLargeException", "PackedPolicyTooLarge", 400),
    ],
)
def test_the_query_protocols_names(service: str, code: str, name: str, status: int) -> None:
    response = answer(service, AwsError(code, "m"))
    assert response.status == status
    assert f"<Code>{name}</Code>" in response.body.decode()


def test_a_fault_of_the_service_is_the_receivers() -> None:
    assert b"<Type>Receiver</Type>" in answer("iam", AwsError("ServiceFailureException", "m")).body


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        ("ResourceNotFoundException", "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"),
        ("ValidationException", "com.amazon.coral.validate#ValidationException"),
        ("SerializationException", "com.amazon.coral.service#SerializationException"),
    ],
)
def test_dynamodb_names_its_own_errors_in_full(code: str, type_: str) -> None:
    """platform-neighbours 2."""
    body = orjson.loads(answer("dynamodb", AwsError(code, "m")).body)
    assert body["__type"] == type_


def test_dynamodb_sums_its_bodies_up() -> None:
    """platform-neighbours 2: x-amz-crc32, which some SDKs check."""
    response = answer("dynamodb", AwsError("ValidationException", "m"))
    assert dict(response.headers)["x-amz-crc32"] == str(zlib.crc32(response.body))
    assert "x-amz-crc32" not in dict(answer("logs", AwsError("ValidationException", "m")).headers)


def test_s3_has_a_bare_error() -> None:
    response = answer("s3", AwsError("NoSuchKey", "m", status=404, members={"Key": "a&b"}))
    assert response.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error><Code>NoSuchKey</Code><Message>m</Message><Key>a&amp;b</Key><RequestId>id</RequestId></Error>"
    )
    assert ("x-amz-request-id", "id") in response.headers
