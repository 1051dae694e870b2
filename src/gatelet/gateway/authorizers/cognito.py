"""``COGNITO_USER_POOLS``: a token of a user pool. Whatever goes wrong refuses the request.

Reference: apigateway-authorization-limits section 5.
"""

from __future__ import annotations

from typing import Final

from gatelet.gateway.authorizers.token_authorizers import CognitoAuthorizer
from gatelet.gateway.authorizers.token_reading import read_token, scopes_of
from gatelet.gateway.authorizers.whole_match import matches_whole
from gatelet.gateway.errors import Unauthorized
from gatelet.gateway.ports import Ports
from gatelet.gateway.trace import Trace

_RS256: Final = frozenset({"RS256"})


async def admit_user(authorizer: CognitoAuthorizer, trace: Trace, ports: Ports) -> None:
    """Let the owner of the token pass. Sets ``trace.authorizer``.

    Raises Unauthorized, AuthorizerConfigurationError.
    """
    token = await read_token(authorizer.source, authorizer.jwks_uris, _RS256, trace, ports)
    claims = token.claims
    if token.pool is not None and not _names(authorizer, token.pool.arn):
        raise Unauthorized("The token's pool is another account's than the authorizer names")
    if authorizer.validation is not None:
        audience = claims.get("aud")
        if not isinstance(audience, str) or not matches_whole(authorizer.validation, audience):
            raise Unauthorized("The token's audience does not match the validation expression")
    if authorizer.scopes:
        if claims.get("token_use") != "access" or authorizer.scopes.isdisjoint(scopes_of(token)):
            raise Unauthorized("The method wants an access token with one of its scopes")
    elif claims.get("token_use") != "id":
        raise Unauthorized("The method has no scopes: it wants an id token")
    trace.authorizer = token.shown


def _names(authorizer: CognitoAuthorizer, pool_arn: str) -> bool:
    """Whether one of the ARNs is the pool's, its account included."""
    for pool in authorizer.pools:  # noqa: SIM110 - a generator would take twice as long
        if pool.arn == pool_arn:
            return True
    return False
