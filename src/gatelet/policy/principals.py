"""The Principal element: whom a statement of a resource-based policy is about.

Reference: identity section 2 ("Principal"). ARNs are compared exactly; there are no wildcards in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from gatelet.policy.asked import Asked
from gatelet.policy.errors import MalformedPolicy

_ACCOUNT = re.compile(r"[0-9]{12}")
_PRINCIPAL_ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[^*?]+")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
NEVER_EXEMPT = "gatelet:permissionsboundary"
"""A key of the context that no policy can name: the caller has a permissions boundary."""
_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


class Naming(IntEnum):
    """How a statement names a caller, the weakest first: what an Allow is worth depends on it."""

    NOBODY = 0
    ACCOUNT = 1
    """The caller's whole account: its identity policies must allow the action as well."""
    EVERYONE = 2
    ROLE = 3
    """The role of the caller's session."""
    SERVICE = 4
    ITSELF = 5
    """The user, or the session of a role."""


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement names. ``accounts`` delegate to the identity policies of the account.

    ``roles`` are the roles of ``arns`` by account and name, for callers whose role's path is not known.
    """

    everyone: bool
    arns: frozenset[str]
    accounts: frozenset[str]
    services: frozenset[str]
    roles: frozenset[tuple[str, str]] = frozenset()

    def naming(self, asked: Asked) -> Naming:
        """How the caller is named; the strongest way counts."""
        if asked.service is not None and asked.service in self.services:
            return Naming.SERVICE
        arn = asked.arn
        if arn is not None:
            if arn in self.arns:
                return Naming.ITSELF
            if self._names_role(arn, asked.issuer):
                return Naming.ROLE
        if self.everyone:
            return Naming.EVERYONE
        if arn is not None and self.accounts and account_of(arn) in self.accounts:
            return Naming.ACCOUNT
        return Naming.NOBODY

    def exempt(self, asked: Asked) -> bool:
        """Whether a Deny with these in NotPrincipal leaves the caller alone.

        Its account must be listed as well, and a caller with a permissions boundary is never left alone
        (``NEVER_EXEMPT`` in the context) (IAM User Guide, "NotPrincipal").
        """
        if self.everyone or (asked.service is not None and asked.service in self.services):
            return True
        if asked.arn is None or account_of(asked.arn) not in self.accounts or NEVER_EXEMPT in asked.context:
            return False
        return asked.arn in self.arns or self._names_role(asked.arn, asked.issuer) or asked.arn.endswith(":root")

    def _names_role(self, arn: str, issuer: str | None) -> bool:
        if issuer is not None:
            return issuer in self.arns
        return bool(self.roles) and _role_of_session(arn) in self.roles


def account_of(arn: str) -> str:
    """The account of an ARN, empty if it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _role_of_session(arn: str) -> tuple[str, str] | None:
    """``(account, role name)`` of ``arn:aws:sts::A:assumed-role/R/S``; the name comes without its path."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "sts" or not parts[5].startswith("assumed-role/"):
        return None
    return parts[4], parts[5].split("/")[1]


def parse_principals(element: Any) -> Principals:
    """The value of Principal or NotPrincipal. Raises MalformedPolicy."""
    if element == "*":
        return Principals(True, frozenset(), frozenset(), frozenset())
    if not isinstance(element, Mapping) or not element or not element.keys() <= _KINDS:
        raise MalformedPolicy("Syntax errors in policy.")
    aws = _texts(element.get("AWS", []))
    accounts = {text for text in aws if text.isdecimal() and len(text) == 12}
    accounts |= {account_of(text) for text in aws if text.endswith(":root") and ":iam:" in text}
    arns = frozenset(text for text in aws if text.startswith("arn:") and not text.endswith(":root"))
    return Principals(
        everyone="*" in aws,
        arns=arns,
        accounts=frozenset(accounts),
        services=frozenset(_texts(element.get("Service", []))),
        roles=frozenset((account_of(arn), arn.rsplit("/", 1)[1]) for arn in arns if ":role/" in arn and ":iam:" in arn),
    )


def check_principals(statement: Mapping[str, Any]) -> None:
    """Whether what a statement names can be somebody, by its form. Raises MalformedPolicy with IAM's text."""
    element = statement.get("Principal", statement.get("NotPrincipal"))
    if not isinstance(element, Mapping):
        return
    for text in _texts(element.get("AWS", [])):
        if text != "*" and not _ACCOUNT.fullmatch(text) and not _PRINCIPAL_ARN.fullmatch(text):
            raise MalformedPolicy(f'Invalid principal in policy: "AWS":"{text}"')
    for text in _texts(element.get("Service", [])):
        if not _SERVICE.fullmatch(text):
            raise MalformedPolicy(f'Invalid principal in policy: "SERVICE":"{text}"')


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise MalformedPolicy("Syntax errors in policy.")
    return values
