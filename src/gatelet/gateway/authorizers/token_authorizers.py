"""What Cognito and JWT authorizers compile to. Part of a Snapshot; never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gatelet.gateway.authorizers.identity_sources import IdentitySource
from gatelet.gateway.jsonpath.regex import Regex

USER_POOL_JWKS: Final = "/.well-known/jwks.json"
"""Below the issuer of a user pool."""


@dataclass(frozen=True, slots=True)
class TrustedPool:
    """A user pool that an authorizer trusts."""

    id: str
    arn: str
    issuer: str


@dataclass(frozen=True, slots=True)
class CognitoAuthorizer:
    """``COGNITO_USER_POOLS``: an id token of one of the pools, or an access token with one of the scopes."""

    id: str
    source: IdentitySource
    pools: tuple[TrustedPool, ...]
    scopes: frozenset[str]
    """The method's; empty: id tokens."""
    validation: Regex | None
    """What ``aud`` must match, whole."""
    jwks_uris: Mapping[str, str] = field(init=False, compare=False)
    """Where the keys of each issuer are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "jwks_uris", {pool.issuer: pool.issuer + USER_POOL_JWKS for pool in self.pools})


@dataclass(frozen=True, slots=True)
class RequiredClaim:
    """One of an issuer's ``additionalClaims``."""

    name: str
    required: bool
    values: frozenset[str]
    """Empty: any."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Whose tokens a JWT authorizer takes, and for whom they must be."""

    issuer: str
    audiences: frozenset[str]
    claims: tuple[RequiredClaim, ...]
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class JwtAuthorizer:
    """``JWT``: a token of one of the issuers, with one of the method's scopes if it has any."""

    id: str
    source: IdentitySource
    issuers: tuple[TrustedIssuer, ...]
    algorithms: frozenset[str]
    scopes: frozenset[str]
    jwks_uris: Mapping[str, str] = field(init=False, compare=False)
    """Where the keys of each issuer are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "jwks_uris", {issuer.issuer: issuer.jwks_uri for issuer in self.issuers})
