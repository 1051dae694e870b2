"""The Principal element: whom a statement of a resource-based policy is about.

Reference: identity section 2 ("Principal"). ARNs are compared exactly; there are no wildcards in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatelet.policy.errors import MalformedPolicy

_ACCOUNT = re.compile(r"[0-9]{12}")
_PRINCIPAL_ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[^*?]+")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement names. ``accounts`` delegate to the identity policies of the account."""

    everyone: bool
    arns: frozenset[str]
    accounts: frozenset[str]
    services: frozenset[str]

    def name(self, service: str | None, arn: str | None) -> bool:
        """Whether the caller is named directly, or everyone is (an anonymous caller is neither)."""
        if self.everyone:
            return True
        if service is not None and service in self.services:
            return True
        return arn is not None and (arn in self.arns or _role_of_session(arn) in self._roles())

    def trust_account_of(self, arn: str | None) -> bool:
        """Whether the caller's whole account is named."""
        return arn is not None and account_of(arn) in self.accounts

    def _roles(self) -> frozenset[tuple[str, str] | None]:
        return frozenset(
            (account_of(arn), arn.rsplit("/", 1)[1]) for arn in self.arns if ":role/" in arn and ":iam:" in arn
        )


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
    return Principals(
        everyone="*" in aws,
        arns=frozenset(text for text in aws if text.startswith("arn:") and not text.endswith(":root")),
        accounts=frozenset(accounts),
        services=frozenset(_texts(element.get("Service", []))),
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
