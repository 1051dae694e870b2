"""Decisions: identity section 2 ("Evaluation"), lambda-control-plane section 8 (statements)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.policy.document import Kind
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import Decision, compile_policy

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
METHOD = "arn:aws:execute-api:us-east-1:000000000000:api/prod/GET/users"
GATEWAY = "apigateway.amazonaws.com"
ROLE = "arn:aws:iam::111122223333:role/path/deployer"
SESSION = "arn:aws:sts::111122223333:assumed-role/deployer/me"
USER = "arn:aws:iam::111122223333:user/jane"


def statement(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"Service": GATEWAY},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
    }
    made.update(changes)
    return {key: value for key, value in made.items() if value is not None}


def decide(
    *statements: dict[str, Any], service: str | None = GATEWAY, arn: str | None = None, **changes: Any
) -> Decision:
    asked: dict[str, Any] = {
        "action": "lambda:InvokeFunction",
        "resource": FUNCTION,
        "context": {"aws:SourceArn": METHOD, "aws:SourceAccount": "000000000000"},
        **changes,
    }
    return compile_policy(list(statements)).decide(principal_service=service, principal_aws=arn, **asked)


ARN_LIKE = {"ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-east-1:000000000000:api/*/GET/users"}}
OTHER_METHOD = {"ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-east-1:000000000000:api/*/POST/*"}}


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"Condition": ARN_LIKE}, True),
        ({"Condition": OTHER_METHOD}, False),
        ({"Condition": {"StringEquals": {"AWS:SourceAccount": "000000000000"}}}, True),
        ({"Condition": {"StringEquals": {"AWS:SourceAccount": "111111111111"}}}, False),
        ({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, False),
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"Service": "events.amazonaws.com"}}, False),
        ({"Principal": {"Service": ["events.amazonaws.com", GATEWAY]}}, True),
        ({"Principal": {"AWS": "arn:aws:iam::000000000000:root"}}, False),
        ({"Principal": {"Federated": GATEWAY}}, False),
        ({"Principal": None, "NotPrincipal": {"Service": "events.amazonaws.com"}}, True),
        ({"Principal": None, "NotPrincipal": {"Service": GATEWAY}}, False),
        ({"Action": "lambda:*"}, True),
        ({"Action": "*"}, True),
        ({"Action": ["lambda:GetFunction", "lambda:invokeFunction"]}, True),
        ({"Action": "lambda:GetFunction"}, False),
        ({"Action": None, "NotAction": "lambda:InvokeFunction"}, False),
        ({"Action": None, "NotAction": "lambda:Get*"}, True),
        ({"Resource": FUNCTION + ":live"}, False),
        ({"Resource": "*"}, True),
        ({"Resource": None, "NotResource": FUNCTION}, False),
        ({"Resource": None, "NotResource": FUNCTION + "2"}, True),
        ({"Resource": "arn:aws:lambda:us-east-1:000000000000:function:${aws:username}"}, False),
        ({"Effect": "Deny"}, False),
    ],
)
def test_one_statement_about_the_gateway(changes: dict[str, Any], allowed: bool) -> None:
    assert decide(statement(**changes)).allowed is allowed


@pytest.mark.parametrize(
    ("named", "caller", "allowed", "delegated"),
    [
        (USER, USER, True, False),
        (USER, "arn:aws:iam::111122223333:user/joe", False, False),
        ("arn:aws:iam::111122223333:user/*", USER, None, None),
        (ROLE, SESSION, True, False),
        ("arn:aws:iam::444455556666:role/deployer", SESSION, False, False),
        (SESSION, SESSION, True, False),
        (SESSION, SESSION + "2", False, False),
        ("111122223333", USER, True, True),
        ("arn:aws:iam::111122223333:root", SESSION, True, True),
        ("444455556666", USER, False, False),
        ("*", None, True, False),
        (USER, None, False, False),
    ],
)
def test_named_callers(named: str, caller: str | None, allowed: bool | None, delegated: bool | None) -> None:
    decision = decide(statement(Principal={"AWS": named}), service=None, arn=caller)
    assert (decision.allowed, decision.delegated) == (bool(allowed), bool(delegated))


def test_the_decision_names_its_statement() -> None:
    allow, deny = statement(Sid="yes"), statement(Sid="no", Effect="Deny")
    assert decide(allow) == Decision(allowed=True, statement="yes")
    assert decide(allow, deny) == Decision(allowed=False, explicit_deny=True, statement="no")
    assert decide() == Decision(allowed=False)
    assert decide(statement(Sid=None)) == Decision(allowed=True)


def test_an_unresolved_variable_takes_the_statement_out() -> None:
    deny = statement(Effect="Deny", Condition={"StringEquals": {"aws:SourceAccount": "${aws:username}"}})
    assert decide(statement(), deny).allowed


def test_identity_policies_have_no_principal() -> None:
    policy = compile_policy([statement(Principal=None)], kind=Kind.IDENTITY)
    asked = {"action": "lambda:InvokeFunction", "resource": FUNCTION, "context": {}}
    assert policy.decide(principal_service=None, principal_aws=USER, **asked).allowed  # type: ignore[arg-type]
    with pytest.raises(MalformedPolicy, match="should not specify a principal"):
        compile_policy([statement()], kind=Kind.IDENTITY)


def test_a_resource_policy_without_principal_is_refused() -> None:
    with pytest.raises(MalformedPolicy):
        compile_policy([statement(Principal=None)])


def test_the_old_version_has_no_variables() -> None:
    resource = "arn:aws:lambda:us-east-1:000000000000:function:${aws:username}"
    policy = compile_policy([statement(Resource=resource)], version="2008-10-17")
    asked = {"action": "lambda:InvokeFunction", "resource": resource, "context": {"aws:username": "f"}}
    assert policy.decide(principal_service=GATEWAY, principal_aws=None, **asked).allowed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"Condition": {"StringFoo": {"a": "b"}}},
        {"Effect": "allow"},
        {"Extra": 1},
        {"Principal": {"Robot": "x"}},
        {"Principal": {"AWS": 1}},
        {"Principal": {}},
        {"Principal": "me"},
        {"NotPrincipal": "*"},
        {"NotAction": "lambda:*"},
        {"Action": []},
        {"Action": 3},
        {"Resource": None},
        {"Condition": "x"},
    ],
)
def test_what_cannot_be_evaluated_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedPolicy):
        compile_policy([statement(**changes)])


STATEMENTS = st.builds(
    statement,
    Effect=st.sampled_from(["Allow", "Deny"]),
    Principal=st.sampled_from(["*", {"Service": GATEWAY}, {"AWS": USER}, {"AWS": "111122223333"}]),
    Action=st.sampled_from(["*", "lambda:InvokeFunction", "lambda:Get*"]),
    Resource=st.sampled_from(["*", FUNCTION, FUNCTION + "2"]),
    Condition=st.sampled_from([{}, ARN_LIKE, OTHER_METHOD, {"StringNotEquals": {"aws:SourceAccount": "1"}}]),
)
CALLERS = st.sampled_from([(GATEWAY, None), (None, USER), (None, SESSION), (None, None)])


@given(statements=st.lists(STATEMENTS, max_size=5), caller=CALLERS, order=st.randoms(use_true_random=False))
def test_order_never_matters(
    statements: list[dict[str, Any]], caller: tuple[str | None, str | None], order: Any
) -> None:
    first = decide(*statements, service=caller[0], arn=caller[1])
    shuffled = list(statements)
    order.shuffle(shuffled)
    second = decide(*shuffled, service=caller[0], arn=caller[1])
    assert (first.allowed, first.explicit_deny, first.delegated) == (
        second.allowed,
        second.explicit_deny,
        second.delegated,
    )


@given(statements=st.lists(STATEMENTS, max_size=5), caller=CALLERS)
def test_deny_wins(statements: list[dict[str, Any]], caller: tuple[str | None, str | None]) -> None:
    deny = statement(Effect="Deny", Principal="*", Action="*", Resource="*")
    decision = decide(*statements, deny, service=caller[0], arn=caller[1])
    assert not decision.allowed
    assert decision.explicit_deny


@given(statements=st.lists(STATEMENTS, max_size=5), added=STATEMENTS, caller=CALLERS)
def test_adding_an_allow_never_removes_access(
    statements: list[dict[str, Any]], added: dict[str, Any], caller: tuple[str | None, str | None]
) -> None:
    before = decide(*statements, service=caller[0], arn=caller[1])
    after = decide(*statements, {**added, "Effect": "Allow"}, service=caller[0], arn=caller[1])
    assert after.allowed or not before.allowed
    assert after.explicit_deny is before.explicit_deny
