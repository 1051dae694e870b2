"""One statement, compiled: whom, what, where and when it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gatelet.policy.asked import Asked
from gatelet.policy.conditions import NullTest, Test, compile_conditions
from gatelet.policy.document import Kind, check_statement, texts_of
from gatelet.policy.errors import Unresolved
from gatelet.policy.match import ActionPattern, ArnPattern, Resources
from gatelet.policy.principals import Naming, Principals, parse_principals


class Miss(Enum):
    """Why a statement is not about a request: the first of its elements that does not fit."""

    PRINCIPAL = "Principal"
    ACTION = "Action"
    RESOURCE = "Resource"
    CONDITION = "Condition"
    VARIABLE = "a policy variable without a value"


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement. ``principals`` is None in an identity policy, ``resources`` in a trust policy."""

    sid: str | None
    allow: bool
    principals: Principals | None
    other_principals: bool
    actions: tuple[ActionPattern, ...]
    other_actions: bool
    resources: Resources | None
    other_resources: bool
    conditions: tuple[Test | NullTest, ...]
    position: int = 0
    """Where it stands in its document, from 0."""

    def applies(self, asked: Asked) -> bool:
        """Whether the statement is about the request, whose action is known to fit."""
        if self.principals is not None and not self._about_caller(self.principals, asked):
            return False
        try:
            if self.resources is not None and self.resources.fits(asked) is self.other_resources:
                return False
            for test in self.conditions:  # noqa: SIM110 - a generator would take twice as long
                if not test.holds(asked.context):
                    return False
            return True
        except Unresolved:
            return False

    def about_action(self, action: str) -> bool:
        """Whether the action (in lower case) is among those meant."""
        return any(pattern.matches(action) for pattern in self.actions) is not self.other_actions

    def naming(self, asked: Asked) -> Naming:
        """How a statement that applies names the caller. In an identity policy: itself."""
        if self.principals is None:
            return Naming.ITSELF
        return Naming.EVERYONE if self.other_principals else self.principals.naming(asked)

    def miss(self, asked: Asked) -> Miss | None:
        """Why the statement is not about the request; None if it is."""
        if self.principals is not None and not self._about_caller(self.principals, asked):
            return Miss.PRINCIPAL
        if not self.about_action(asked.action):
            return Miss.ACTION
        try:
            if self.resources is not None and self.resources.fits(asked) is self.other_resources:
                return Miss.RESOURCE
            return None if all(test.holds(asked.context) for test in self.conditions) else Miss.CONDITION
        except Unresolved:
            return Miss.VARIABLE

    def failing_condition(self, asked: Asked) -> str | None:
        """The condition that does not hold, as the policy writes it: ``StringEquals aws:username``."""
        try:
            return next((test.name for test in self.conditions if not test.holds(asked.context)), None)
        except Unresolved as unresolved:
            return f"${{{unresolved}}}"

    def _about_caller(self, principals: Principals, asked: Asked) -> bool:
        if not self.other_principals:
            return principals.naming(asked) is not Naming.NOBODY
        if self.allow:
            return principals.naming(asked) is Naming.NOBODY
        return not principals.exempt(asked)


def compile_statement(statement: Mapping[str, Any], kind: Kind, *, variables: bool, position: int = 0) -> Statement:
    """A statement of a document, checked. Raises MalformedPolicy."""
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
        else Resources([ArnPattern(resource, variables=variables, complete=True) for resource in resources]),
        other_resources="NotResource" in statement,
        conditions=compile_conditions(statement.get("Condition", {}), variables=variables),
        position=position,
    )
