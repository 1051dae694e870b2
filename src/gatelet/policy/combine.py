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

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

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

    looks: bool = field(init=False, compare=False)
    """Whether a policy among them looks at the request's context."""
    remembered: dict[Hashable, Verdict] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What they said where they do not look at it (gatelet.identity.authorization)."""

    def __post_init__(self) -> None:
        policies = (*self.identity, *(self.session or ()), *((self.boundary,) if self.boundary else ()))
        object.__setattr__(self, "looks", any(named.policy.looks for named in policies))


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


_SILENT: Final = _Answer()


@dataclass(frozen=True, slots=True)
class _Layers:
    """What every layer says; None: the caller has no such layer."""

    identity: _Answer
    resource: _Answer
    boundary: _Answer | None
    session: _Answer | None

    def denied(self) -> Verdict | None:
        """The first explicit Deny."""
        if self.identity.deny is not None:
            return _verdict(Layer.IDENTITY, self.identity.deny)
        if self.resource.deny is not None:
            return _verdict(Layer.RESOURCE, self.resource.deny)
        if self.boundary is not None and self.boundary.deny is not None:
            return _verdict(Layer.BOUNDARY, self.boundary.deny)
        if self.session is not None and self.session.deny is not None:
            return _verdict(Layer.SESSION, self.session.deny)
        return None


def combine(
    asked: Asked,
    grants: Grants,
    resource: Named | None = None,
    *,
    same_account: bool = True,
    resource_must_allow: bool = False,
) -> Verdict:
    """The verdict. ``resource_must_allow``: identity policies alone are never enough (a role's trust policy)."""
    layers = _Layers(
        identity=_ask(asked, grants.identity),
        resource=_SILENT if resource is None else _ask(asked, (resource,)),
        boundary=None if grants.boundary is None else _ask(asked, (grants.boundary,)),
        session=None if grants.session is None else _ask(asked, grants.session),
    )
    denied = layers.denied()
    if denied is not None:
        return denied
    allow = layers.resource.allow
    if allow is None:
        if resource_must_allow or not same_account:
            return Verdict(allowed=False, layer=Layer.RESOURCE)
        return _within_limits(layers, Layer.IDENTITY, layers.identity)
    if same_account and allow[1].direct:
        return _verdict(Layer.RESOURCE, allow)
    if same_account and not allow[1].delegated:
        return _within_limits(layers, Layer.RESOURCE, layers.resource)
    return _within_limits(layers, Layer.IDENTITY, layers.identity)


def _within_limits(layers: _Layers, layer: Layer, granting: _Answer) -> Verdict:
    """The verdict if the granting layer, the boundary and the session policies must all allow."""
    if granting.allow is None:
        return Verdict(allowed=False, layer=layer)
    if layers.boundary is not None and layers.boundary.allow is None:
        return Verdict(allowed=False, layer=Layer.BOUNDARY)
    if layers.session is not None and layers.session.allow is None:
        return Verdict(allowed=False, layer=Layer.SESSION)
    return _verdict(layer, granting.allow)


def _ask(asked: Asked, policies: Iterable[Named]) -> _Answer:
    allow: tuple[str, Decision] | None = None
    for named in policies:
        decision = named.policy.evaluate(asked)
        if decision.explicit_deny:
            return _Answer(deny=(named.name, decision))
        if decision.allowed and allow is None:
            allow = (named.name, decision)
    return _SILENT if allow is None else _Answer(allow=allow)


def _verdict(layer: Layer, by: tuple[str, Decision]) -> Verdict:
    name, decision = by
    return Verdict(decision.allowed, decision.explicit_deny, layer, name, decision.statement, decision.position)
