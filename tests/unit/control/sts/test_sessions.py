"""AssumeRole, GetSessionToken, GetAccessKeyInfo: identity sections 2 and 3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import NOW, Plane

from gatelet.aws.errors import AwsError
from gatelet.control.authorization import Asking, Authorization
from gatelet.http.request import Request
from gatelet.identity.authorization import CannotAssume
from gatelet.identity.principals import Principal

ROLE = "arn:aws:iam::000000000000:role/r"
USER = "arn:aws:iam::000000000000:user/jane"
ROOT = {"AWS": "arn:aws:iam::000000000000:root"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(principal: Any, **members: Any) -> str:
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    return policy({"Effect": "Allow", "Principal": principal, "Action": actions, **members})


def allow(action: str) -> str:
    return policy({"Effect": "Allow", "Action": action, "Resource": "*"})


@pytest.fixture
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        plane = Plane(runner, "iam")
        plane("CreateUser", UserName="jane")
        plane("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust(ROOT), MaxSessionDuration=7200)
        plane("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow("lambda:*"))
        yield plane


@pytest.fixture
def jane(iam: Plane) -> Principal:
    key_id = iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"]
    return who(iam, {"AccessKeyId": key_id})


def who(iam: Plane, credentials: dict[str, Any]) -> Principal:
    """The principal that these credentials make."""
    token = credentials.get("SessionToken")
    signer = iam.ports.identity.signers.find(credentials["AccessKeyId"], token, iam.clock.now())
    assert signer is not None
    return signer.principal


def assume(sts: Plane, role: str = ROLE, **params: Any) -> dict[str, Any]:
    return sts("AssumeRole", RoleArn=role, RoleSessionName="me", **params)


def refused(sts: Plane, role: str = ROLE, **params: Any) -> tuple[str, str | None]:
    return sts.fails("AssumeRole", RoleArn=role, RoleSessionName="me", **params)


def may(iam: Plane, principal: Principal, action: str) -> bool:
    return iam.ports.identity.authorizer.authorize(principal, action, "*").allowed


def denial(principal: Principal, role: str = ROLE) -> tuple[str, str]:
    message = f"User: {principal.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
    return "AccessDeniedException", message


def test_the_answer(iam: Plane) -> None:
    answer = assume(iam.of("sts"))
    role_id = iam("GetRole", RoleName="r")["Role"]["RoleId"]
    assert answer["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role_id}:me",
        "Arn": "arn:aws:sts::000000000000:assumed-role/r/me",
    }
    assert "PackedPolicySize" not in answer
    assert answer["Credentials"]["Expiration"] == int(NOW) + 3600
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    session = who(iam, answer["Credentials"])
    assert iam.of("sts", session)("GetCallerIdentity") == {
        "UserId": f"{role_id}:me",
        "Account": "000000000000",
        "Arn": "arn:aws:sts::000000000000:assumed-role/r/me",
    }
    assert (may(iam, session, "lambda:GetFunction"), may(iam, session, "logs:GetLogEvents")) == (True, False)
    iam.clock.time += 3601
    with pytest.raises(AwsError, match="The security token included in the request is expired"):
        who(iam, answer["Credentials"])


@pytest.mark.parametrize(
    ("principal", "own_policy", "allowed"),
    [
        (ROOT, False, False),
        (ROOT, True, True),
        ({"AWS": USER}, False, True),
        ({"AWS": f"{USER}2"}, True, False),
        ({"Service": "lambda.amazonaws.com"}, True, False),
        ({"AWS": "*"}, False, True),
    ],
    ids=["account", "account-and-policy", "user", "another-user", "service", "everyone"],
)
def test_who_may_assume(iam: Plane, jane: Principal, principal: Any, own_policy: bool, allowed: bool) -> None:
    """identity 2: the trust policy must always allow; naming the account delegates to the caller's policies."""
    iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust(principal))
    if own_policy:
        iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    sts = iam.of("sts", jane)
    if allowed:
        assert assume(sts)["Credentials"]
    else:
        assert refused(sts) == denial(jane)


def test_a_role_that_is_not_there_is_denied_as_one_that_is(iam: Plane, jane: Principal) -> None:
    assert refused(iam.of("sts", jane), ROLE + "2") == denial(jane, ROLE + "2")
    assert refused(iam.of("sts"), "r") == ("ValidationException", "r is invalid")


def test_a_deny_is_told(iam: Plane, jane: Principal) -> None:
    iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust({"AWS": USER}))
    deny = allow("sts:*").replace("Allow", "Deny")
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=deny)
    code, message = refused(iam.of("sts", jane))
    assert message == f"{denial(jane)[1]} with an explicit deny in an identity-based policy"
    assert code == "AccessDeniedException"


def test_the_external_id(iam: Plane) -> None:
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust(ROOT, Condition=condition))
    sts = iam.of("sts")
    assert refused(sts)[0] == "AccessDeniedException"
    assert refused(sts, ExternalId="other")[0] == "AccessDeniedException"
    assert assume(sts, ExternalId="secret")


def test_session_policies_limit(iam: Plane) -> None:
    sts = iam.of("sts")
    answer = assume(sts, Policy=allow("lambda:Get*"))
    assert 0 < answer["PackedPolicySize"] < 100
    session = who(iam, answer["Credentials"])
    assert (may(iam, session, "lambda:GetFunction"), may(iam, session, "lambda:Invoke")) == (True, False)
    managed = iam("CreatePolicy", PolicyName="m", PolicyDocument=allow("lambda:Invoke*"))["Policy"]["Arn"]
    session = who(iam, assume(sts, Policy=allow("lambda:Get*"), PolicyArns=[{"arn": managed}])["Credentials"])
    assert (may(iam, session, "lambda:GetFunction"), may(iam, session, "lambda:Invoke")) == (True, True)
    iam("DeletePolicy", PolicyArn=managed)
    assert (may(iam, session, "lambda:GetFunction"), may(iam, session, "lambda:Invoke")) == (True, False)
    assert refused(sts, Policy="{")[0] == "MalformedPolicyDocumentException"
    assert refused(sts, PolicyArns=[{"arn": managed}])[0] == "InvalidParameterValue"
    many = [json.loads(allow("a:B"))["Statement"][0]] * 80
    assert refused(sts, Policy=policy(*many))[0] == "PackedPolicyTooLargeException"


