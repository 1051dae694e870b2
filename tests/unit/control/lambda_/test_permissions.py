"""Function policies: lambda-control-plane section 8."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane

GATEWAY = "apigateway.amazonaws.com"
METHOD = "arn:aws:execute-api:us-east-1:000000000000:api/*/GET/users"


def add(plane: LambdaPlane, sid: str = "s", **params: Any) -> dict[str, Any]:
    given = {"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": GATEWAY, **params}
    return plane("AddPermission", FunctionName="f", **given)


def refused(plane: LambdaPlane, sid: str = "s", **params: Any) -> tuple[str, str | None]:
    given = {
        "FunctionName": "f",
        "StatementId": sid,
        "Action": "lambda:InvokeFunction",
        "Principal": GATEWAY,
        **params,
    }
    return plane.fails("AddPermission", **given)


def policy(plane: LambdaPlane) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(plane("GetPolicy", FunctionName="f")["Policy"])
    return found


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"Principal": "*"}, {"Principal": "*"}),
        ({"Principal": GATEWAY}, {"Principal": {"Service": GATEWAY}}),
        ({"Principal": "alexa-appkit.amazon.com"}, {"Principal": {"Service": "alexa-appkit.amazon.com"}}),
        ({"Principal": "111122223333"}, {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}),
        (
            {"Principal": "arn:aws:iam::111122223333:role/r"},
            {"Principal": {"AWS": "arn:aws:iam::111122223333:role/r"}},
        ),
        ({"SourceArn": METHOD}, {"Condition": {"ArnLike": {"AWS:SourceArn": METHOD}}}),
        (
            {"SourceAccount": "111122223333"},
            {"Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333"}}},
        ),
        (
            {"PrincipalOrgID": "o-1234567890"},
            {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}},
        ),
        (
            {"EventSourceToken": "t"},
            {"Condition": {"StringEquals": {"lambda:EventSourceToken": "t"}}},
        ),
        (
            {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
            {"Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}},
        ),
        (
            {"InvokedViaFunctionUrl": True},
            {"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
        ),
        (
            {"SourceArn": METHOD, "SourceAccount": "111122223333", "PrincipalOrgID": "o-1234567890"},
            {
                "Condition": {
                    "ArnLike": {"AWS:SourceArn": METHOD},
                    "StringEquals": {
                        "AWS:SourceAccount": "111122223333",
                        "aws:PrincipalOrgID": "o-1234567890",
                    },
                }
            },
        ),
    ],
)
def test_statements(plane: LambdaPlane, params: dict[str, Any], expected: dict[str, Any]) -> None:
    plane.create_active()
    statement = json.loads(add(plane, **params)["Statement"])
    whole = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"Service": GATEWAY},
        "Action": params.get("Action", "lambda:InvokeFunction"),
        "Resource": ARN,
        **expected,
    }
    assert list(statement.items()) == list(whole.items()), "the order of the members is AWS's"
    assert policy(plane) == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}


def test_the_policy_is_compact_json(plane: LambdaPlane) -> None:
    plane.create_active()
    text = add(plane)["Statement"]
    assert text == (
        '{"Sid":"s","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},'
        f'"Action":"lambda:InvokeFunction","Resource":"{ARN}"}}'
    )
    assert plane("GetPolicy", FunctionName="f")["Policy"] == (
        f'{{"Version":"2012-10-17","Id":"default","Statement":[{text}]}}'
    )


@pytest.mark.parametrize("principal", ["x", "arn:aws:s3:::bucket", "arn:aws:iam::111122223333:role/*", "12345"])
def test_principals_that_name_nobody(plane: LambdaPlane, principal: str) -> None:
    plane.create_active()
    assert refused(plane, Principal=principal) == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )


def test_a_statement_that_could_not_be_evaluated_is_refused(plane: LambdaPlane) -> None:
    plane.create_active()
    assert refused(plane, SourceArn="arn:aws:execute-api:us-east-1:000000000000:${x")[0] == (
        "InvalidParameterValueException"
    )


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"Qualifier": "$LATEST"},
            "InvalidParameterValueException",
            "We currently do not support adding policies for $LATEST.",
        ),
        ({"Qualifier": "3"}, "ResourceNotFoundException", f"Function not found: {ARN}:3"),
        ({"Qualifier": "live"}, "ResourceNotFoundException", f"Cannot find alias arn: {ARN}:live"),
        (
            {"FunctionName": "g"},
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
        ),
        (
            {"RevisionId": "stale"},
            "PreconditionFailedException",
            (
                "The Revision Id provided does not match the latest Revision Id. "
                "Call the GetPolicy API to retrieve the latest Revision Id"
            ),
        ),
        (
            {},
            "ResourceConflictException",
            (
                "The statement id (s) provided already exists. Please provide a new statement id, or remove the "
                "existing statement."
            ),
        ),
        (
            {"FunctionUrlAuthType": "NONE"},
            "InvalidParameterValueException",
            "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
        ),
    ],
)
def test_refusals(plane: LambdaPlane, params: dict[str, Any], code: str, message: str) -> None:
    plane.create_active()
    add(plane)
    assert refused(plane, **params) == (code, message)


def test_the_policy_has_a_revision_of_its_own(plane: LambdaPlane) -> None:
    function = plane.create_active()
    add(plane, "a")
    first = plane("GetPolicy", FunctionName="f")["RevisionId"]
    add(plane, "b", RevisionId=first)
    second = plane("GetPolicy", FunctionName="f")["RevisionId"]
    assert first != second
    assert plane("GetFunctionConfiguration", FunctionName="f") == function
    assert plane.fails("RemovePermission", FunctionName="f", StatementId="a", RevisionId=first) == (
        "PreconditionFailedException",
        (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        ),
    )
    plane("RemovePermission", FunctionName="f", StatementId="a", RevisionId=second)
    assert [statement["Sid"] for statement in policy(plane)["Statement"]] == ["b"]


def test_the_last_statement_takes_the_policy_with_it(plane: LambdaPlane) -> None:
    plane.create_active()
    add(plane)
    assert plane("RemovePermission", FunctionName="f", StatementId="s") == {}
    assert plane.fails("GetPolicy", FunctionName="f") == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )
    assert plane.fails("RemovePermission", FunctionName="f", StatementId="s") == (
        "ResourceNotFoundException",
        "No policy is associated with the given resource.",
    )


@pytest.mark.parametrize("params", [{"FunctionName": "g"}, {"FunctionName": "f", "Qualifier": "1"}])
def test_get_policy_of_what_has_none(plane: LambdaPlane, params: dict[str, str]) -> None:
    plane.create_active()
    add(plane)
    assert plane.fails("GetPolicy", **params) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"StatementId": "t"}, "Statement t is not found in resource policy."),
        (
            {"FunctionName": "g"},
            "No policy found for: arn:aws:lambda:us-east-1:000000000000:function:g",
        ),
        ({"Qualifier": "live"}, f"Cannot find alias arn: {ARN}:live"),
    ],
)
def test_remove_what_is_not_there(plane: LambdaPlane, params: dict[str, str], message: str) -> None:
    plane.create_active()
    add(plane)
    given = {"FunctionName": "f", "StatementId": "s", **params}
    assert plane.fails("RemovePermission", **given) == ("ResourceNotFoundException", message)


def test_the_policy_has_at_most_20_kb(plane: LambdaPlane) -> None:
    plane.create_active()
    source = "arn:aws:execute-api:us-east-1:000000000000:" + "x" * 9_000
    add(plane, "a", SourceArn=source)
    add(plane, "b", SourceArn=source)
    code, message = refused(plane, "c", SourceArn=source)
    assert code == "PolicyLengthExceededException"
    assert message is not None
    size = int(message.split("(")[1].split(")")[0])
    assert size > 20_480
    assert message == f"The final policy size ({size}) is bigger than the limit (20480)."
