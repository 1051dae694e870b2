"""Policy documents: reading, and the grammar that every kind of policy keeps.

Reference: identity section 2 (grammar), section 3 (MalformedPolicyDocument texts). What the section has
no text for answers ``Syntax errors in policy.`` The words of identity and trust policies (vendors, ARNs) are
checked by ``words``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gatelet.policy.errors import MalformedPolicy
from gatelet.policy.kind import Kind
from gatelet.policy.words import check_words

__all__ = ["OLD_VERSION", "Kind", "as_list", "check_statement", "read_document", "texts_of"]

SYNTAX = "Syntax errors in policy."
VERSIONS = ("2012-10-17", "2008-10-17")
OLD_VERSION = "2008-10-17"
"""The default; its texts have no variables."""

_DOCUMENT_MEMBERS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_MEMBERS = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)


def read_document(text: str, kind: Kind) -> dict[str, Any]:
    """The document that a JSON text holds, its statements checked and put into a list.

    Raises MalformedPolicy with AWS's text.
    """
    try:
        document = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedPolicy("This policy contains invalid Json") from None
    if not isinstance(document, dict) or not document.keys() <= _DOCUMENT_MEMBERS:
        raise MalformedPolicy(SYNTAX)
    if document.get("Version", OLD_VERSION) not in VERSIONS or not isinstance(document.get("Id", ""), str):
        raise MalformedPolicy(SYNTAX)
    statements = as_list(document.get("Statement"))
    if not statements:
        raise MalformedPolicy(SYNTAX)
    for statement in statements:
        check_statement(statement, kind)
        check_words(statement, kind)
    _check_sids(statements)
    return {**document, "Statement": statements}


def check_statement(statement: Any, kind: Kind) -> None:
    """Whether the members of one statement are those of its kind. Raises MalformedPolicy."""
    if not isinstance(statement, Mapping) or not statement.keys() <= _STATEMENT_MEMBERS:
        raise MalformedPolicy(SYNTAX)
    if statement.get("Effect") not in ("Allow", "Deny") or not isinstance(statement.get("Sid", ""), str):
        raise MalformedPolicy(SYNTAX)
    for member in ("Action", "Resource", "Principal"):
        if member in statement and f"Not{member}" in statement:
            raise MalformedPolicy(SYNTAX)
    _check_principal(statement, kind)
    _check_actions(statement, kind)
    _check_resources(statement, kind)


def as_list(value: Any) -> list[Any]:
    """A single value as a list of one, None as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts_of(statement: Mapping[str, Any], member: str) -> list[str]:
    """The texts of a member that holds a text or a list of texts. Raises MalformedPolicy."""
    values = as_list(statement.get(member))
    if not all(isinstance(value, str) for value in values):
        raise MalformedPolicy(SYNTAX)
    return values


def _check_principal(statement: Mapping[str, Any], kind: Kind) -> None:
    present = "Principal" in statement or "NotPrincipal" in statement
    if kind is Kind.IDENTITY and present:
        raise MalformedPolicy("Policy document should not specify a principal.")
    if kind is not Kind.IDENTITY and not present:
        raise MalformedPolicy("Missing required field Principal" if kind is Kind.TRUST else SYNTAX)
    if kind is Kind.TRUST and "NotPrincipal" in statement:
        raise MalformedPolicy("Has prohibited field NotPrincipal")


def _check_actions(statement: Mapping[str, Any], kind: Kind) -> None:
    actions = texts_of(statement, "Action") + texts_of(statement, "NotAction")
    if not actions:
        raise MalformedPolicy("Policy statement must contain actions.")
    for action in actions:
        vendor, colon, name = action.partition(":")
        if action != "*" and not (colon and vendor and name):
            raise MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
        if kind is Kind.TRUST and vendor.lower() != "sts":
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")


def _check_resources(statement: Mapping[str, Any], kind: Kind) -> None:
    for member in ("Resource", "NotResource"):
        if kind is Kind.TRUST and member in statement:
            raise MalformedPolicy(f"Has prohibited field {member}")
    if kind is Kind.TRUST:
        return
    resources = texts_of(statement, "Resource") + texts_of(statement, "NotResource")
    if not resources:
        raise MalformedPolicy("Policy statement must contain resources.")
    for resource in resources:
        if resource != "*" and not resource.startswith("arn:"):
            raise MalformedPolicy(f'Resource {resource} must be in ARN format or "*".')


def _check_sids(statements: list[Mapping[str, Any]]) -> None:
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(sids) != len(set(sids)):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
