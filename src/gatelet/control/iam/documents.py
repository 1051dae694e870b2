"""The policy documents that IAM takes: which grammar, which size, and how they are answered.

Reference: identity section 2 (grammar), section 3 (texts; documents come back URL-encoded).
"""

from __future__ import annotations

from urllib.parse import quote

from gatelet.aws import quotas
from gatelet.control.iam.entities import EntityKind
from gatelet.control.iam.errors import LimitExceeded, MalformedDocument
from gatelet.policy.document import OLD_VERSION, Kind, read_document
from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.evaluate import compile_policy
from gatelet.policy.principals import check_principals


def check_trust_policy(text: str) -> None:
    """A role's AssumeRolePolicyDocument. Raises MalformedDocument, LimitExceeded."""
    _check(text, Kind.TRUST)
    if _measured(text) > quotas.TRUST_POLICY_CHARACTERS:
        raise LimitExceeded(f"Cannot exceed quota for ACLSizePerRole: {quotas.TRUST_POLICY_CHARACTERS}")


def check_inline_policies(kind: EntityKind, owner: str, name: str, text: str, held: dict[str, str]) -> None:
    """An inline policy beside those that its owner has. Raises MalformedDocument, LimitExceeded."""
    _check(text, Kind.IDENTITY)
    others = sum(_measured(document) for other, document in held.items() if other != name)
    if others + _measured(text) > kind.inline_characters:
        raise LimitExceeded(f"Maximum policy size of {kind.inline_characters} bytes exceeded for {kind.word} {owner}")


def check_managed_policy(text: str) -> None:
    """A managed policy, which must say that it is of the new version. Raises MalformedDocument, LimitExceeded."""
    version = _check(text, Kind.IDENTITY)
    if version == OLD_VERSION:
        raise MalformedDocument("Policy document must be version 2012-10-17 or greater.")
    if _measured(text) > quotas.MANAGED_POLICY_CHARACTERS:
        raise LimitExceeded(f"Cannot exceed quota for PolicySize: {quotas.MANAGED_POLICY_CHARACTERS}")


def check_session_policy(text: str) -> None:
    """A session policy. Raises MalformedDocument."""
    _check(text, Kind.IDENTITY)


def url_encoded(document: str) -> str:
    """A document as IAM answers it (RFC 3986); SDKs decode it."""
    return quote(document, safe="")


def _check(text: str, kind: Kind) -> str:
    """The version of a document that is whole and can be evaluated."""
    try:
        document = read_document(text, kind)
        version: str = document.get("Version", OLD_VERSION)
        compile_policy(document["Statement"], kind=kind, version=version)
        if kind is Kind.TRUST:
            for statement in document["Statement"]:
                check_principals(statement)
    except MalformedPolicy as error:
        raise MalformedDocument(str(error)) from None
    return version


def _measured(text: str) -> int:
    """IAM counts no white space (IAM User Guide, "IAM and AWS STS quotas")."""
    return sum(not character.isspace() for character in text)
