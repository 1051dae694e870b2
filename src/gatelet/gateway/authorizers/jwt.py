"""``JWT``: a token of an issuer that the authorizer trusts. Whatever goes wrong refuses the request.

Reference: apigateway-authorization-limits section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatelet.gateway.authorizers.token_authorizers import JwtAuthorizer, RequiredClaim, TrustedIssuer
from gatelet.gateway.authorizers.token_reading import read_token, scopes_of
from gatelet.gateway.errors import InsufficientScope, Unauthorized
from gatelet.gateway.ports import Ports
from gatelet.gateway.trace import Trace


async def admit_bearer(authorizer: JwtAuthorizer, trace: Trace, ports: Ports) -> None:
    """Let the bearer of the token pass. Sets ``trace.authorizer``.

    Raises Unauthorized, InsufficientScope, AuthorizerConfigurationError.
    """
    token = await read_token(authorizer.source, authorizer.jwks_uris, authorizer.algorithms, trace, ports)
    trusted = next(issuer for issuer in authorizer.issuers if issuer.issuer == token.issuer)
    if not _is_for(trusted, token.claims) or not all(_holds(claim, token.claims) for claim in trusted.claims):
        raise Unauthorized("The token's audience or a required claim is not what the issuer's entry says")
    if authorizer.scopes and authorizer.scopes.isdisjoint(scopes_of(token)):
        raise InsufficientScope("The token has none of the method's scopes")
    trace.authorizer = token.shown


def _is_for(issuer: TrustedIssuer, claims: Mapping[str, Any]) -> bool:
    """Whether one of the audiences is the token's; ``client_id`` counts where there is no ``aud``."""
    audience = claims.get("aud", claims.get("client_id"))
    if isinstance(audience, str):
        return audience in issuer.audiences
    return isinstance(audience, list) and any(isinstance(one, str) and one in issuer.audiences for one in audience)


def _holds(rule: RequiredClaim, claims: Mapping[str, Any]) -> bool:
    value = claims.get(rule.name)
    if value is None:
        return not rule.required
    return isinstance(value, str) and (not rule.values or value in rule.values)
