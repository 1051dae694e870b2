"""Statements become a Policy; a Policy decides. Deny wins, and the order of statements never matters.

One Policy answers for itself alone; ``combine`` joins a caller's policies and a resource's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatelet.policy.asked import Asked, context_of
from gatelet.policy.document import OLD_VERSION, Kind
from gatelet.policy.principals import Naming
from gatelet.policy.statement import Miss, Statement, compile_statement

_KEPT_ACTIONS = 512


@dataclass(frozen=True, slots=True)
class Decision:
    """What one policy says about one request.

    ``statement`` is the Sid of the statement that decided (None: it has none, or none applied), ``position``
    its place in the document. ``delegated`` marks an Allow that names only the caller's account: the caller's
    own identity policies must allow the action as well. ``direct`` marks an Allow that names the caller itself
    (a user or a role's session, not its role).
    """

    allowed: bool
    explicit_deny: bool = False
    statement: str | None = None
    delegated: bool = False
    direct: bool = field(default=False, compare=False)
    position: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement against one request, for an explanation. ``miss`` None: the statement is about it."""

    position: int
    sid: str | None
    effect: str
    miss: Miss | None
    detail: str | None = None


_SILENT = Decision(allowed=False)


class Policy:
    """Compiled statements. Immutable, but for what it remembers of the actions that it was asked about."""

    __slots__ = ("_about", "_statements", "looks")

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = tuple(statements)
        self.looks = any(one.conditions or (one.resources and one.resources.dynamic) for one in statements)
        """Whether the answer depends on the request's context at all."""
        self._about: dict[str, tuple[Statement, ...]] = {}

    def evaluate(self, asked: Asked) -> Decision:
        """What the policy says."""
        about = self._about.get(asked.action)
        if about is None:
            about = self._statements_about(asked.action)
        allow: Statement | None = None
        naming = Naming.NOBODY
        for statement in about:
            if statement.applies(asked):
                if not statement.allow:
                    return Decision(
                        allowed=False, explicit_deny=True, statement=statement.sid, position=statement.position
                    )
                own = statement.naming(asked)
                if own > naming:
                    allow, naming = statement, own
        if allow is None:
            return _SILENT
        return Decision(
            allowed=True,
            statement=allow.sid,
            delegated=naming is Naming.ACCOUNT,
            direct=naming is Naming.ITSELF,
            position=allow.position,
        )

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
        return self.evaluate(Asked(action, resource, context_of(context), service=principal_service, arn=principal_aws))

    def explain(self, asked: Asked) -> list[Finding]:
        """Every statement against the request."""
        findings = []
        for statement in self._statements:
            miss = statement.miss(asked)
            detail = statement.failing_condition(asked) if miss in (Miss.CONDITION, Miss.VARIABLE) else None
            effect = "Allow" if statement.allow else "Deny"
            findings.append(Finding(statement.position, statement.sid, effect, miss, detail))
        return findings

    def condition_keys(self) -> frozenset[str]:
        """The condition keys that the statements look at, in lower case."""
        return frozenset(test.key for statement in self._statements for test in statement.conditions)

    def _statements_about(self, action: str) -> tuple[Statement, ...]:
        if len(self._about) >= _KEPT_ACTIONS:
            self._about.clear()
        about = tuple(statement for statement in self._statements if statement.about_action(action))
        self._about[action] = about
        return about


def compile_policy(
    statements: Sequence[Mapping[str, Any]], *, kind: Kind = Kind.RESOURCE, version: str = "2012-10-17"
) -> Policy:
    """The Policy of a document's statements.

    Raises MalformedPolicy (UnsupportedOperator for an unknown condition operator): what cannot be
    evaluated whole is not evaluated at all.
    """
    variables = version != OLD_VERSION
    return Policy(
        [
            compile_statement(statement, kind, variables=variables, position=position)
            for position, statement in enumerate(statements)
        ]
    )
