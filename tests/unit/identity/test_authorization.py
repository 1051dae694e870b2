"""The port that everybody asks: verdicts, limits, and explanations (identity section 2, "Evaluation")."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.control.plane import NOW, Plane

from gatelet.identity.denials import denial
from gatelet.identity.principals import Principal, root_principal
from gatelet.identity.request_keys import Circumstances
from gatelet.policy.combine import Layer, Named
from gatelet.policy.evaluate import compile_policy
from gatelet.storage.ports import Collection, Put

METHOD = "arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/users"
INVOKE = "execute-api:Invoke"


@pytest.fixture
def iam() -> Iterator[Plane]:
    with asyncio.Runner() as runner:
        plane = Plane(runner, "iam")
        plane("CreateUser", UserName="jane")
        yield plane


@pytest.fixture
def jane(iam: Plane) -> Principal:
    key_id = iam("CreateAccessKey", UserName="jane")["AccessKey"]["AccessKeyId"]
    signer = iam.ports.identity.signers.find(key_id, None, NOW)
    assert signer is not None
    return signer.principal


def put(iam: Plane, *statements: dict[str, Any]) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam("PutUserPolicy", UserName="jane", PolicyName="p", PolicyDocument=text)


def api_policy(effect: str, principal: Any) -> Named:
    statement = {"Sid": "api", "Effect": effect, "Principal": principal, "Action": INVOKE, "Resource": METHOD}
    return Named("the API's policy", compile_policy([statement]))


ALLOW = {"Sid": "Mine", "Effect": "Allow", "Action": INVOKE, "Resource": METHOD}


def test_the_verdict_names_what_decided(iam: Plane, jane: Principal) -> None:
    authorizer = iam.ports.identity.authorizer
    refused = authorizer.authorize(jane, INVOKE, METHOD)
    assert not refused
    assert denial(jane.arn, INVOKE, METHOD, refused) == (
        f"User: {jane.arn} is not authorized to perform: {INVOKE} on resource: {METHOD} "
        f"because no identity-based policy allows the {INVOKE} action"
    )
    put(iam, ALLOW)
    allowed = authorizer.authorize(jane, INVOKE, METHOD)
    assert (allowed.allowed, allowed.policy, allowed.statement) == (True, "user/jane/p", "Mine")
    denied = authorizer.authorize(jane, INVOKE, METHOD, resource_policy=api_policy("Deny", "*"))
    assert (denied.explicit_deny, denied.layer, denied.statement) == (True, Layer.RESOURCE, "api")


def test_the_owner_s_root_is_denied_by_a_resource_policy_alone(iam: Plane) -> None:
    authorizer, root = iam.ports.identity.authorizer, root_principal("000000000000", "test")
    assert authorizer.authorize(root, INVOKE, METHOD)
    assert not authorizer.authorize(root, INVOKE, METHOD, resource_policy=api_policy("Deny", "*"))
    other = root_principal("111122223333", "111122223333")
    assert not authorizer.authorize(other, INVOKE, METHOD)
    delegated = api_policy("Allow", {"AWS": "111122223333"})
    assert authorizer.authorize(other, INVOKE, METHOD, resource_policy=delegated)


def test_the_caller_s_own_keys_cannot_be_left_out(iam: Plane, jane: Principal) -> None:
    put(
        iam,
        {**ALLOW, "Condition": {"StringEquals": {"aws:username": "jane"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
    )
    authorizer = iam.ports.identity.authorizer
    assert not authorizer.authorize(jane, INVOKE, METHOD)
    near, far = Circumstances(NOW, source_ip="10.0.0.1"), Circumstances(NOW, source_ip="192.0.2.1")
    assert authorizer.authorize(jane, INVOKE, METHOD, circumstances=near)
    assert not authorizer.authorize(jane, INVOKE, METHOD, circumstances=far)


def test_every_statement_is_explained(iam: Plane, jane: Principal) -> None:
    put(
        iam,
        ALLOW,
        {"Effect": "Deny", "Action": "logs:*", "Resource": "*"},
        {"Effect": "Allow", "Action": INVOKE, "Resource": METHOD + "2"},
        {"Effect": "Allow", "Action": INVOKE, "Resource": "*", "Condition": {"StringEquals": {"aws:username": "joe"}}},
        {"Effect": "Allow", "Action": INVOKE, "Resource": "arn:aws:s3:::${aws:PrincipalTag/none}"},
    )
    authorizer = iam.ports.identity.authorizer
    ((name, findings),) = authorizer.explain(jane, authorizer.asked(jane, INVOKE, METHOD, {}))
    assert name == "user/jane/p"
    assert [(one.effect, one.miss.value if one.miss else None, one.detail) for one in findings] == [
        ("Allow", None, None),
        ("Deny", "Action", None),
        ("Allow", "Resource", None),
        ("Allow", "Condition", "StringEquals aws:username"),
        ("Allow", "Resource", None),
    ]


def test_a_stored_policy_that_cannot_be_read_denies_everything(iam: Plane, jane: Principal) -> None:
    """Fail closed: a Deny may have stood in it."""
    put(iam, ALLOW)
    authorizer = iam.ports.identity.authorizer
    assert authorizer.authorize(jane, INVOKE, METHOD)
    key = Collection("iam", "User", "000000000000", "").key("jane")
    record = iam.run(iam.records.get(key))
    record.value["policies"]["broken"] = "{"
    iam.run(iam.records.write(Put(key, record.value)))
    verdict = authorizer.authorize(jane, INVOKE, METHOD)
    assert (verdict.allowed, verdict.explicit_deny, verdict.policy) == (False, True, "user/jane/broken")


def test_a_boundary_that_is_gone_allows_nothing(iam: Plane, jane: Principal) -> None:
    put(iam, ALLOW)
    text = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    arn = iam("CreatePolicy", PolicyName="b", PolicyDocument=text)["Policy"]["Arn"]
    iam("PutUserPermissionsBoundary", UserName="jane", PermissionsBoundary=arn)
    authorizer = iam.ports.identity.authorizer
    assert authorizer.authorize(jane, INVOKE, METHOD)
    assert iam.fails("DeletePolicy", PolicyArn=arn)[0] == "DeleteConflictException"
    key = Collection("iam", "User", "000000000000", "").key("jane")
    record = iam.run(iam.records.get(key))
    iam.run(iam.records.write(Put(key, {**record.value, "boundary": arn + "2"})))
    assert not authorizer.authorize(jane, INVOKE, METHOD)


def test_a_remembered_verdict_ends_with_what_it_came_from(iam: Plane, jane: Principal) -> None:
    """Asked twice each time: the second answer is the remembered one."""
    authorizer = iam.ports.identity.authorizer

    def allowed(**options: Any) -> bool:
        first, second = (bool(authorizer.authorize(jane, INVOKE, METHOD, **options)) for _ in range(2))
        assert first is second
        return first

    def document(*statements: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    put(iam, ALLOW)
    assert allowed()
    assert not allowed(resource_policy=api_policy("Deny", "*"))
    assert not allowed(resource_account="111122223333")
    assert allowed(resource_account="111122223333", resource_policy=api_policy("Allow", {"AWS": jane.arn}))
    assert not allowed(resource_must_allow=True)
    assert allowed()
    iam("CreateGroup", GroupName="g")
    iam("PutGroupPolicy", GroupName="g", PolicyName="p", PolicyDocument=document({**ALLOW, "Effect": "Deny"}))
    iam("AddUserToGroup", GroupName="g", UserName="jane")
    assert not allowed()
    iam("RemoveUserFromGroup", GroupName="g", UserName="jane")
    assert allowed()
    arn = iam("CreatePolicy", PolicyName="b", PolicyDocument=document({**ALLOW, "Action": "logs:*"}))["Policy"]["Arn"]
    iam("PutUserPermissionsBoundary", UserName="jane", PermissionsBoundary=arn)
    assert not allowed()
    iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=document(ALLOW), SetAsDefault=True)
    assert allowed()
    iam("DeleteUserPolicy", UserName="jane", PolicyName="p")
    assert not allowed()


def test_what_is_remembered_is_bounded(iam: Plane, jane: Principal) -> None:
    put(iam, {**ALLOW, "Resource": "*"})
    authorizer = iam.ports.identity.authorizer
    for number in range(200):
        assert authorizer.authorize(jane, INVOKE, f"{METHOD}/{number}")
    assert authorizer.authorize(jane, INVOKE, f"{METHOD}/{'x' * 4_000}")
    remembered = authorizer.directory.grants_of(jane).remembered
    assert 0 < len(remembered) <= 64
    assert max(len(str(key)) for key in remembered) < 1_000
