"""Statements become a Policy; a Policy decides. Deny wins, and the order of statements never matters.

One Policy answers for itself alone. How identity, resource, boundary and session policies combine
(identity section 2, "Evaluation") is for the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatelet.policy.conditions import NullTest, Test, compile_conditions
from gatelet.policy.document import OLD_VERSION, Kind, check_statement, texts_of
from gatelet.policy.errors import Unresolved
from gatelet.policy.match import ActionPattern, ArnPattern
from gatelet.policy.principals import Principals, parse_principals
from gatelet.policy.variables import Context


@dataclass(frozen=True, slots=True)
class Decision:
    """What one policy says about one request.

    ``statement`` is the Sid of the statement that decided (None: it has none, or none applied).
    ``delegated`` marks an Allow that names only the caller's account: the caller's own identity policies
    must allow the action as well.
    """

    allowed: bool
    explicit_deny: bool = False
    statement: str | None = None
    delegated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as statements see it."""

    service: str | None
    arn: str | None
    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement. ``principals`` is None in an identity policy, ``resources`` in a trust policy."""

    sid: str | None
    allow: bool
    principals: Principals | None
    other_principals: bool
    actions: tuple[ActionPattern, ...]
    other_actions: bool
    resources: tuple[ArnPattern, ...] | None
    other_resources: bool
    conditions: tuple[Test | NullTest, ...]

    def applies(self, asked: Asked) -> bool:
        """Whether the statement is about the request."""
        if not self._about_caller(asked):
            return False
        if any(pattern.matches(asked.action) for pattern in self.actions) is self.other_actions:
            return False
        try:
            return self._about_resource(asked) and all(test.holds(asked.context) for test in self.conditions)
        except Unresolved:
            return False

    def delegates(self, asked: Asked) -> bool:
        """Whether it names the caller only through the caller's account."""
        return (
            self.principals is not None
            and not self.other_principals
            and not self.principals.name(asked.service, asked.arn)
        )

    def _about_caller(self, asked: Asked) -> bool:
        if self.principals is None:
            return True
        named = self.principals.name(asked.service, asked.arn) or self.principals.trust_account_of(asked.arn)
        return named is not self.other_principals

    def _about_resource(self, asked: Asked) -> bool:
        if self.resources is None:
            return True
        fits = any(pattern.matches(asked.resource, asked.context) for pattern in self.resources)
        return fits is not self.other_resources


class Policy:
    """Compiled statements. Immutable."""

    __slots__ = ("_statements",)

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = tuple(statements)

    def decide(
        self,
        *,
        principal_service: str | None,
        principal_aws: str | None,
        action: str,
        resource: str,
        context: Mapping[str, str | list[str]],
    ) -> Decision:
        """What the policy says. Both principals None: an anonymous caller.

        ``principal_service`` is a service's name (``apigateway.amazonaws.com``), ``principal_aws`` the
        caller's ARN, ``context`` the request's condition keys (names in any case) with their values.
        """
        values = {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in context.items()}
        asked = Asked(principal_service, principal_aws, action, resource, values)
        allows: list[Statement] = []
        for statement in self._statements:
            if statement.applies(asked):
                if not statement.allow:
                    return Decision(allowed=False, explicit_deny=True, statement=statement.sid)
                allows.append(statement)
        for statement in allows:
            if not statement.delegates(asked):
                return Decision(allowed=True, statement=statement.sid)
        if allows:
            return Decision(allowed=True, statement=allows[0].sid, delegated=True)
        return Decision(allowed=False)


def compile_policy(
    statements: Sequence[Mapping[str, Any]], *, kind: Kind = Kind.RESOURCE, version: str = "2012-10-17"
) -> Policy:
    """The Policy of a document's statements.

    Raises MalformedPolicy (UnsupportedOperator for an unknown condition operator): what cannot be
    evaluated whole is not evaluated at all.
    """
    return Policy([_compile(statement, kind, variables=version != OLD_VERSION) for statement in statements])


def _compile(statement: Mapping[str, Any], kind: Kind, *, variables: bool) -> Statement:
    check_statement(statement, kind)
    actions = texts_of(statement, "Action") or texts_of(statement, "NotAction")
    resources = texts_of(statement, "Resource") or texts_of(statement, "NotResource")
    principals = statement.get("Principal", statement.get("NotPrincipal"))
    return Statement(
        sid=statement.get("Sid"),
        allow=statement["Effect"] == "Allow",
        principals=None if kind is Kind.IDENTITY else parse_principals(principals),
        other_principals="NotPrincipal" in statement,
        actions=tuple(ActionPattern(action) for action in actions),
        other_actions="NotAction" in statement,
        resources=None
        if kind is Kind.TRUST
        else tuple(ArnPattern(resource, variables=variables, complete=True) for resource in resources),
        other_resources="NotResource" in statement,
        conditions=compile_conditions(statement.get("Condition", {}), variables=variables),
    )
