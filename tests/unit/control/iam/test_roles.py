"""Roles: identity section 3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from tests.unit.control.plane import NOW, Plane

from gatelet.identity.aws_policies import AWS_POLICIES
from gatelet.policy.document import Kind, read_document

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}})
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture
def plane() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        yield Plane(runner, "iam")


def create(plane: Plane, name: str = "r", **params: Any) -> dict[str, Any]:
    made: dict[str, Any] = plane("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST, **params)["Role"]
    return made


def present(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value is not None}


def test_create_and_get(plane: Plane) -> None:
    created = present(create(plane, Description="d", MaxSessionDuration=7200, Path="/p/"))
    assert set(created) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert created["Arn"] == "arn:aws:iam::000000000000:role/p/r"
    assert created["RoleId"].startswith("AROA")
    assert len(created["RoleId"]) == 21
    assert created["CreateDate"] == int(NOW)
    assert "{" not in created["AssumeRolePolicyDocument"]
    assert unquote(created["AssumeRolePolicyDocument"]) == TRUST
    got = present(plane("GetRole", RoleName="r")["Role"])
    assert got == {**created, "Description": "d", "MaxSessionDuration": 7200, "RoleLastUsed": {}}


def test_the_session_lasts_an_hour_unless_told(plane: Plane) -> None:
    create(plane)
    assert plane("GetRole", RoleName="r")["Role"]["MaxSessionDuration"] == 3600


def test_names_are_unique_without_regard_to_case(plane: Plane) -> None:
    create(plane)
    for name in ("r", "R"):
        assert plane.fails("CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST) == (
            "EntityAlreadyExistsException",
            f"Role with name {name} already exists.",
        )


def test_iam_is_global(plane: Plane) -> None:
    create(plane)
    assert plane("GetRole", RoleName="r", region="eu-west-1")["Role"]["Arn"] == ROLE
    assert all(key.region == "" for key in plane.records.rows)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetRole", {}),
        ("UpdateRole", {}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}),
        ("DeleteRole", {}),
        ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": POLICY}),
        ("GetRolePolicy", {"PolicyName": "p"}),
        ("ListRolePolicies", {}),
        ("DeleteRolePolicy", {"PolicyName": "p"}),
        ("AttachRolePolicy", {"PolicyArn": BASIC}),
        ("DetachRolePolicy", {"PolicyArn": BASIC}),
        ("ListAttachedRolePolicies", {}),
        ("TagRole", {"Tags": []}),
        ("UntagRole", {"TagKeys": []}),
        ("ListRoleTags", {}),
        ("ListInstanceProfilesForRole", {}),
    ],
)
def test_a_missing_role(plane: Plane, operation: str, params: dict[str, Any]) -> None:
    create(plane, "other")
    assert plane.fails(operation, RoleName="Other", **params) == (
        "NoSuchEntityException",
        "The role with name Other cannot be found.",
    )


def test_list_roles(plane: Plane) -> None:
    for name in ("c", "a", "b"):
        create(plane, name, Path="/team/" if name == "a" else "/", Tags=[{"Key": "k", "Value": "v"}])
    first = plane("ListRoles", MaxItems=2)
    assert ([role["RoleName"] for role in first["Roles"]], first["IsTruncated"]) == (["a", "b"], True)
    # What goes between two pages moves no other row.
    plane("DeleteRole", RoleName="a")
    rest = plane("ListRoles", MaxItems=2, Marker=first["Marker"])
    assert ([role["RoleName"] for role in rest["Roles"]], rest["IsTruncated"]) == (["c"], False)
    assert "Tags" not in first["Roles"][0]
    create(plane, "d", Path="/team/")
    assert [role["RoleName"] for role in plane("ListRoles", PathPrefix="/team/")["Roles"]] == ["d"]
    assert plane.fails("ListRoles", Marker="nonsense")[0] == "ValidationException"


def test_update(plane: Plane) -> None:
    create(plane)
    plane("UpdateRole", RoleName="r", Description="new", MaxSessionDuration=43_200)
    plane("UpdateRole", RoleName="r")
    other = TRUST.replace("lambda", "apigateway")
    plane("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=other)
    role = plane("GetRole", RoleName="r")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 43_200)
    assert unquote(role["AssumeRolePolicyDocument"]) == other


def test_delete_needs_a_role_without_policies(plane: Plane) -> None:
    create(plane)
    plane("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=POLICY)
    plane("AttachRolePolicy", RoleName="r", PolicyArn=BASIC)
    assert plane.fails("DeleteRole", RoleName="r") == (
        "DeleteConflictException",
        "Cannot delete entity, must detach all policies first.",
    )
    plane("DetachRolePolicy", RoleName="r", PolicyArn=BASIC)
    assert plane.fails("DeleteRole", RoleName="r") == (
        "DeleteConflictException",
        "Cannot delete entity, must delete policies first.",
    )
    plane("DeleteRolePolicy", RoleName="r", PolicyName="p")
    plane("DeleteRole", RoleName="r")
    assert plane.records.rows == {}


def test_inline_policies(plane: Plane) -> None:
    create(plane)
    for name in ("b", "a"):
        plane("PutRolePolicy", RoleName="r", PolicyName=name, PolicyDocument=POLICY)
    assert plane("ListRolePolicies", RoleName="r")["PolicyNames"] == ["a", "b"]
    got = plane("GetRolePolicy", RoleName="r", PolicyName="a")
    assert (got["RoleName"], got["PolicyName"], unquote(got["PolicyDocument"])) == ("r", "a", POLICY)
    plane("DeleteRolePolicy", RoleName="r", PolicyName="a")
    for operation in ("GetRolePolicy", "DeleteRolePolicy"):
        assert plane.fails(operation, RoleName="r", PolicyName="a") == (
            "NoSuchEntityException",
            "The role policy with name a cannot be found.",
        )


def test_attachments(plane: Plane) -> None:
    create(plane)
    for _ in range(2):
        plane("AttachRolePolicy", RoleName="r", PolicyArn=BASIC)
    assert plane("ListAttachedRolePolicies", RoleName="r")["AttachedPolicies"] == [
        {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC}
    ]
    assert plane("ListAttachedRolePolicies", RoleName="r", PathPrefix="/other/")["AttachedPolicies"] == []
    missing = "arn:aws:iam::000000000000:policy/nothing"
    assert plane.fails("AttachRolePolicy", RoleName="r", PolicyArn=missing) == (
        "NoSuchEntityException",
        f"Policy {missing} does not exist or is not attachable.",
    )
    assert plane.fails("DetachRolePolicy", RoleName="r", PolicyArn=missing) == (
        "NoSuchEntityException",
        f"Policy {missing} was not found.",
    )
    assert plane.fails("AttachRolePolicy", RoleName="r", PolicyArn="not-an-arn-but-long") == (
        "ValidationException",
        "Invalid ARN:  Could not be parsed!",
    )


def test_ten_policies_at_most(plane: Plane) -> None:
    create(plane)
    arns = list(AWS_POLICIES)
    for arn in arns[:10]:
        plane("AttachRolePolicy", RoleName="r", PolicyArn=arn)
    assert plane.fails("AttachRolePolicy", RoleName="r", PolicyArn=arns[10]) == (
        "LimitExceededException",
        "Cannot exceed quota for PoliciesPerRole: 10",
    )


def test_tags(plane: Plane) -> None:
    created = create(plane, Tags=[{"Key": "a", "Value": "1"}])
    assert created["Tags"] == [{"Key": "a", "Value": "1"}]
    plane("TagRole", RoleName="r", Tags=[{"Key": "A", "Value": "2"}, {"Key": "b", "Value": ""}])
    tags = [{"Key": "A", "Value": "2"}, {"Key": "b", "Value": ""}]
    assert plane("ListRoleTags", RoleName="r")["Tags"] == tags
    assert plane("GetRole", RoleName="r")["Role"]["Tags"] == tags
    plane("UntagRole", RoleName="r", TagKeys=["B", "nothing"])
    assert plane("ListRoleTags", RoleName="r")["Tags"] == [{"Key": "A", "Value": "2"}]
    twice = [{"Key": "k", "Value": ""}, {"Key": "K", "Value": ""}]
    assert plane.fails("TagRole", RoleName="r", Tags=twice) == (
        "InvalidInputException",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    assert plane.fails("TagRole", RoleName="r", Tags=[{"Key": "aws:x", "Value": ""}])[0] == "InvalidInputException"
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert plane.fails("TagRole", RoleName="r", Tags=many) == (
        "LimitExceededException",
        "Cannot exceed quota for TagsPerRole: 50",
    )


def test_permissions_boundaries(plane: Plane) -> None:
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BASIC}
    assert create(plane, PermissionsBoundary=BASIC)["PermissionsBoundary"] == shown
    assert plane("GetRole", RoleName="r")["Role"]["PermissionsBoundary"] == shown
    assert plane("GetPolicy", PolicyArn=BASIC)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    plane("DeleteRolePermissionsBoundary", RoleName="r")
    assert plane.fails("DeleteRolePermissionsBoundary", RoleName="r")[0] == "NoSuchEntityException"
    plane("PutRolePermissionsBoundary", RoleName="r", PermissionsBoundary=BASIC)
    assert plane("ListEntitiesForPolicy", PolicyArn=BASIC, PolicyUsageFilter="PermissionsBoundary")["PolicyRoles"]
    missing = "arn:aws:iam::000000000000:policy/none"
    assert plane.fails("PutRolePermissionsBoundary", RoleName="r", PermissionsBoundary=missing) == (
        "NoSuchEntityException",
        f"Policy {missing} does not exist or is not attachable.",
    )


def trust(**changes: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **changes,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        ("{}", "Syntax errors in policy."),
        (trust(Resource="*"), "Has prohibited field Resource"),
        (trust(Action="lambda:InvokeFunction"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (trust(Principal={"AWS": "somebody"}), 'Invalid principal in policy: "AWS":"somebody"'),
        (
            trust(Principal={"AWS": "arn:aws:iam::000000000000:role/*"}),
            'Invalid principal in policy: "AWS":"arn:aws:iam::000000000000:role/*"',
        ),
        (trust(Principal={"Service": "lambda"}), 'Invalid principal in policy: "SERVICE":"lambda"'),
        (trust(Condition={"StringIs": {"aws:a": "b"}}), "Invalid Condition type : StringIs."),
    ],
)
def test_malformed_trust_policies(plane: Plane, document: str, message: str) -> None:
    refused = ("MalformedPolicyDocumentException", message)
    assert plane.fails("CreateRole", RoleName="r", AssumeRolePolicyDocument=document) == refused
    create(plane)
    assert plane.fails("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=document) == refused


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"AWS": "111122223333"},
        {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/a"]},
        {"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]},
        {"Federated": "cognito-identity.amazonaws.com"},
        "*",
    ],
)
def test_principals_that_can_be_somebody(plane: Plane, principal: Any) -> None:
    plane("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust(Principal=principal))


def test_sizes_of_documents(plane: Plane) -> None:
    """IAM User Guide, "IAM and AWS STS quotas": white space is not counted."""
    create(plane)
    plane("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=TRUST + " " * 4_000)
    long_trust = trust(Condition={"StringEquals": {"aws:SourceAccount": ["111122223333"] * 200}})
    assert plane.fails("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=long_trust) == (
        "LimitExceededException",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    )
    half = json.dumps(
        {"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": ["arn:aws:logs:::" + "x" * 5_200]}}
    )
    plane("PutRolePolicy", RoleName="r", PolicyName="a", PolicyDocument=half)
    plane("PutRolePolicy", RoleName="r", PolicyName="a", PolicyDocument=half)
    assert plane.fails("PutRolePolicy", RoleName="r", PolicyName="b", PolicyDocument=half) == (
        "LimitExceededException",
        "Maximum policy size of 10240 bytes exceeded for role r",
    )


@pytest.mark.parametrize("arn", AWS_POLICIES)
def test_awss_policies_are_whole(arn: str) -> None:
    held = AWS_POLICIES[arn]
    assert read_document(held["document"], Kind.IDENTITY)["Statement"]
    assert held["policy"]["Arn"] == arn
    assert len(held["policy"]["PolicyId"]) == 21
