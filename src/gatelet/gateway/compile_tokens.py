"""Compiles authorizers that read tokens: ``COGNITO_USER_POOLS`` and ``JWT``. Pure.

Reference: apigateway-authorization-limits sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws.arn import Arn
from gatelet.gateway.authorizers.authorization import InvalidAuthorization
from gatelet.gateway.authorizers.identity_sources import IdentitySource, parse_sources
from gatelet.gateway.authorizers.token_authorizers import (
    CognitoAuthorizer,
    JwtAuthorizer,
    RequiredClaim,
    TrustedIssuer,
    TrustedPool,
)
from gatelet.gateway.jsonpath.regex import compile_regex
from gatelet.identity.user_pools.model import issuer_of

_POOL: Final = "userpool/"


def compile_cognito(shape: Mapping[str, Any], method: Mapping[str, Any]) -> CognitoAuthorizer | InvalidAuthorization:
    """Raises InvalidSource, InvalidArn, PathSyntaxError."""
    source = _source(shape)
    if source is None:
        return InvalidAuthorization("A COGNITO_USER_POOLS authorizer has one header as its identity source")
    expression = shape.get("identityValidationExpression")
    return CognitoAuthorizer(
        id=shape["id"],
        source=source,
        pools=tuple(_pool(arn) for arn in shape.get("providerARNs") or ()),
        scopes=frozenset(method.get("authorizationScopes") or ()),
        validation=compile_regex(expression, "", 0) if expression else None,
    )


def compile_jwt(shape: Mapping[str, Any], method: Mapping[str, Any]) -> JwtAuthorizer | InvalidAuthorization:
    """Raises InvalidSource."""
    source = _source(shape)
    if source is None:
        return InvalidAuthorization("A JWT authorizer has one header as its identity source")
    configuration = shape["jwtConfiguration"]
    return JwtAuthorizer(
        id=shape["id"],
        source=source,
        issuers=tuple(_issuer(issuer) for issuer in configuration["issuers"]),
        algorithms=frozenset(configuration["defaultAlgorithms"]),
        scopes=frozenset(method.get("authorizationScopes") or ()),
    )


def _source(shape: Mapping[str, Any]) -> IdentitySource | None:
    sources = parse_sources(shape.get("identitySource") or "")
    return sources[0] if len(sources) == 1 and sources[0].place == "header" else None


def _pool(arn: str) -> TrustedPool:
    pool_id = Arn.parse(arn).resource.removeprefix(_POOL)
    return TrustedPool(pool_id, arn, issuer_of(pool_id))


def _issuer(shape: Mapping[str, Any]) -> TrustedIssuer:
    claims = tuple(
        RequiredClaim(claim["claimName"], bool(claim.get("required")), frozenset(claim.get("expectedValues") or ()))
        for claim in shape.get("additionalClaims") or ()
    )
    return TrustedIssuer(shape["issuer"], frozenset(shape["audiences"]), claims, shape["jwksUri"])
