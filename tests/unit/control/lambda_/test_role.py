"""The role of a function: lambda-control-plane section 4; design 1 (an unknown one, in the development mode)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.control.lambda_.conftest import ARN, LambdaPlane
from tests.walk import ROLE

REFUSED = ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")


def make_role(plane: LambdaPlane, service: str, **members: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **members}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    plane.of("iam")("CreateRole", RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument=document)


def test_a_role_that_is_not_there_is_accepted(plane: LambdaPlane) -> None:
    assert plane.create_active()["Role"] == ROLE


@pytest.mark.parametrize(
    ("source", "accepted"), [(None, True), (ARN, True), (ARN + "2", False)], ids=["any", "this", "another"]
)
def test_a_role_that_trusts_lambda(plane: LambdaPlane, source: str | None, accepted: bool) -> None:
    condition = {} if source is None else {"Condition": {"ArnEquals": {"aws:SourceArn": source}}}
    make_role(plane, "lambda.amazonaws.com", **condition)
    if accepted:
        assert plane.create()["Role"] == ROLE
    else:
        assert plane.refused_create() == REFUSED


def test_a_role_that_trusts_another_service_is_refused(plane: LambdaPlane) -> None:
    plane.create_active()
    make_role(plane, "events.amazonaws.com")
    assert plane.refused_create("g") == REFUSED
    assert plane.fails("UpdateFunctionConfiguration", FunctionName="f", Role=ROLE) == REFUSED
    assert plane("UpdateFunctionConfiguration", FunctionName="f", Timeout=5)["Timeout"] == 5
