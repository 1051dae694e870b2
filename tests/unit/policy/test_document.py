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
        (
            document({**ALLOW, "Sid": "a b"}),
            Kind.IDENTITY,
            (
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                "[0-9A-Za-z]*"
            ),
        ),
        (document({**ALLOW, "Action": "a:b:c"}), Kind.IDENTITY, "Actions/Condition can contain only one colon."),
        (document({**ALLOW, "Action": "s_3:Get"}), Kind.IDENTITY, "Vendor s_3 is not valid"),
        (
            document({**ALLOW, "Condition": {"StringEquals": {"SourceIp": "1"}}}),
            Kind.IDENTITY,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            document({**ALLOW, "Resource": "arn:x:s3:::b"}),
            Kind.IDENTITY,
            'Partition "x" is not valid for resource "arn:x:s3:::b".',
        ),
        (
            document({**ALLOW, "Resource": "arn:aws:s*:::b"}),
            Kind.IDENTITY,
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ),
        (
            document({**ALLOW, "Resource": "arn:aws:iam:us-east-1:1:user/x"}),
            Kind.IDENTITY,
            "IAM resource arn:aws:iam:us-east-1:1:user/x cannot contain region information.",
        ),
        (
            document({**ALLOW, "Resource": "arn:aws:iam::1:person/x"}),
            Kind.IDENTITY,
            (
                'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
                "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, "
                "report/, access-report/."
            ),
        ),
        (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), Kind.TRUST, "Missing required field Principal"),
        (
            document({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": "*"}),
            Kind.TRUST,
            "Has prohibited field NotPrincipal",
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
