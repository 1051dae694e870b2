"""What always holds when policies are put together: identity section 2 ("Evaluation")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatelet.policy.asked import Asked
from gatelet.policy.combine import Grants, Named, Verdict, combine
from gatelet.policy.evaluate import Policy, compile_policy
from gatelet.policy.kind import Kind

USER = "arn:aws:iam::111122223333:user/jane"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f"
ASKED = Asked("lambda:InvokeFunction", FUNCTION, {"aws:username": ("jane",)}, arn=USER)


def _statement(effect: str, action: str, resource: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, "Condition": condition}


STATEMENTS = st.builds(
    _statement,
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["*", "lambda:*", "lambda:InvokeFunction", "lambda:Get*", "logs:*"]),
    st.sampled_from(["*", FUNCTION, f"{FUNCTION}:*", "arn:aws:lambda:*:*:function:${aws:username}"]),
    st.sampled_from([{}, {"StringEquals": {"aws:username": "jane"}}, {"StringEquals": {"aws:username": "joe"}}]),
)
DOCUMENTS = st.lists(STATEMENTS, max_size=4)
PRINCIPALS = st.sampled_from(["*", {"AWS": USER}, {"AWS": "111122223333"}, {"AWS": f"{USER}2"}])
SETS = st.fixed_dictionaries(
    {
        "identity": DOCUMENTS,
        "boundary": st.none() | DOCUMENTS,
        "session": st.none() | DOCUMENTS,
        "resource": st.none() | st.lists(st.tuples(STATEMENTS, PRINCIPALS), max_size=3),
        "same_account": st.booleans(),
    }
)
DENY = _statement("Deny", "*", "*", {})
ALLOW = _statement("Allow", "*", "*", {})


def identity(statements: list[dict[str, Any]]) -> Policy:
    return compile_policy(statements, kind=Kind.IDENTITY)


def verdict(drawn: dict[str, Any]) -> Verdict:
    boundary, session, resource = drawn["boundary"], drawn["session"], drawn["resource"]
    grants = Grants(
        (Named("i", identity(drawn["identity"])),),
        None if boundary is None else Named("b", identity(boundary)),
        None if session is None else (Named("s", identity(session)),),
    )
    policy = None
    if resource is not None:
        policy = Named("r", compile_policy([{**statement, "Principal": who} for statement, who in resource]))
    return combine(ASKED, grants, policy, same_account=drawn["same_account"])


@given(drawn=SETS, place=st.sampled_from(["identity", "boundary", "session", "resource"]))
def test_a_deny_anywhere_always_wins(drawn: dict[str, Any], place: str) -> None:
    added = (DENY, "*") if place == "resource" else DENY
    found = verdict({**drawn, place: [*(drawn[place] or []), added]})
    assert not found.allowed
    assert found.explicit_deny


@given(drawn=SETS, place=st.sampled_from(["identity", "boundary", "session", "resource"]), added=STATEMENTS)
def test_adding_an_allow_never_removes_access(drawn: dict[str, Any], place: str, added: dict[str, Any]) -> None:
    if drawn[place] is None:
        return
    allow = {**added, "Effect": "Allow"}
    before = verdict(drawn)
    after = verdict({**drawn, place: [*drawn[place], (allow, "*") if place == "resource" else allow]})
    assert after.allowed or not before.allowed


@given(drawn=SETS, order=st.randoms(use_true_random=False))
def test_the_order_of_statements_never_matters(drawn: dict[str, Any], order: Any) -> None:
    shuffled = dict(drawn)
    for place in ("identity", "boundary", "session", "resource"):
        if drawn[place] is not None:
            shuffled[place] = list(drawn[place])
            order.shuffle(shuffled[place])
    before, after = verdict(drawn), verdict(shuffled)
    assert (before.allowed, before.explicit_deny, before.layer) == (after.allowed, after.explicit_deny, after.layer)


@given(drawn=SETS, place=st.sampled_from(["boundary", "session"]))
def test_a_limit_never_grants(drawn: dict[str, Any], place: str) -> None:
    """A boundary or session policy, whatever it says, allows nothing that was not allowed without it."""
    limited, free = verdict(drawn), verdict({**drawn, place: None})
    assert free.allowed or not limited.allowed


@given(drawn=SETS)
def test_another_account_is_never_more_than_one_s_own(drawn: dict[str, Any]) -> None:
    cross = verdict({**drawn, "same_account": False})
    assert verdict({**drawn, "same_account": True}).allowed or not cross.allowed


def test_everybody_s_policies_must_all_be_there() -> None:
    drawn: dict[str, Any] = {"identity": [ALLOW], "boundary": None, "session": None, "resource": None}
    allowed = verdict({**drawn, "same_account": True})
    assert allowed.allowed
    assert replace(allowed, position=None) == allowed
    assert not verdict({**drawn, "same_account": False}).allowed
    assert not combine(ASKED, Grants()).allowed
