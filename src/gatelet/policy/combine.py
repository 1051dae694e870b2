"""How the policies of a caller and of a resource make one verdict. Pure; it fails closed.

Reference: identity section 2 ("Evaluation"), apigateway-authorization-limits section 2 (the tables). An
explicit Deny in any policy wins. Then:

- same account: a resource policy that names the caller itself is enough; one that names its role, or
  everyone, stands in for the identity policies alone, within boundary and session; otherwise the identity
  policies must allow;
- another account: the resource policy and the identity policies must both allow;
- whatever the identity policies allow must also be allowed by the permissions boundary and by the session
  policies, where there are any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from gatelet.policy.asked import Asked
from gatelet.policy.evaluate import Decision, Policy


class Layer(Enum):
    """Which kind of policy decided, in the words of AWS's messages."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


@dataclass(frozen=True, slots=True)
class Named:
    """A policy with its name: an ARN, or ``role/name/inline`` of an inline policy."""

    name: str
    policy: Policy
    text: str = ""
    """The document, where it is known."""


@dataclass(frozen=True, slots=True)
class Grants:
    """The policies of a caller. ``session`` None: the caller has no session policies."""

    identity: tuple[Named, ...] = ()
    boundary: Named | None = None
    session: tuple[Named, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the request is allowed, and by what.

    ``layer`` is the kind of policy that allowed it, denied it, or should have allowed it and did not;
    ``policy`` and ``statement`` (Sid) say which one decided, where one did; ``position`` is the statement's
    place in its document.
    """

    allowed: bool
    explicit_deny: bool = False
    layer: Layer = Layer.IDENTITY
    policy: str | None = None
    statement: str | None = None
    position: int | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one layer says: denied by, allowed by, or silent (both None)."""

    deny: tuple[str, Decision] | None = None
    allow: tuple[str, Decision] | None = None


def combine(
    asked: Asked,
    grants: Grants,
    resource: Named | None = None,
    *,
    same_account: bool = True,
    resource_must_allow: bool = False,
) -> Verdict:
    """The verdict. ``resource_must_allow``: identity policies alone are never enough (a role's trust policy)."""
    by_resource = _ask(asked, (resource,) if resource is not None else ())
    layers = {
        Layer.IDENTITY: _ask(asked, grants.identity),
        Layer.RESOURCE: by_resource,
        Layer.BOUNDARY: _ask(asked, (grants.boundary,) if grants.boundary is not None else ()),
        Layer.SESSION: _ask(asked, grants.session or ()),
    }
    for layer, answer in layers.items():
        if answer.deny is not None:
            return _verdict(layer, answer.deny)
    if by_resource.allow is None:
        if resource_must_allow or not same_account:
            return Verdict(allowed=False, layer=Layer.RESOURCE)
        return _within_limits(layers, grants, Layer.IDENTITY)
    if same_account and by_resource.allow[1].direct:
        return _verdict(Layer.RESOURCE, by_resource.allow)
    if same_account and not by_resource.allow[1].delegated:
        return _within_limits(layers, grants, Layer.RESOURCE)
    return _within_limits(layers, grants, Layer.IDENTITY)


def _within_limits(layers: dict[Layer, _Answer], grants: Grants, granting: Layer) -> Verdict:
    """The verdict if the granting layer, the boundary and the session policies must all allow."""
    needed = [granting]
    if grants.boundary is not None:
        needed.append(Layer.BOUNDARY)
    if grants.session is not None:
        needed.append(Layer.SESSION)
    for layer in needed:
        if layers[layer].allow is None:
            return Verdict(allowed=False, layer=layer)
    allow = layers[granting].allow
    assert allow is not None
    return _verdict(granting, allow)


def _ask(asked: Asked, policies: Iterable[Named]) -> _Answer:
    allow: tuple[str, Decision] | None = None
    for named in policies:
        decision = named.policy.evaluate(asked)
        if decision.explicit_deny:
            return _Answer(deny=(named.name, decision))
        if decision.allowed and allow is None:
            allow = (named.name, decision)
    return _Answer(allow=allow)


def _verdict(layer: Layer, by: tuple[str, Decision]) -> Verdict:
    name, decision = by
    return Verdict(decision.allowed, decision.explicit_deny, layer, name, decision.statement, decision.position)
