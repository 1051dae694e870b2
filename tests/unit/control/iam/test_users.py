"""Users, groups and access keys: identity section 3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from tests.unit.control.plane import NOW, Plane

from gatelet.aws.errors import AwsError
from gatelet.control.iam import entities
from gatelet.identity.principals import Principal

POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}})
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        plane = Plane(runner, "iam")
        plane("CreateUser", UserName="jane")
        yield plane


def caller(iam: Plane, key_id: str) -> Principal:
    signer = iam.ports.identity.signers.find(key_id, None, NOW)
    assert signer is not None
    return signer.principal


def allowed(iam: Plane, principal: Principal, action: str = "logs:PutLogEvents") -> bool:
    return iam.ports.identity.authorizer.authorize(principal, action, "*").allowed


def test_create_get_list(iam: Plane) -> None:
    made = iam(
        "CreateUser", UserName="joe", Path="/p/", Tags=[{"Key": "team", "Value": "a"}], PermissionsBoundary=BASIC
    )
    user = made["User"]
    assert user["Arn"] == "arn:aws:iam::000000000000:user/p/joe"
    assert (user["UserId"][:4], len(user["UserId"])) == ("AIDA", 21)
    assert iam("GetUser", UserName="joe")["User"] == user
    assert [one["UserName"] for one in iam("ListUsers")["Users"]] == ["jane", "joe"]
    assert [one["UserName"] for one in iam("ListUsers", PathPrefix="/p/")["Users"]] == ["joe"]
    page = iam("ListUsers", MaxItems=1)
    assert (page["IsTruncated"], len(page["Users"])) == (True, 1)
    assert iam("ListUsers", MaxItems=1, Marker=page["Marker"])["Users"][0]["UserName"] == "joe"
    assert iam.fails("CreateUser", UserName="JOE") == (
        "EntityAlreadyExistsException",
        "User with name JOE already exists.",
    )
    assert iam.fails("GetUser", UserName="Joe") == (
        "NoSuchEntityException",
        "The user with name Joe cannot be found.",
    )
    assert iam.fails("GetUser") == (
        "ValidationException",
        "Must specify userName when calling with non-User credentials",
    )


def test_a_key_s_secret_is_shown_once_and_stored_sealed(iam: Plane) -> None:
    key = iam("CreateAccessKey", UserName="jane")["AccessKey"]
    assert (key["AccessKeyId"][:4], len(key["AccessKeyId"]), len(key["SecretAccessKey"])) == ("AKIA", 20, 40)
    assert (key["Status"], key["UserName"]) == ("Active", "jane")
    assert key["SecretAccessKey"] not in str(iam.records.rows)
    (listed,) = iam("ListAccessKeys", UserName="jane")["AccessKeyMetadata"]
    assert listed == {name: value for name, value in key.items() if name != "SecretAccessKey"}
    signer = iam.ports.identity.signers.find(key["AccessKeyId"], None, NOW)
    assert signer is not None
    assert signer.secret == key["SecretAccessKey"]
    assert signer.secret not in repr(signer)
    assert signer.principal.arn == "arn:aws:iam::000000000000:user/jane"


def test_an_inactive_key_is_refused_at_once(iam: Plane) -> None:
    key_id = iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"]
    own = iam.of("iam", caller(iam, key_id))
    own("UpdateAccessKey", AccessKeyId=key_id, Status="Inactive")
    with pytest.raises(AwsError, match="The security token included in the request is invalid"):
        caller(iam, key_id)
    iam("UpdateAccessKey", UserName="jane", AccessKeyId=key_id, Status="Active")
    assert caller(iam, key_id).name == "jane"
    iam("DeleteAccessKey", UserName="jane", AccessKeyId=key_id)
    assert iam.ports.identity.signers.find(key_id, None, NOW) is None
    assert iam.fails("DeleteAccessKey", UserName="jane", AccessKeyId=key_id) == (
        "NoSuchEntityException",
        f"The Access Key with id {key_id} cannot be found",
    )


def test_a_user_has_two_keys_at_most(iam: Plane) -> None:
    for _ in range(2):
        iam("CreateAccessKey", UserName="jane")
    assert iam.fails("CreateAccessKey", UserName="jane") == (
        "LimitExceededException",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )


def test_policies_of_a_user_and_of_its_groups_count_at_once(iam: Plane) -> None:
    who = caller(iam, iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"])
    assert not allowed(iam, who)
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=POLICY)
    assert allowed(iam, who)
    iam("DeleteUserPolicy", UserName="jane", PolicyName="p")
    assert not allowed(iam, who)
    iam("CreateGroup", GroupName="g")
    iam("PutGroupPolicy", GroupName="g", PolicyName="p", PolicyDocument=POLICY)
    iam("AddUserToGroup", GroupName="g", UserName="jane")
    assert allowed(iam, who)
    iam("DeleteGroupPolicy", GroupName="g", PolicyName="p")
    assert not allowed(iam, who)
    iam("AttachGroupPolicy", GroupName="g", PolicyArn=BASIC)
    assert allowed(iam, who)
    iam(
        "PutUserPermissionsBoundary",
        UserName="jane",
        PermissionsBoundary="arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
    )
    assert not allowed(iam, who)
    iam("DeleteUserPermissionsBoundary", UserName="jane")
    iam("RemoveUserFromGroup", GroupName="g", UserName="jane")
    assert not allowed(iam, who)


def test_groups(iam: Plane) -> None:
    group = iam("CreateGroup", GroupName="g", Path="/p/")["Group"]
    assert (group["Arn"], group["GroupId"][:4]) == ("arn:aws:iam::000000000000:group/p/g", "AGPA")
    iam("AddUserToGroup", GroupName="g", UserName="jane")
    iam("AddUserToGroup", GroupName="g", UserName="jane")
    assert [user["UserName"] for user in iam("GetGroup", GroupName="g")["Users"]] == ["jane"]
    assert iam("ListGroupsForUser", UserName="jane")["Groups"] == [group]
    assert iam.fails("DeleteGroup", GroupName="g") == (
        "DeleteConflictException",
        "Cannot delete entity, must remove users from group first.",
    )
    assert iam.fails("AddUserToGroup", GroupName="none", UserName="jane")[0] == "NoSuchEntityException"
    iam("UpdateGroup", GroupName="g", NewGroupName="h", NewPath="/")
    assert iam("ListGroupsForUser", UserName="jane")["Groups"][0]["Arn"] == "arn:aws:iam::000000000000:group/h"
    assert iam.fails("GetGroup", GroupName="g")[1] == "The group with name g cannot be found."


def test_a_renamed_user_keeps_everything(iam: Plane) -> None:
    key_id = iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"]
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=POLICY)
    iam("UpdateUser", UserName="jane", NewUserName="janet", NewPath="/x/")
    who = caller(iam, key_id)
    assert who.arn == "arn:aws:iam::000000000000:user/x/janet"
    assert allowed(iam, who)
    assert [one["UserName"] for one in iam("ListAccessKeys", UserName="janet")["AccessKeyMetadata"]] == ["janet"]
    iam("CreateUser", UserName="jane")
    assert iam("ListAccessKeys", UserName="jane")["AccessKeyMetadata"] == []
    assert iam.fails("UpdateUser", UserName="jane", NewUserName="janet")[0] == "EntityAlreadyExistsException"


@pytest.mark.parametrize(
    ("given", "taken", "message"),
    [
        ("CreateAccessKey", None, "Cannot delete entity, must delete access keys first."),
        ("AttachUserPolicy", {"PolicyArn": BASIC}, "Cannot delete entity, must detach all policies first."),
        (
            "PutUserPolicy",
            {"PolicyName": "p", "PolicyDocument": POLICY},
            "Cannot delete entity, must delete policies first.",
        ),
        ("AddUserToGroup", {"GroupName": "g"}, "Cannot delete entity, must remove users from group first."),
    ],
)
def test_what_a_user_still_has_keeps_it(iam: Plane, given: str, taken: dict[str, Any] | None, message: str) -> None:
    iam("CreateGroup", GroupName="g")
    iam(given, UserName="jane", **(taken or {}))
    assert iam.fails("DeleteUser", UserName="jane") == ("DeleteConflictException", message)


def test_a_deleted_user_is_nobody(iam: Plane) -> None:
    iam("DeleteUser", UserName="jane")
    assert iam.fails("GetUser", UserName="jane")[0] == "NoSuchEntityException"
    iam("CreateUser", UserName="jane")


def test_tags_and_inline_policies_of_users(iam: Plane) -> None:
    iam("TagUser", UserName="jane", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam("UntagUser", UserName="jane", TagKeys=["A"])
    assert iam("ListUserTags", UserName="jane")["Tags"] == [{"Key": "b", "Value": "2"}]
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=POLICY)
    assert iam("ListUserPolicies", UserName="jane")["PolicyNames"] == ["p"]
    assert iam.fails("GetUserPolicy", UserName="jane", PolicyName="q") == (
        "NoSuchEntityException",
        "The user policy with name q cannot be found.",
    )


def test_the_account(iam: Plane) -> None:
    iam("CreateAccountAlias", AccountAlias="acme")
    assert iam("ListAccountAliases")["AccountAliases"] == ["acme"]
    assert iam.fails("DeleteAccountAlias", AccountAlias="other")[0] == "NoSuchEntityException"
    iam("DeleteAccountAlias", AccountAlias="acme")
    assert iam("ListAccountAliases")["AccountAliases"] == []
    assert iam("GetAccountSummary")["SummaryMap"]["Users"] == 1


def test_versions_of_a_policy(iam: Plane) -> None:
    arn = iam("CreatePolicy", PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    other = POLICY.replace("logs:*", "lambda:*")
    iam("AttachUserPolicy", UserName="jane", PolicyArn=arn)
    who = caller(iam, iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"])
    made = iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=other)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v2", False)
    assert (allowed(iam, who), allowed(iam, who, "lambda:GetFunction")) == (True, False)
    iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v2")
    assert (allowed(iam, who), allowed(iam, who, "lambda:GetFunction")) == (False, True)
    assert iam("GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.fails("DeletePolicyVersion", PolicyArn=arn, VersionId="v2") == (
        "DeleteConflictException",
        "Cannot delete the default version of a policy.",
    )
    iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
    iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=POLICY, SetAsDefault=True)
    assert [one["VersionId"] for one in iam("ListPolicyVersions", PolicyArn=arn)["Versions"]] == ["v2", "v3"]
    for _ in range(3):
        iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=POLICY)
    assert iam.fails("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=POLICY)[0] == "LimitExceededException"
    iam("DetachUserPolicy", UserName="jane", PolicyArn=arn)
    assert iam.fails("DeletePolicy", PolicyArn=arn)[0] == "DeleteConflictException"


def test_everything_at_once(iam: Plane) -> None:
    arn = iam("CreatePolicy", PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=POLICY)
    iam("CreateGroup", GroupName="g")
    iam("AddUserToGroup", GroupName="g", UserName="jane")
    iam("AttachGroupPolicy", GroupName="g", PolicyArn=BASIC)
    iam("PutUserPolicy", UserName="jane", PolicyName="own", PolicyDocument=POLICY)
    trust = POLICY.replace("logs:*", "sts:AssumeRole").replace('"Resource": "*"', '"Principal": {"AWS": "*"}')
    iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust)
    whole = iam("GetAccountAuthorizationDetails")
    (user,), (group,), (role,) = whole["UserDetailList"], whole["GroupDetailList"], whole["RoleDetailList"]
    assert (user["GroupList"], user["UserPolicyList"][0]["PolicyName"]) == (["g"], "own")
    assert group["AttachedManagedPolicies"] == [{"PolicyName": BASIC.rpartition("/")[2], "PolicyArn": BASIC}]
    assert unquote(role["AssumeRolePolicyDocument"]) == trust
    assert [(policy["Arn"], policy["AttachmentCount"]) for policy in whole["Policies"]] == [(arn, 0), (BASIC, 1)]
    assert [version["VersionId"] for version in whole["Policies"][0]["PolicyVersionList"]] == ["v1", "v2"]
    assert iam("GetAccountAuthorizationDetails", Filter=["Role"])["UserDetailList"] == []
    first = iam("GetAccountAuthorizationDetails", MaxItems=2)
    second = iam("GetAccountAuthorizationDetails", Marker=first["Marker"])
    counts = [
        sum(len(page[member]) for member in page if member.endswith(("List", "Policies"))) for page in (first, second)
    ]
    assert counts == [2, 3]


def test_an_account_is_full_at_some_time(iam: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(entities._MOST, "Group", ("GroupsPerAccount", 1))  # type: ignore[arg-type]
    iam("CreateGroup", GroupName="g")
    assert iam.fails("CreateGroup", GroupName="h") == (
        "LimitExceededException",
        "Cannot exceed quota for GroupsPerAccount: 1",
    )
    iam("DeleteGroup", GroupName="g")
    iam("CreateGroup", GroupName="h")
