"""Invoke: lambda-execution section 1."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane

from gatelet.control.lambda_.json_payload import fault_of
from gatelet.functions.invocation import (
    FunctionNotFound,
    FunctionNotReady,
    InvocationRefused,
    InvocationResult,
    PayloadTooLarge,
    PermissionDenied,
    RuntimeUnavailable,
    TooManyRequests,
)

AT = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


def test_the_answer_is_the_functions_own(plane: LambdaPlane) -> None:
    plane.functions.answer = InvocationResult(b'{ "a":1}', "r", "$LATEST")
    answer = plane("Invoke", FunctionName="f", Payload=b'{"b": 2}')
    assert answer == {"StatusCode": 200, "Payload": b'{ "a":1}', "ExecutedVersion": "$LATEST"}
    (invocation,) = plane.functions.invocations
    assert invocation.payload == b'{"b": 2}'
    assert invocation.request_id == "request-id"
    assert (invocation.target.name, invocation.target.qualifier) == ("f", None)
    assert invocation.trace_id.startswith("Root=1-")
    assert not invocation.log_tail


def test_function_errors_are_successes_of_the_call(plane: LambdaPlane) -> None:
    plane.functions.answer = InvocationResult(b"{}", "r", "$LATEST", "Unhandled", b"END RequestId: r\n")
    answer = plane("Invoke", FunctionName=f"{ARN}:$LATEST", LogType="Tail")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert base64.b64decode(answer["LogResult"]) == b"END RequestId: r\n"
    assert plane.functions.invocations[0].target.qualifier == "$LATEST"
    assert plane.functions.invocations[0].log_tail


@pytest.mark.parametrize("payload", [None, b""])
def test_an_empty_body_is_an_empty_object(plane: LambdaPlane, payload: bytes | None) -> None:
    plane("Invoke", FunctionName="f", Payload=payload)
    assert plane.functions.invocations[0].payload == b"{}"


def test_client_context_is_decoded(plane: LambdaPlane) -> None:
    plane("Invoke", FunctionName="f", ClientContext=base64.b64encode(b'{"custom":{}}').decode())
    assert plane.functions.invocations[0].client_context == b'{"custom":{}}'
    for bad in ("%", base64.b64encode(b"no").decode(), base64.b64encode(b'"' + b"x" * 3000 + b'"').decode()):
        assert plane.fails("Invoke", FunctionName="f", ClientContext=bad)[0] == "InvalidRequestContentException"


def test_dry_run(plane: LambdaPlane) -> None:
    plane.create_active()
    assert plane("Invoke", FunctionName="f", InvocationType="DryRun") == {"StatusCode": 204}
    assert plane.functions.invocations == []
    for qualifier, arn in ((None, "g:$LATEST"), ("7", "g:7")):
        assert plane.fails("Invoke", FunctionName="g", Qualifier=qualifier, InvocationType="DryRun") == (
            "ResourceNotFoundException",
            f"Function not found: arn:aws:lambda:us-east-1:000000000000:function:{arn}",
        )


@pytest.mark.parametrize(
    ("params", "what"),
    [
        ({"DurableExecutionName": "x"}, "durable executions (DurableExecutionName)"),
        ({"TenantId": "x"}, "tenant isolation (TenantId)"),
    ],
)
def test_what_is_not_there_yet(plane: LambdaPlane, params: dict[str, Any], what: str) -> None:
    assert plane.fails("Invoke", FunctionName="f", **params)[1] == f"Gatelet does not support {what} yet."
    assert plane.functions.invocations == []


def test_six_mebibytes(plane: LambdaPlane) -> None:
    plane("Invoke", FunctionName="f", Payload=b'"' + b"x" * (6_291_456 - 2) + b'"')
    refused = plane.refusal("Invoke", FunctionName="f", Payload=b'"' + b"x" * (6_291_456 - 1) + b'"')
    assert (refused.code, refused.status, refused.message) == (
        "RequestEntityTooLargeException",
        413,
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    )
    assert len(plane.functions.invocations) == 1


def test_a_payload_that_is_not_json(plane: LambdaPlane) -> None:
    assert plane.fails("Invoke", FunctionName="f", Payload=b"\x99") == (
        "InvalidRequestContentException",
        "Could not parse request body into json: Could not parse payload into json: "
        f"Unexpected character ((CTRL-CHAR, code 153)): expected a valid value {VALUES}" + AT.format(1, 1),
    )
    assert plane.functions.invocations == []


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        (b"null", None),
        (b' "\\ud800" ', None),
        (b"1e3", None),
        (b'"\x87"', "Invalid UTF-8 start byte 0x87" + AT.format(1, 3)),
        (b"hello", f"Unrecognized token 'hello': was expecting {VALUES}" + AT.format(1, 6)),
        (b"NaN", f"Unexpected character: expected a valid value {VALUES}" + AT.format(1, 1)),
        (b"{}\n}", f"Unexpected character ('}}' (code 125)): expected a valid value {VALUES}" + AT.format(2, 1)),
        (b'{"a":', "Unexpected end-of-input" + AT.format(1, 6)),
        (b'"a', "Unexpected end-of-input: was expecting closing quote for a string value" + AT.format(1, 3)),
        (b"\x01", f"Unexpected character ((CTRL-CHAR, code 1)): expected a valid value {VALUES}" + AT.format(1, 1)),
    ],
)
def test_what_the_parser_says(payload: bytes, fault: str | None) -> None:
    assert fault_of(payload) == fault


def test_deep_nesting_is_refused() -> None:
    assert fault_of(b"[" * 100_000 + b"]" * 100_000) is not None


@pytest.mark.parametrize(
    ("refused", "code", "status", "message", "members"),
    [
        (FunctionNotFound(ARN), "ResourceNotFoundException", 404, f"Function not found: {ARN}:$LATEST", {}),
        (
            FunctionNotReady("Pending"),
            "ResourceConflictException",
            409,
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
            {},
        ),
        (
            TooManyRequests("ReservedFunctionConcurrentInvocationLimitExceeded"),
            "TooManyRequestsException",
            429,
            "Rate Exceeded.",
            {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "retryAfterSeconds": "1"},
        ),
        (
            TooManyRequests("CallerRateLimitExceeded", 7),
            "TooManyRequestsException",
            429,
            "Rate exceeded",
            {"Reason": "CallerRateLimitExceeded", "retryAfterSeconds": "7"},
        ),
        (
            PayloadTooLarge(7),
            "RequestTooLargeException",
            413,
            "7 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
            {},
        ),
        (
            PermissionDenied(),
            "AccessDeniedException",
            403,
            (
                "User: arn:aws:iam::000000000000:root is not authorized to perform: lambda:InvokeFunction on resource: "
                f"{ARN} because no resource-based policy allows the lambda:InvokeFunction action"
            ),
            {},
        ),
        (
            RuntimeUnavailable(),
            "ServiceException",
            502,
            "The function could not be started on this host.",
            {},
        ),
    ],
)
def test_refused_invocations(
    plane: LambdaPlane,
    refused: InvocationRefused,
    code: str,
    status: int,
    message: str,
    members: dict[str, str],
) -> None:
    plane.functions.answer = refused
    error = plane.refusal("Invoke", FunctionName="f")
    assert (error.code, error.status, error.message, dict(error.members)) == (code, status, message, members)
