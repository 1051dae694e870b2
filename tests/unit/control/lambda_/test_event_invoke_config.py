"""FunctionEventInvokeConfig: lambda-control-plane section 11. RecursionConfig: lambda-execution section 12."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, OTHER_ZIP, LambdaPlane
from tests.unit.control.plane import NOW

MISSING = ("ResourceNotFoundException", "The function doesn't exist.")
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
SEND = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"},
}
NOTHING: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
SCOPE = "us-east-1:000000000000"


def to(arn: str, member: str = "OnFailure") -> dict[str, Any]:
    return {member: {"Destination": arn}}


@pytest.fixture
def made(plane: LambdaPlane) -> LambdaPlane:
    plane.create_active()
    plane.create_active("other")
    iam = plane.of("iam")
    iam("CreateRole", RoleName="function-role", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam("PutRolePolicy", RoleName="function-role", PolicyName="send", PolicyDocument=json.dumps(SEND))
    return plane


def test_put_replaces_and_update_merges(made: LambdaPlane) -> None:
    put = made("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=0)
    arn = f"{ARN}:$LATEST"
    assert put == {
        "FunctionArn": arn, "LastModified": NOW, "MaximumRetryAttempts": 0, "DestinationConfig": NOTHING,
    }  # fmt: skip
    made.clock.time += 5
    target = f"arn:aws:lambda:{SCOPE}:function:other"
    updated = made(
        "UpdateFunctionEventInvokeConfig", FunctionName="f", MaximumEventAgeInSeconds=60, DestinationConfig=to(target)
    )
    assert updated == {
        "FunctionArn": arn,
        "LastModified": NOW + 5,
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": target}},
    }
    assert made("GetFunctionEventInvokeConfig", FunctionName="f", Qualifier="$LATEST") == updated
    cleared = made("UpdateFunctionEventInvokeConfig", FunctionName="f", DestinationConfig=to(""))
    assert cleared["DestinationConfig"] == NOTHING
    again = made("PutFunctionEventInvokeConfig", FunctionName="f", MaximumEventAgeInSeconds=61)
    assert "MaximumRetryAttempts" not in again
    assert made("DeleteFunctionEventInvokeConfig", FunctionName="f") == {}
    assert made("ListFunctionEventInvokeConfigs", FunctionName="f") == {"FunctionEventInvokeConfigs": []}


def test_qualifiers_have_settings_of_their_own(made: LambdaPlane) -> None:
    made("PublishVersion", FunctionName="f")
    made.settle()
    made("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
    for qualifier in ("live", "1", None):
        made("PutFunctionEventInvokeConfig", FunctionName="f", Qualifier=qualifier, MaximumRetryAttempts=1)
    first = made("ListFunctionEventInvokeConfigs", FunctionName="f", MaxItems=2)
    rest = made("ListFunctionEventInvokeConfigs", FunctionName="f", MaxItems=2, Marker=first["NextMarker"])
    listed = [config["FunctionArn"] for page in (first, rest) for config in page["FunctionEventInvokeConfigs"]]
    assert listed == [f"{ARN}:$LATEST", f"{ARN}:1", f"{ARN}:live"]
    assert (
        made.fails("PutFunctionEventInvokeConfig", FunctionName="f", Qualifier="nobody", MaximumRetryAttempts=1)
        == MISSING
    )


@pytest.mark.parametrize("operation", ["PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"])
def test_a_function_that_is_not_there(plane: LambdaPlane, operation: str) -> None:
    assert plane.fails(operation, FunctionName="f", MaximumRetryAttempts=1) == MISSING


def test_reading_what_is_not_there(made: LambdaPlane) -> None:
    assert made.fails("ListFunctionEventInvokeConfigs", FunctionName="nobody") == MISSING
    missing = ("ResourceNotFoundException", f"The function {ARN}:$LATEST doesn't have an EventInvokeConfig")
    assert made.fails("GetFunctionEventInvokeConfig", FunctionName="f") == missing
    assert made.fails("DeleteFunctionEventInvokeConfig", FunctionName="f") == missing
    assert made.fails("UpdateFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=1) == missing


INVALID = "The provided destination config DestinationConfig({}) is invalid."


@pytest.mark.parametrize(
    ("config", "code", "message"),
    [
        ({}, "InvalidParameterValueException",
         "You must specify at least one of error handling or destination setting."),
        ({"DestinationConfig": to(ARN)}, "InvalidParameterValueException",
         "You can't specify the function as a destination for itself."),
        ({"DestinationConfig": to(f"{ARN}x")}, "InvalidParameterValueException",
         f"The destination ARN {ARN}x is invalid."),
        ({"DestinationConfig": to(f"arn:aws:lambda:{SCOPE}:function:other:9")}, "InvalidParameterValueException",
         f"The destination ARN arn:aws:lambda:{SCOPE}:function:other:9 is invalid."),
        ({"DestinationConfig": to("arn:aws:iam::000000000000:role/x", "OnSuccess")}, "InvalidParameterValueException",
         INVALID.format("onSuccess=OnSuccess(destination=arn:aws:iam::000000000000:role/x), onFailure=null")),
        ({"DestinationConfig": to("arn:aws:s3:::bucket", "OnSuccess")}, "InvalidParameterValueException",
         INVALID.format("onSuccess=OnSuccess(destination=arn:aws:s3:::bucket), onFailure=null")),
        *[
            ({"DestinationConfig": to(arn)}, "NotImplementedException",
             f"Gatelet does not support {what} as destinations of asynchronous invocations yet.")
            for arn, what in (
                (f"arn:aws:sqs:{SCOPE}:q", "SQS queues"), (f"arn:aws:sns:{SCOPE}:t", "SNS topics"),
                (f"arn:aws:events:{SCOPE}:event-bus/b", "EventBridge buses"), ("arn:aws:s3:::bucket", "S3 buckets"),
            )
        ],
    ],
    ids=["nothing", "itself", "no function", "no version", "no service", "s3 on success", "sqs", "sns", "events", "s3"],
)  # fmt: skip
def test_what_is_refused(made: LambdaPlane, config: dict[str, Any], code: str, message: str) -> None:
    assert made.fails("PutFunctionEventInvokeConfig", FunctionName="f", **config) == (code, message)


@pytest.mark.parametrize("operation", ["PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"])
def test_the_role_must_be_allowed_to_invoke_the_destination(made: LambdaPlane, operation: str) -> None:
    """Section 11: AWS asks when the destination is named."""
    target = f"arn:aws:lambda:{SCOPE}:function:other"
    made("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=1)
    made.of("iam")("DeleteRolePolicy", RoleName="function-role", PolicyName="send")
    assert made.fails(operation, FunctionName="f", DestinationConfig=to(target)) == (
        "InvalidParameterValueException",
        f"The function's execution role does not have permissions to call InvokeFunction on {target}",
    )
    assert made("GetFunctionEventInvokeConfig", FunctionName="f")["DestinationConfig"] == NOTHING
    role = f"arn:aws:iam::{SCOPE.partition(':')[2]}:role/function-role"
    made("AddPermission", FunctionName="other", StatementId="s", Action="lambda:InvokeFunction", Principal=role)
    made(operation, FunctionName="f", DestinationConfig=to(target))
    made.of("iam")("DeleteRole", RoleName="function-role")
    assert made.fails(operation, FunctionName="f", DestinationConfig=to(target))[0] == "InvalidParameterValueException"


def test_settings_survive_an_update_and_go_with_the_function(made: LambdaPlane) -> None:
    made("PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=1)
    made("UpdateFunctionCode", FunctionName="f", ZipFile=OTHER_ZIP)
    made.settle()
    assert made("GetFunctionEventInvokeConfig", FunctionName="f")["MaximumRetryAttempts"] == 1
    made("DeleteFunction", FunctionName="f")
    made.create_active()
    assert made("ListFunctionEventInvokeConfigs", FunctionName="f") == {"FunctionEventInvokeConfigs": []}


def test_recursion_config(made: LambdaPlane) -> None:
    assert made("GetFunctionRecursionConfig", FunctionName="f") == {"RecursiveLoop": "Terminate"}
    assert made("PutFunctionRecursionConfig", FunctionName="f", RecursiveLoop="Allow") == {"RecursiveLoop": "Allow"}
    assert made("GetFunctionRecursionConfig", FunctionName="f") == {"RecursiveLoop": "Allow"}
    missing = ("ResourceNotFoundException", f"Function not found: {ARN}x")
    assert made.fails("PutFunctionRecursionConfig", FunctionName="fx", RecursiveLoop="Allow") == missing
