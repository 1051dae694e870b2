"""The language by its cases: ``cases/*.txt``, each with the source of what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatelet.policy.asked import Asked, context_of
from gatelet.policy.combine import Grants, Layer, Named, combine
from gatelet.policy.conditions import compile_conditions
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import Policy, compile_policy
from gatelet.policy.kind import Kind
from gatelet.policy.reading import compile_text

CASES = Path(__file__).with_name("cases")
ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
USER = f"arn:aws:iam::{ACCOUNT}:user/jane"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/me"
CONTEXT: dict[str, str | list[str]] = {
    "aws:username": "jane",
    "aws:PrincipalTag/team": "blue",
    "aws:PrincipalAccount": ACCOUNT,
    "aws:PrincipalArn": USER,
    "aws:EpochTime": "1",
}
CALLERS: dict[str, dict[str, str]] = {
    "user": {"arn": USER},
    "session": {"arn": SESSION, "issuer": f"arn:aws:iam::{ACCOUNT}:role/path/deployer"},
    "other": {"arn": f"arn:aws:iam::{OTHER_ACCOUNT}:user/jane"},
    "gateway": {"service": "apigateway.amazonaws.com"},
    "anonymous": {},
}


def rows(name: str) -> list[Any]:
    """The cases of a file; every one stands below the source that it is taken from."""
    source, cases = "", []
    for number, line in enumerate((CASES / f"{name}.txt").read_text("utf-8").splitlines(), 1):
        if line.startswith("source: "):
            source = line.removeprefix("source: ")
        elif line and not line.startswith("#"):
            assert source, f"line {number} has no source"
            cases.append(pytest.param(*(cell.strip() for cell in line.split(" | ")), id=f"{name}-{number}"))
    return cases


def test_there_are_enough_cases() -> None:
    names = [path.stem for path in CASES.glob("*.txt")]
    assert sum(len(rows(name)) for name in names) >= 300


@pytest.mark.parametrize(("operator", "policy", "request_values", "expected"), rows("conditions"))
def test_conditions(operator: str, policy: str, request_values: str, expected: str) -> None:
    block = {operator: {"x:Key": json.loads(policy)}}
    if expected == "malformed":
        with pytest.raises(MalformedPolicy):
            compile_conditions(block, variables=True)
        return
    context = {} if request_values == "-" else context_of({"x:key": json.loads(request_values)})
    (test,) = compile_conditions(block, variables=True)
    assert test.holds(context) is (expected == "yes")


@pytest.mark.parametrize(("statement", "action", "resource", "expected"), rows("statements"))
def test_statements(statement: str, action: str, resource: str, expected: str) -> None:
    made = {"Effect": "Allow", "Action": "*", "Resource": "*", **json.loads(statement)}
    if "Resource" not in json.loads(statement) and "NotResource" in made:
        del made["Resource"]
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": {key: value for key, value in made.items() if value is not None}}
    )
    if expected == "malformed":
        with pytest.raises(MalformedPolicy):
            compile_text(text, Kind.IDENTITY)
        return
    asked = Asked(action, resource, context_of(CONTEXT), arn=USER)
    policy = compile_text(text, Kind.IDENTITY)
    assert policy.evaluate(asked).allowed is (expected == "yes")
    applies = expected == "yes" or (made["Effect"] == "Deny" and policy.evaluate(asked).explicit_deny)
    assert (policy.explain(asked)[0].miss is None) is applies


def _statement(effect: str, principal: Any) -> dict[str, Any]:
    named = isinstance(principal, dict) and "Not" in principal
    who = {"NotPrincipal": principal["Not"]} if named else {"Principal": principal}
    return {"Sid": "s", "Effect": effect, "Action": "*", "Resource": "*", **who}


@pytest.mark.parametrize(("principal", "effect", "caller", "expected"), rows("principals"))
def test_principals(principal: str, effect: str, caller: str, expected: str) -> None:
    statement = _statement(effect, json.loads(principal))
    if expected == "malformed":
        with pytest.raises(MalformedPolicy):
            compile_policy([statement])
        return
    policy = compile_policy([statement])
    asked = Asked("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:1:function:f", {}, **CALLERS[caller])
    decision = policy.evaluate(asked)
    assert decision.explicit_deny is (expected == "deny")
    assert decision.allowed is (expected not in ("deny", "none"))
    assert decision.delegated is (expected == "account")
    assert decision.direct is (expected == "itself")


def _identity(word: str) -> Policy:
    effect = "Deny" if word == "deny" else "Allow"
    action = "other:Thing" if word == "silent" else "lambda:*"
    return compile_policy([{"Effect": effect, "Action": action, "Resource": "*"}], kind=Kind.IDENTITY)


def _resource(word: str) -> Policy:
    principal = {
        "itself": {"AWS": SESSION},
        "role": {"AWS": CALLERS["session"]["issuer"]},
        "account": {"AWS": ACCOUNT},
        "silent": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"},
    }.get(word, "*")
    return compile_policy([_statement("Deny" if word == "deny" else "Allow", principal)])


@pytest.mark.parametrize(("account", "identity", "boundary", "session", "resource", "expected"), rows("combinations"))
def test_combinations(account: str, identity: str, boundary: str, session: str, resource: str, expected: str) -> None:
    grants = Grants(
        (Named("i", _identity(identity)),),
        None if boundary == "none" else Named("b", _identity(boundary)),
        None if session == "none" else (Named("s", _identity(session)),),
    )
    asked = Asked("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:1:function:f", {}, **CALLERS["session"])
    verdict = combine(
        asked, grants, None if resource == "none" else Named("r", _resource(resource)), same_account=account == "same"
    )
    outcome, layer = expected.split()
    assert (verdict.allowed, verdict.explicit_deny) == (outcome == "allow", outcome == "deny")
    assert verdict.layer is Layer[layer.upper()]
    assert (verdict.policy is not None) is (outcome != "no")
