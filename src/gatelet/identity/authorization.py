"""May a caller do something: its policies, put together and asked. The port of everybody who must know.

``Authorizer.authorize`` answers for a caller of the control plane or of an API's method;
``Authorizer.assume`` gives a service a role's identity (an integration's ``credentials``, a destination), if
the role trusts it. Both fail closed. Reference: identity section 2 ("Evaluation").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gatelet.aws.clock import Clock
from gatelet.aws.ids import Ids
from gatelet.identity.credentials import SESSION_PREFIX
from gatelet.identity.directory import Directory, Entity
from gatelet.identity.principals import Principal, PrincipalType
from gatelet.identity.request_keys import Circumstances, principal_keys, request_keys
from gatelet.policy.asked import Asked, context_of
from gatelet.policy.combine import Grants, Named, Verdict, combine
from gatelet.policy.evaluate import Finding
from gatelet.policy.principals import NEVER_EXEMPT, account_of

ASSUME_ROLE: Final = "sts:AssumeRole"
_BOUND: Final = {NEVER_EXEMPT: ("true",)}
_REMEMBERED: Final = 64
_REMEMBERED_CHARACTERS: Final = 256
"""Of a resource's ARN: what callers choose must not fill the memory."""


class CannotAssume(Exception):
    """The role is not there, or does not trust who wants it."""

    def __init__(self, role_arn: str, who: str) -> None:
        super().__init__(
            f"{who} may not assume the role {role_arn}: it does not exist, or its trust policy does not allow it"
        )
        self.role_arn = role_arn


class Authorizer:
    """Decides by the policies of callers and resources. Every method is quick and waits for nothing."""

    __slots__ = ("_clock", "_directory", "_ids")

    def __init__(self, directory: Directory, clock: Clock, ids: Ids) -> None:
        self._directory = directory
        self._clock = clock
        self._ids = ids

    @property
    def directory(self) -> Directory:
        """Whom it knows."""
        return self._directory

    def authorize(
        self,
        principal: Principal,
        action: str,
        resource: str,
        context: Mapping[str, str | list[str]] | None = None,
        *,
        circumstances: Circumstances | None = None,
        resource_policy: Named | None = None,
        resource_account: str | None = None,
        resource_must_allow: bool = False,
    ) -> Verdict:
        """Whether the caller may do ``action`` (``lambda:InvokeFunction``) on ``resource`` (an ARN, or ``*``).

        ``context`` are condition keys beyond those about the caller and the request. ``resource_account``
        is the account of the resource where its ARN does not tell (default: the ARN's, then the caller's).
        """
        grants = self._directory.grants_of(principal)
        settled = self.settled(
            principal, grants, action, resource, resource_policy, resource_account, resource_must_allow
        )
        if settled is not None:
            return settled
        return combine(
            self.asked(principal, action, resource, context or {}, circumstances),
            grants,
            resource_policy,
            same_account=_same_account(principal, resource, resource_account),
            resource_must_allow=resource_must_allow,
        )

    def settled(
        self,
        principal: Principal,
        grants: Grants,
        action: str,
        resource: str,
        resource_policy: Named | None = None,
        resource_account: str | None = None,
        resource_must_allow: bool = False,
    ) -> Verdict | None:
        """The verdict, if no policy looks at the circumstances of the request; None: ``authorize`` must be asked.

        ``grants`` are the principal's (gatelet.identity.directory.Directory.grants_of).
        Such verdicts are remembered. Beside the caller's policies they depend on what the key holds, and on nothing
        else; the policies are the Grants that remember them, and whatever changes a policy, an attachment, a group or
        a boundary makes new Grants (gatelet.identity.directory).
        """
        if grants.looks or (resource_policy is not None and resource_policy.policy.looks):
            return None
        owner = resource_account or ""
        asker = principal.account, principal.arn, principal.identity_arn
        key = action, resource, asker, resource_policy, owner, resource_must_allow
        verdict = grants.remembered.get(key)
        if verdict is None:
            bare = {} if grants.boundary is None else _BOUND
            verdict = combine(
                Asked(action, resource, bare, arn=principal.arn, issuer=_issuer(principal)),
                grants,
                resource_policy,
                same_account=_same_account(principal, resource, resource_account),
                resource_must_allow=resource_must_allow,
            )
            if len(grants.remembered) >= _REMEMBERED:
                grants.remembered.clear()
            if len(resource) <= _REMEMBERED_CHARACTERS:
                grants.remembered[key] = verdict
        return verdict

    def asked(
        self,
        principal: Principal,
        action: str,
        resource: str,
        context: Mapping[str, str | list[str]],
        circumstances: Circumstances | None = None,
    ) -> Asked:
        """The request as policies see it."""
        entity = self._directory.entity_of(principal)
        keys = request_keys(circumstances or Circumstances(self._clock.now()))
        keys.update(principal_keys(principal, entity.tags if entity is not None else {}))
        keys.update(context_of(context))
        if entity is not None and entity.grants.boundary is not None:
            keys.update(_BOUND)
        return Asked(action, resource, keys, arn=principal.arn, issuer=_issuer(principal))

    def explain(self, principal: Principal, asked: Asked) -> list[tuple[str, list[Finding]]]:
        """Every statement of the caller's policies against a request, by policy."""
        grants = self._directory.grants_of(principal)
        policies = [*grants.identity, *((grants.boundary,) if grants.boundary else ()), *(grants.session or ())]
        return [(named.name, named.policy.explain(asked)) for named in policies]

    def assume(
        self,
        role_arn: str,
        service: str,
        session_name: str,
        *,
        source_arn: str | None = None,
        source_account: str | None = None,
    ) -> Principal:
        """The identity of a session of the role, for a service (``apigateway.amazonaws.com``) that acts with it.

        ``source_arn`` and ``source_account`` tell for which resource, whose account must be the role's: nobody can
        pass a role of another account to a service. Raises CannotAssume.
        """
        role = self._directory.role_of(role_arn)
        if role is None or role.trust is None or source_account not in (None, account_of(role_arn)):
            raise CannotAssume(role_arn, service)
        now = self._clock.now()
        keys = request_keys(Circumstances(now))
        optional = {
            "aws:sourcearn": source_arn,
            "aws:sourceaccount": source_account,
            "sts:rolesessionname": session_name,
        }
        keys.update({key: (value,) for key, value in optional.items() if value})
        keys["aws:principalisawsservice"] = ("true",)
        keys["aws:principalservicename"] = (service,)
        if not role.trust.evaluate(Asked(ASSUME_ROLE, role_arn, keys, service=service)).allowed:
            raise CannotAssume(role_arn, service)
        return session_principal(
            role, account_of(role_arn), session_name, self._ids.access_key_id(SESSION_PREFIX), int(now)
        )


def _same_account(principal: Principal, resource: str, resource_account: str | None) -> bool:
    return (resource_account or account_of(resource) or principal.account) == principal.account


def _issuer(principal: Principal) -> str | None:
    """The role of a session."""
    return principal.identity_arn if principal.type is PrincipalType.ROLE else None


def session_principal(role: Entity, account: str, session_name: str, access_key_id: str, issued: int) -> Principal:
    """A session of a role that exists."""
    return Principal(
        account,
        f"arn:aws:sts::{account}:assumed-role/{role.name}/{session_name}",
        f"{role.unique_id}:{session_name}",
        access_key_id,
        type=PrincipalType.ROLE,
        name=role.name,
        identity_arn=role.arn,
        unique_id=role.unique_id,
        issued=issued,
    )
