"""SimulatePrincipalPolicy and SimulateCustomPolicy: IAM API Reference."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import Plane

USER = "arn:aws:iam::000000000000:user/jane"
ROLE = "arn:aws:iam::000000000000:role/p/r"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
TWO = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"},
    {
      "Effect": "Deny", "Action": "lambda:Delete*", "Resource": "*"
    }
  ]
}"""
TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
)


def document(**members: Any) -> str:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", **members}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        plane = Plane(runner, "iam")
        plane("CreateUser", UserName="jane")
        plane("PutUserPolicy", UserName="jane", PolicyName="two", PolicyDocument=TWO)
        plane("CreateRole", RoleName="r", Path="/p/", AssumeRolePolicyDocument=TRUST)
        yield plane


def simulate(iam: Plane, source: str, actions: list[str], **params: Any) -> list[tuple[str, str, str]]:
    answer = iam("SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=actions, **params)
    return [
        (result["EvalActionName"], result["EvalResourceName"], result["EvalDecision"])
        for result in answer["EvaluationResults"]
    ]


def test_the_three_decisions(iam: Plane) -> None:
    actions = ["lambda:GetFunction", "lambda:DeleteFunction", "logs:GetLogEvents"]
    assert simulate(iam, USER, actions, ResourceArns=[FUNCTION, "*"]) == [
        ("lambda:GetFunction", FUNCTION, "allowed"),
        ("lambda:GetFunction", "*", "allowed"),
        ("lambda:DeleteFunction", FUNCTION, "explicitDeny"),
        ("lambda:DeleteFunction", "*", "explicitDeny"),
        ("logs:GetLogEvents", FUNCTION, "implicitDeny"),
        ("logs:GetLogEvents", "*", "implicitDeny"),
    ]


def test_the_statements_that_decided(iam: Plane) -> None:
    def matched(action: str) -> list[dict[str, Any]]:
        answer = iam("SimulatePrincipalPolicy", PolicySourceArn=USER, ActionNames=[action])
        found: list[dict[str, Any]] = answer["EvaluationResults"][0]["MatchedStatements"]
        return found

    source = {"SourcePolicyId": "user/jane/two", "SourcePolicyType": "user"}
    assert matched("lambda:GetFunction") == [
        {**source, "StartPosition": {"Line": 4, "Column": 5}, "EndPosition": {"Line": 4, "Column": 63}}
    ]
    assert matched("lambda:DeleteFunction") == [
        {**source, "StartPosition": {"Line": 5, "Column": 5}, "EndPosition": {"Line": 7, "Column": 6}}
    ]
    assert matched("logs:GetLogEvents") == []


def test_who_it_is_stands_in_the_context(iam: Plane) -> None:
    conditional = document(Condition={"StringEquals": {"aws:username": "jane", "x:y": "z"}})
    params: dict[str, Any] = {"PolicyInputList": [conditional]}
    answer = iam("SimulatePrincipalPolicy", PolicySourceArn=USER, ActionNames=["a:B"], **params)
    assert answer["EvaluationResults"][0]["MissingContextValues"] == ["x:y"]
    assert simulate(iam, USER, ["a:B"], **params) == [("a:B", "*", "implicitDeny")]
    params["ContextEntries"] = [{"ContextKeyName": "X:y", "ContextKeyValues": ["z"], "ContextKeyType": "string"}]
    assert simulate(iam, USER, ["a:B"], **params) == [("a:B", "*", "allowed")]
    params["ContextEntries"].append({"ContextKeyName": "aws:username", "ContextKeyValues": ["joe"]})
    assert simulate(iam, USER, ["a:B"], **params) == [("a:B", "*", "implicitDeny")]


def test_boundaries(iam: Plane) -> None:
    iam("PutRolePolicy", RoleName="r", PolicyName="all", PolicyDocument=document())
    params = {"PermissionsBoundaryPolicyInputList": [document(Action="lambda:*")]}
    actions = ["lambda:GetFunction", "logs:GetLogEvents"]
    answer = iam("SimulatePrincipalPolicy", PolicySourceArn=ROLE, ActionNames=actions, **params)
    assert [
        (result["EvalDecision"], result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
        for result in answer["EvaluationResults"]
    ] == [("allowed", True), ("implicitDeny", False)]


def test_a_resource_policy(iam: Plane) -> None:
    other = "arn:aws:iam::111122223333:user/joe"
    statement = {"Sid": "s", "Effect": "Allow", "Principal": {"AWS": other}, "Action": "x:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    params: dict[str, Any] = {"ActionNames": ["x:Y"], "PolicyInputList": [document(Action="logs:*")]}

    def decision(**more: Any) -> str:
        answer = iam("SimulateCustomPolicy", **params, **more)
        return str(answer["EvaluationResults"][0]["EvalDecision"])

    assert decision() == "implicitDeny"
    assert decision(ResourcePolicy=policy, CallerArn=other) == "allowed"
    owner = "arn:aws:iam::000000000000:root"
    assert decision(ResourcePolicy=policy, CallerArn=other, ResourceOwner=owner) == "implicitDeny"
    assert iam.fails("SimulateCustomPolicy", **params, ResourcePolicy=policy)[0] == "InvalidInputException"


def test_groups_and_paging(iam: Plane) -> None:
    iam("CreateGroup", GroupName="g")
    iam("PutGroupPolicy", GroupName="g", PolicyName="p", PolicyDocument=document(Action="logs:*"))
    group = "arn:aws:iam::000000000000:group/g"
    assert simulate(iam, group, ["logs:GetLogEvents"]) == [("logs:GetLogEvents", "*", "allowed")]
    first = iam("SimulatePrincipalPolicy", PolicySourceArn=group, ActionNames=["a:A", "a:B"], MaxItems=1)
    second = iam(
        "SimulatePrincipalPolicy",
        PolicySourceArn=group,
        ActionNames=["a:A", "a:B"],
        MaxItems=1,
        Marker=first["Marker"],
    )
    assert [page["EvaluationResults"][0]["EvalActionName"] for page in (first, second)] == ["a:A", "a:B"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("arn:aws:iam::000000000000:user/nobody", "NoSuchEntityException"),
        ("arn:aws:iam::000000000000:role/r", "NoSuchEntityException"),
        ("arn:aws:iam::111122223333:user/jane", "NoSuchEntityException"),
        ("arn:aws:iam::000000000000:policy/p", "InvalidInputException"),
        ("jane-jane-jane-jane-jane", "InvalidInputException"),
    ],
)
def test_nobody(iam: Plane, source: str, code: str) -> None:
    assert iam.fails("SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=["a:B"])[0] == code


def test_a_policy_that_is_none(iam: Plane) -> None:
    assert iam.fails("SimulateCustomPolicy", PolicyInputList=["{"], ActionNames=["a:B"]) == (
        "InvalidInputException",
        "Invalid Input Policy: PolicyInputList.1: This policy contains invalid Json",
    )
