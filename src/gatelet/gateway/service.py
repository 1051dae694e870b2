"""The data plane as the control plane sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gatelet.aws.scope import Scope
from gatelet.gateway.document import ApiDocument


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What TestInvokeMethod asks for."""

    resource_id: str
    method: str
    """The verb under which the method is stored (``ANY`` too)."""
    verb: str
    """The verb of the request."""
    path: str | None = None
    """Raw, with a leading slash; None: the resource's own path, its parameters being their own names."""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    variables: Mapping[str, str] = field(default_factory=dict)
    identity: Mapping[str, object] = field(default_factory=dict)
    """Members of ``$context.identity``: who calls."""


@dataclass(frozen=True, slots=True)
class RehearsalResult:
    """How a test went."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    log: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class AuthorizerTest:
    """What TestInvokeAuthorizer asks for."""

    authorizer_id: str
    path: str = "/"
    """Raw, with a leading slash."""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    variables: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    """``$context`` variables by their names (``identity.sourceIp``), in the place of the test's own."""


@dataclass(frozen=True, slots=True)
class AuthorizerResult:
    """How a test of an authorizer went."""

    status: int
    """What the client would have received; 0: the authorizer succeeded."""
    log: str
    milliseconds: int
    principal_id: str | None
    policy: str | None
    """The document, as JSON."""
    authorization: Mapping[str, list[str]]
    """What the caller showed."""
    claims: Mapping[str, str] | None
    """Of a token that was accepted."""


class Gateway(Protocol):
    """Runs methods as they are stored (gatelet.gateway.rehearsal.Rehearsals)."""

    def flush_authorizers(self, api_id: str, stage: str) -> None:
        """Forget the kept answers of a stage's Lambda authorizers."""

    async def discover(self, issuer: str) -> str:
        """Where an issuer's keys are, by its OpenID Connect discovery document. Raises KeysUnreachable."""

    async def flush_responses(self, scope: Scope, api_id: str, stage: str) -> None:
        """Forget the kept responses of a stage and of its canary."""

    async def test_authorizer(self, scope: Scope, api: ApiDocument, test: AuthorizerTest) -> AuthorizerResult:
        """Ask an authorizer as it is stored; nothing is taken from the cache or kept. Raises nothing."""

    async def test_method(self, scope: Scope, api: ApiDocument, test: Rehearsal) -> RehearsalResult:
        """Run a method without a deployment, an authorizer, a key or a throttle. Raises nothing.

        The method must be in ``api``. Reference: apigateway-control-plane section 11.
        """
