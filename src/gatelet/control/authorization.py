"""Whether the caller of an operation may call it: which actions on which resources an operation needs.

Each service says so in a table of its own (``control/<service>/authorization.py``, a function ``needs``); a
service without one, or an operation that its table does not know, needs ``service:Operation`` on ``*``, which
only a policy for every resource allows.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final

from gatelet.aws.errors import AwsError
from gatelet.control.operation import Call
from gatelet.control.registry import PACKAGES
from gatelet.identity.denials import access_denied
from gatelet.identity.principals import PrincipalType
from gatelet.identity.signers import unknown_key
from gatelet.policy.combine import Named, Verdict
from gatelet.wire.message import WireRequest

_PREFIXES: Final[Mapping[str, str]] = {
    "apigatewayv2": "apigateway",
    "dynamodbstreams": "dynamodb",
    "stepfunctions": "states",
}
"""Where the prefix of a service's actions is not botocore's name of it."""
_FOR_USER_SESSIONS: Final = frozenset({"AssumeRole", "GetCallerIdentity"})
"""What of IAM and STS a session of GetSessionToken may call (STS API Reference, "GetSessionToken")."""


@dataclass(frozen=True, slots=True)
class Need:
    """One action on one resource that an operation needs.

    ``keys`` are condition keys of the service; ``policy`` is the resource's own policy, if it has one;
    ``shown`` is how the message names the resource, where AWS does not write its ARN.
    """

    action: str
    resource: str = "*"
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)
    policy: Named | None = None
    shown: str | None = None
    also: str | None = None
    """Another ARN of the same resource: what allows either of them is enough, what denies either of them counts."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One decoded call, before it runs."""

    service: str
    operation: str
    params: Mapping[str, Any]
    request: WireRequest


Needs = Callable[[Call, Asking], Sequence[Need] | Awaitable[Sequence[Need]]]
"""The function ``needs`` of a service's ``authorization`` module. It may read records, and raise AwsError."""


class Authorization:
    """Checks calls of the control plane."""

    __slots__ = ("_tables",)

    def __init__(self) -> None:
        self._tables: dict[str, Needs] = {}

    async def check(self, call: Call, asking: Asking) -> None:
        """Raises AwsError (AccessDeniedException, with AWS's words) unless every need is allowed."""
        principal = call.principal
        if principal.root:
            return
        if principal.type is PrincipalType.USER and principal.issued is not None:
            _check_user_session(asking)
        found = self._table(asking.service)(call, asking)
        for need in found if isinstance(found, Sequence) else await found:
            verdict = self.verdict(call, need)
            if not verdict.allowed:
                raise access_denied(principal.arn, need.action, need.shown or need.resource, verdict)

    @classmethod
    def verdict(cls, call: Call, need: Need) -> Verdict:
        """What the caller's policies and the resource's say of one need."""
        first = cls._verdict_on(call, need, need.resource)
        if need.also is None or first.explicit_deny:
            return first
        other = cls._verdict_on(call, need, need.also)
        return other if other.explicit_deny or not first.allowed else first

    @staticmethod
    def _verdict_on(call: Call, need: Need, resource: str) -> Verdict:
        return call.ports.identity.authorizer.authorize(
            call.principal,
            need.action,
            resource,
            need.keys,
            circumstances=call.circumstances,
            resource_policy=need.policy,
            resource_account=call.scope.account,
        )

    def _table(self, service: str) -> Needs:
        table = self._tables.get(service)
        if table is None:
            table = self._tables[service] = _load(service)
        return table


def everything(_call: Call, asking: Asking) -> Sequence[Need]:
    """The action named as the operation, on every resource: what is not in a table needs this."""
    return [Need(action_of(asking))]


def action_of(asking: Asking) -> str:
    """``service:Operation``."""
    return f"{_PREFIXES.get(asking.service, asking.service)}:{asking.operation}"


def _load(service: str) -> Needs:
    package = PACKAGES.get(service)
    if package is None or find_spec(f"{package}.authorization") is None:
        return everything
    needs: Needs = importlib.import_module(f"{package}.authorization").needs
    assert inspect.isfunction(needs)
    return needs


def _check_user_session(asking: Asking) -> None:
    if asking.service == "iam" or (asking.service == "sts" and asking.operation not in _FOR_USER_SESSIONS):
        raise unknown_key()


def refused(caller: str, action: str, resource: str) -> AwsError:
    """AccessDenied without a reason, where AWS gives none."""
    message = f"User: {caller} is not authorized to perform: {action} on resource: {resource}"
    return AwsError("AccessDeniedException", message, status=403)
