"""Managed policies: identity section 3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from tests.unit.control.iam.test_roles import BASIC, POLICY, create, present
from tests.unit.control.plane import NOW, Plane

from gatelet.identity.aws_policies import AWS_POLICIES

ARN = "arn:aws:iam::000000000000:policy/p"


@pytest.fixture
def plane() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        yield Plane(runner, "iam")


def test_create_get_and_versions(plane: Plane) -> None:
    created = present(plane("CreatePolicy", PolicyName="p", PolicyDocument=POLICY, Description="d")["Policy"])
    assert created.pop("PolicyId").startswith("ANPA")
    assert created == {
        "PolicyName": "p",
        "Arn": ARN,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": int(NOW),
        "UpdateDate": int(NOW),
    }
    got = plane("GetPolicy", PolicyArn=ARN)["Policy"]
    assert got["Description"] == "d"
    version = plane("GetPolicyVersion", PolicyArn=ARN, VersionId="v1")["PolicyVersion"]
    assert unquote(version.pop("Document")) == POLICY
    assert version == {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": int(NOW)}
    assert plane("ListPolicyVersions", PolicyArn=ARN)["Versions"] == [version]
    assert plane.fails("GetPolicyVersion", PolicyArn=ARN, VersionId="v2") == (
        "NoSuchEntityException",
        f"Policy {ARN} version v2 does not exist or is not attachable.",
    )


def test_names_are_unique_whatever_the_path(plane: Plane) -> None:
    plane("CreatePolicy", PolicyName="p", PolicyDocument=POLICY)
    assert plane.fails("CreatePolicy", PolicyName="P", Path="/x/", PolicyDocument=POLICY) == (
        "EntityAlreadyExistsException",
        "A policy called P already exists. Duplicate names are not allowed.",
    )


@pytest.mark.parametrize("arn", [f"{ARN}x", "arn:aws:iam::000000000000:policy/x/p", "arn:aws:iam::aws:policy/Nothing"])
@pytest.mark.parametrize("operation", ["GetPolicy", "DeletePolicy", "ListPolicyVersions"])
def test_a_missing_policy(plane: Plane, operation: str, arn: str) -> None:
    plane("CreatePolicy", PolicyName="p", PolicyDocument=POLICY)
    assert plane.fails(operation, PolicyArn=arn) == ("NoSuchEntityException", f"Policy {arn} was not found.")


def test_attachments_are_counted_and_keep_a_policy(plane: Plane) -> None:
    plane("CreatePolicy", PolicyName="p", PolicyDocument=POLICY)
    create(plane)
    create(plane, "s")
    plane("AttachRolePolicy", RoleName="r", PolicyArn=ARN)
    plane("AttachRolePolicy", RoleName="s", PolicyArn=ARN)
    plane("AttachRolePolicy", RoleName="s", PolicyArn=BASIC)
    assert plane("GetPolicy", PolicyArn=ARN)["Policy"]["AttachmentCount"] == 2
    assert plane("GetPolicy", PolicyArn=BASIC)["Policy"]["AttachmentCount"] == 1
    assert plane.fails("DeletePolicy", PolicyArn=ARN) == (
        "DeleteConflictException",
        "Cannot delete a policy attached to entities.",
    )
    for name in ("r", "s"):
        plane("DetachRolePolicy", RoleName=name, PolicyArn=ARN)
    plane("DeletePolicy", PolicyArn=ARN)
    assert plane.fails("GetPolicy", PolicyArn=ARN)[0] == "NoSuchEntityException"


def test_awss_policies_are_there_and_read_only(plane: Plane) -> None:
    document = json.loads(
        unquote(plane("GetPolicyVersion", PolicyArn=BASIC, VersionId="v1")["PolicyVersion"]["Document"])
    )
    assert "logs:PutLogEvents" in document["Statement"][0]["Action"]
    assert plane.fails("DeletePolicy", PolicyArn=BASIC) == (
        "AccessDeniedException",
        (
            "User: arn:aws:iam::000000000000:root is not authorized to perform: iam:DeletePolicy on resource: "
            f"policy {BASIC}"
        ),
    )


def test_list_policies(plane: Plane) -> None:
    plane("CreatePolicy", PolicyName="p", Path="/team/", PolicyDocument=POLICY, Description="d")

    def names(**params: object) -> list[str]:
        return [item["PolicyName"] for item in plane("ListPolicies", **params)["Policies"]]

    assert names(Scope="Local") == ["p"]
    assert len(names(Scope="AWS")) == len(AWS_POLICIES)
    assert len(names()) == len(AWS_POLICIES) + 1
    assert names(PathPrefix="/team/") == ["p"]
    assert names(OnlyAttached=True) == []
    assert names(PolicyUsageFilter="PermissionsBoundary") == []
    (item,) = plane("ListPolicies", Scope="Local")["Policies"]
    assert "Description" not in item
    create(plane)
    plane("AttachRolePolicy", RoleName="r", PolicyArn=BASIC)
    assert names(OnlyAttached=True) == ["AWSLambdaBasicExecutionRole"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            json.dumps({"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}}),
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (
            json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*"}}),
            "Policy statement must contain resources.",
        ),
        (
            json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*"}}),
            "Policy statement must contain actions.",
        ),
    ],
)
def test_malformed_documents(plane: Plane, document: str, message: str) -> None:
    assert plane.fails("CreatePolicy", PolicyName="p", PolicyDocument=document) == (
        "MalformedPolicyDocumentException",
        message,
    )


def test_the_size_of_a_policy(plane: Plane) -> None:
    statement = {"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:::" + "x" * 6_100}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert plane.fails("CreatePolicy", PolicyName="p", PolicyDocument=document) == (
        "LimitExceededException",
        "Cannot exceed quota for PolicySize: 6144",
    )
