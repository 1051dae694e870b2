"""Documents: identity section 2 (grammar) and section 3 (MalformedPolicyDocument texts)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatelet.policy.document import Kind, read_document
from gatelet.policy.errors import MalformedPolicy

ALLOW = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: Any, **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def test_a_single_statement_becomes_a_list() -> None:
    text = json.dumps({"Statement": ALLOW})
    assert read_document(text, Kind.IDENTITY) == {"Statement": [ALLOW]}


def test_a_trust_policy() -> None:
    assert read_document(document(TRUST), Kind.TRUST)["Statement"] == [TRUST]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("", Kind.IDENTITY, "This policy contains invalid Json"),
        ("{", Kind.IDENTITY, "This policy contains invalid Json"),
        ("[" * 100_000, Kind.IDENTITY, "This policy contains invalid Json"),
        ('{"Version":"2012-10-17","Version":"2012-10-17"}', Kind.IDENTITY, "This policy contains invalid Json"),
        ("[]", Kind.IDENTITY, "Syntax errors in policy."),
        ("{}", Kind.IDENTITY, "Syntax errors in policy."),
        (document(), Kind.IDENTITY, "Syntax errors in policy."),
        (document(ALLOW, Version="2020-01-01"), Kind.IDENTITY, "Syntax errors in policy."),
        (document(ALLOW, Version=[]), Kind.IDENTITY, "Syntax errors in policy."),
        (document(ALLOW, Extra=1), Kind.IDENTITY, "Syntax errors in policy."),
        (document("x"), Kind.IDENTITY, "Syntax errors in policy."),
        (document({**ALLOW, "Effect": "allow"}), Kind.IDENTITY, "Syntax errors in policy."),
        (document({**ALLOW, "Effect": ["Allow"]}), Kind.IDENTITY, "Syntax errors in policy."),
        (document({"Effect": "Allow", "Action": "logs:*"}), Kind.IDENTITY, "Policy statement must contain resources."),
        (document({"Effect": "Allow", "Resource": "*"}), Kind.IDENTITY, "Policy statement must contain actions."),
        (
            document({**ALLOW, "Action": "PutLogEvents"}),
            Kind.IDENTITY,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (document({**ALLOW, "Resource": "f"}), Kind.IDENTITY, 'Resource f must be in ARN format or "*".'),
        (
            document({**ALLOW, "Principal": "*"}),
            Kind.IDENTITY,
            "Policy document should not specify a principal.",
        ),
        (document({**TRUST, "Resource": "*"}), Kind.TRUST, "Has prohibited field Resource"),
        (
            document({**ALLOW, "Sid": "a"}, {**ALLOW, "Sid": "a"}),
            Kind.IDENTITY,
            "Statement IDs (SID) in a single policy must be unique.",
        ),
    ],
)
def test_refusals(text: str, kind: Kind, message: str) -> None:
    with pytest.raises(MalformedPolicy) as refused:
        read_document(text, kind)
    assert str(refused.value) == message


def test_a_trust_policy_is_about_assuming_roles() -> None:
    with pytest.raises(MalformedPolicy, match="AssumeRole policy may only specify STS AssumeRole actions"):
        read_document(document({**TRUST, "Action": "lambda:InvokeFunction"}), Kind.TRUST)
