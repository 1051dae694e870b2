"""IAM with boto3 over HTTP: identity section 3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["logs:*"], "Resource": "arn:aws:logs:*:*:*"}],
}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def error(call: Any, **params: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_the_life_of_a_role(gatelet: Any) -> None:
    iam = gatelet.client("iam")
    created = iam.create_role(
        RoleName="walked",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Description="for a test",
        Tags=[{"Key": "team", "Value": "users"}],
    )["Role"]
    assert created["Arn"] == "arn:aws:iam::000000000000:role/walked"
    assert created["AssumeRolePolicyDocument"] == TRUST
    assert created["CreateDate"].tzinfo is not None
    assert "MaxSessionDuration" not in created
    assert error(iam.create_role, RoleName="walked", AssumeRolePolicyDocument=json.dumps(TRUST)) == (
        409,
        "EntityAlreadyExists",
        "Role with name walked already exists.",
    )
    role = iam.get_role(RoleName="walked")["Role"]
    assert (role["MaxSessionDuration"], role["Description"]) == (3600, "for a test")
    assert role["Tags"] == [{"Key": "team", "Value": "users"}]
    assert "walked" in [
        item["RoleName"] for page in iam.get_paginator("list_roles").paginate() for item in page["Roles"]
    ]
    iam.put_role_policy(RoleName="walked", PolicyName="inline", PolicyDocument=json.dumps(POLICY))
    assert iam.get_role_policy(RoleName="walked", PolicyName="inline")["PolicyDocument"] == POLICY
    iam.attach_role_policy(RoleName="walked", PolicyArn=BASIC)
    attached = iam.list_attached_role_policies(RoleName="walked")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC}]
    assert error(iam.delete_role, RoleName="walked")[:2] == (409, "DeleteConflict")
    iam.detach_role_policy(RoleName="walked", PolicyArn=BASIC)
    iam.delete_role_policy(RoleName="walked", PolicyName="inline")
    assert iam.list_role_policies(RoleName="walked")["PolicyNames"] == []
    iam.delete_role(RoleName="walked")
    assert error(iam.get_role, RoleName="walked") == (
        404,
        "NoSuchEntity",
        "The role with name walked cannot be found.",
    )


def test_managed_policies(gatelet: Any) -> None:
    iam = gatelet.client("iam", account="222233334444")
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]
    assert (version["Document"], version["IsDefaultVersion"]) == (POLICY, True)
    assert [policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]] == [arn]
    assert iam.get_policy(PolicyArn=BASIC)["Policy"]["Path"] == "/service-role/"
    iam.delete_policy(PolicyArn=arn)
    assert error(iam.get_policy, PolicyArn=arn) == (404, "NoSuchEntity", f"Policy {arn} was not found.")
    assert error(iam.delete_policy, PolicyArn=BASIC)[:2] == (403, "AccessDenied")


def test_malformed_documents(gatelet: Any) -> None:
    iam = gatelet.client("iam")
    assert error(iam.create_role, RoleName="bad", AssumeRolePolicyDocument="{") == (
        400,
        "MalformedPolicyDocument",
        "This policy contains invalid Json",
    )
    assert error(iam.create_role, RoleName="b d", AssumeRolePolicyDocument="{}")[:2] == (400, "ValidationError")


def test_accounts_are_apart(gatelet: Any) -> None:
    gatelet.client("iam").create_role(RoleName="ours", AssumeRolePolicyDocument=json.dumps(TRUST))
    theirs = gatelet.client("iam", account="111122223333")
    assert theirs.list_roles()["Roles"] == []
    assert error(theirs.get_role, RoleName="ours")[1] == "NoSuchEntity"