def test_durations(iam: Plane, jane: Principal) -> None:
    sts = iam.of("sts")
    assert assume(sts, DurationSeconds=7200)["Credentials"]["Expiration"] == int(NOW) + 7200
    assert refused(sts, DurationSeconds=7201) == (
        "ValidationException",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    chained = iam.of("sts", who(iam, assume(sts)["Credentials"]))
    assert assume(chained)["Credentials"]
    assert refused(chained, DurationSeconds=3601)[1] == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    )


def test_session_tags_and_the_source_identity(iam: Plane) -> None:
    tags = [{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "x"}]
    iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow("sts:*"))
    iam("TagRole", RoleName="r", Tags=[{"Key": "team", "Value": "red"}])
    answer = assume(iam.of("sts"), Tags=tags, TransitiveTagKeys=["team"], SourceIdentity="jane")
    session = who(iam, answer["Credentials"])
    asked = iam.ports.identity.authorizer.asked(session, "a:B", "*", {})
    assert asked.context["aws:principaltag/team"] == ("blue",)
    assert asked.context["aws:sourceidentity"] == ("jane",)
    sts = iam.of("sts", session)
    chained = who(iam, assume(sts, Tags=[{"Key": "stage", "Value": "y"}])["Credentials"])
    assert dict(chained.session_tags) == {"team": "blue", "stage": "y"}
    assert chained.source_identity == "jane"
    assert refused(sts, Tags=[{"Key": "Team", "Value": "z"}])[0] == "InvalidParameterValue"
    assert refused(sts, TransitiveTagKeys=["none"])[1] == (
        "The specified transitive tag key must be included in the requested tags."
    )
    assert refused(sts, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])[1] == (
        "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    )


def test_a_session_token_of_a_user(iam: Plane, jane: Principal) -> None:
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=allow("*"))
    sts = iam.of("sts", jane)
    credentials = sts("GetSessionToken", DurationSeconds=900)["Credentials"]
    assert credentials["Expiration"] == int(NOW) + 900
    session = who(iam, credentials)
    assert (session.arn, session.issued) == (USER, int(NOW))
    assert may(iam, session, "lambda:GetFunction")
    assert iam.of("sts", session).fails("GetSessionToken")[1] == (
        "Cannot call GetSessionToken with session credentials"
    )
    for service, operation, fine in [
        ("iam", "ListUsers", False),
        ("sts", "GetAccessKeyInfo", False),
        ("sts", "GetCallerIdentity", True),
        ("sts", "AssumeRole", True),
        ("lambda", "ListFunctions", True),
    ]:
        asking = Asking(service, operation, {}, Request.of("POST", "/", "", [], b"", ""))
        call = iam.of(service, session).call()
        if fine:
            iam.run(Authorization().check(call, asking))
        else:
            with pytest.raises(AwsError, match="The security token included in the request is invalid"):
                iam.run(Authorization().check(call, asking))
    root = iam.of("sts")("GetSessionToken")["Credentials"]
    assert root["Expiration"] == int(NOW) + 3600
    assert who(iam, root).root


def test_whose_key_it_is(iam: Plane, jane: Principal) -> None:
    sts = iam.of("sts")
    assert sts("GetAccessKeyInfo", AccessKeyId=jane.access_key_id) == {"Account": "000000000000"}
    assert sts.fails("GetAccessKeyInfo", AccessKeyId="AKIANOBODY0000000000")[0] == "ValidationException"
    assert sts.fails("GetAccessKeyInfo", AccessKeyId="ASIANOBODY0000000000")[0] == "NotImplementedException"


def test_a_service_assumes_the_roles_that_trust_it(iam: Plane) -> None:
    """Fail closed: a role that is not there, or does not trust the service, or not for this resource."""
    authorizer = iam.ports.identity.authorizer
    api = "arn:aws:execute-api:us-east-1:000000000000:api/*"
    condition = {"ArnLike": {"aws:SourceArn": api}}
    gateway = {"Service": "apigateway.amazonaws.com"}
    iam("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust(gateway, Condition=condition))
    source = api.replace("*", "prod/GET/users")
    session = authorizer.assume(ROLE, "apigateway.amazonaws.com", "BackplaneAssumeRoleSession", source_arn=source)
    assert session.arn == "arn:aws:sts::000000000000:assumed-role/r/BackplaneAssumeRoleSession"
    assert (may(iam, session, "lambda:GetFunction"), may(iam, session, "logs:GetLogEvents")) == (True, False)
    for arn, service, where in [
        (ROLE, "apigateway.amazonaws.com", None),
        (ROLE, "apigateway.amazonaws.com", source.replace(":api/", ":other/")),
        (ROLE, "events.amazonaws.com", source),
        (ROLE + "2", "apigateway.amazonaws.com", source),
        (ROLE.replace("role/", "role/path/"), "apigateway.amazonaws.com", source),
        ("r", "apigateway.amazonaws.com", source),
    ]:
        with pytest.raises(CannotAssume):
            authorizer.assume(arn, service, "s", source_arn=where)
    with pytest.raises(CannotAssume):
        authorizer.assume(ROLE, "apigateway.amazonaws.com", "s", source_arn=source, source_account="111122223333")
