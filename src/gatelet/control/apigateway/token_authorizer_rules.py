"""What an authorizer that reads tokens may be, as pure rules: ``COGNITO_USER_POOLS`` and ``JWT``.

Reference: apigateway-authorization-limits sections 5 and 6; API Gateway API Reference, CreateAuthorizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from gatelet.aws.arn import Arn, InvalidArn
from gatelet.control.apigateway.errors import BadRequest
from gatelet.gateway.authorizers.identity_sources import InvalidSource, parse_sources

USER_POOLS: Final = "COGNITO_USER_POOLS"
JWT: Final = "JWT"
_RESERVED_CLAIMS: Final = frozenset({"iss", "aud", "exp", "nbf", "iat", "scope", "scp"})
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
_NOT_FOR_JWT: Final = (
    "authorizerUri",
    "authorizerCredentials",
    "identityValidationExpression",
    "providerARNs",
    "authorizerResultTtlInSeconds",
)
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def check_user_pools(authorizer: Mapping[str, Any]) -> None:
    """Raises BadRequest."""
    arns = authorizer.get("providerARNs") or ()
    if not arns:
        raise BadRequest("Invalid ARN specified in the request: a COGNITO_USER_POOLS authorizer needs providerARNs")
    for text in arns:
        try:
            arn = Arn.parse(text)
        except InvalidArn:
            raise BadRequest("Invalid ARN specified in the request") from None
        pool_id = arn.resource.removeprefix("userpool/")
        if arn.service != "cognito-idp" or pool_id == arn.resource or pool_id.partition("_")[0] != arn.region:
            raise BadRequest("Invalid Cognito User Pool ARN specified in the request")
    check_header_source(authorizer)


def check_jwt(authorizer: Mapping[str, Any]) -> None:
    """Raises BadRequest."""
    for member in _NOT_FOR_JWT:
        if authorizer.get(member) is not None:
            raise BadRequest(f"{member} is not supported for JWT authorizers")
    configuration = authorizer.get("jwtConfiguration") or {}
    issuers, algorithms = configuration.get("issuers") or (), configuration.get("defaultAlgorithms") or ()
    if not issuers or not algorithms:
        raise BadRequest("A JWT authorizer needs a jwtConfiguration with issuers and defaultAlgorithms")
    unknown = [algorithm for algorithm in algorithms if algorithm not in _ALGORITHMS]
    if unknown:
        raise BadRequest(f"Invalid signing algorithm specified. Valid options are {','.join(_ALGORITHMS)}")
    if len({issuer["issuer"] for issuer in issuers}) != len(issuers):
        raise BadRequest("Issuer URLs must be unique")
    for issuer in issuers:
        _check_issuer(issuer)
    check_header_source(authorizer)


def _check_issuer(issuer: Mapping[str, Any]) -> None:
    parts = urlsplit(issuer["issuer"])
    # Gatelet's own addition: an issuer on this machine (one's own identity provider, in development) needs no TLS.
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    bare = not (parts.query or parts.fragment or parts.username or parts.password)
    if not (parts.scheme == "https" or local) or not parts.hostname or not bare:
        raise BadRequest(f"Invalid issuer URL specified: {issuer['issuer']}")
    audiences = issuer.get("audiences") or ()
    if not audiences or not all(audiences):
        raise BadRequest("An issuer needs at least one audience, and none can be empty")
    claims = issuer.get("additionalClaims") or ()
    names = [claim["claimName"] for claim in claims]
    if len(set(names)) != len(names) or not all(names) or _RESERVED_CLAIMS & set(names):
        raise BadRequest("Claim names must be unique, not empty and not iss, aud, exp, nbf, iat, scope or scp")
    for claim in claims:
        if claim.get("format") != "SINGLE_STRING" or not all(claim.get("expectedValues") or ("any",)):
            raise BadRequest("The format of an additional claim is SINGLE_STRING, and no expected value is empty")


def check_header_source(authorizer: Mapping[str, Any]) -> None:
    """One header, from which the token is read. Raises BadRequest."""
    try:
        sources = parse_sources(authorizer.get("identitySource") or "")
    except InvalidSource as invalid:
        raise BadRequest(f"Invalid mapping expression specified: {invalid}") from None
    if len(sources) != 1 or sources[0].place != "header":
        raise BadRequest(
            f"Identity source of a {authorizer['type']} authorizer must be one header: method.request.header.{{name}}"
        )
