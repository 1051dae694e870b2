"""From a header to a token that is what it says: common to Cognito and JWT authorizers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gatelet.gateway.authorizers.caller_identity import read_source
from gatelet.gateway.authorizers.identity_sources import IdentitySource
from gatelet.gateway.authorizers.key_sets import KeysUnreachable
from gatelet.gateway.authorizers.verified_tokens import VerifiedToken, VerifiedTokens, rendered
from gatelet.gateway.errors import AuthorizerConfigurationError, TokenExpired, Unauthorized
from gatelet.gateway.ports import Ports
from gatelet.gateway.trace import Trace
from gatelet.identity.user_pools.jws import TOKEN_CHARACTERS, InvalidToken, Token, parse, verify
from gatelet.identity.user_pools.service import KnownPool

_BEARER: Final = "bearer "
_MOMENT_MOST: Final = 2**53


async def read_token(
    source: IdentitySource, jwks_uris: Mapping[str, str], algorithms: frozenset[str], trace: Trace, ports: Ports
) -> VerifiedToken:
    """The caller's token. ``jwks_uris``: where the keys of each issuer are that is trusted.

    Raises Unauthorized, TokenExpired, AuthorizerConfigurationError.
    """
    if trace.story is not None:
        trace.story.secret = frozenset((source.name.lower(),))
    text = read_source(source, trace) or ""
    if text[: len(_BEARER)].lower() == _BEARER:
        text = text[len(_BEARER) :].strip()
    if not text or len(text) > TOKEN_CHARACTERS:
        raise Unauthorized("The request has no token, or one that is too long")
    now = ports.clock.now()
    digest = VerifiedTokens.digest(text)
    kept = ports.tokens.get(digest, now)
    if kept is None or kept.issuer not in jwks_uris or kept.algorithm not in algorithms or not _stands(kept, ports):
        kept = await _verified(text, jwks_uris, algorithms, ports)
        _check_time(kept, now)
        ports.tokens.put(digest, kept, now)
    else:
        _check_time(kept, now)
    return kept


def _stands(token: VerifiedToken, ports: Ports) -> bool:
    """Whether the pool of ours that issued it is as it was: one that changed is asked for its key again."""
    return token.pool is None or ports.identity.user_pools.find(token.pool.id) is token.pool


async def _verified(text: str, jwks_uris: Mapping[str, str], algorithms: frozenset[str], ports: Ports) -> VerifiedToken:
    try:
        token = parse(text)
    except InvalidToken as invalid:
        raise Unauthorized(f"The token cannot be read: {invalid}") from None
    issuer = token.claims.get("iss")
    if not isinstance(issuer, str) or issuer not in jwks_uris or token.algorithm not in algorithms:
        raise Unauthorized("The token's issuer or algorithm is not one that the authorizer trusts")
    pool_id = issuer.rpartition("/")[2]
    pool = ports.identity.user_pools.find(pool_id)
    if pool is not None and pool.issuer != issuer:
        pool = None
    if pool is not None:
        key = ports.identity.user_pools.key(pool_id, token.kid)
        only: str | None = "RS256"
    else:
        try:
            found = await ports.key_sets.key(jwks_uris[issuer], token.kid, ports.http, ports.clock)
        except KeysUnreachable as error:
            raise AuthorizerConfigurationError(str(error)) from error
        key, only = (None, None) if found is None else found
    if key is None or only not in {None, token.algorithm}:
        raise Unauthorized("The issuer has no such key for the token's algorithm")
    try:
        verify(token, key)
    except InvalidToken as invalid:
        raise Unauthorized(f"The token is not the issuer's: {invalid}") from None
    return _checked(token, issuer, pool)


def _checked(token: Token, issuer: str, pool: KnownPool | None) -> VerifiedToken:
    claims = token.claims
    expires, begins = _moment(claims.get("exp")), _moment(claims.get("nbf", 0))
    if expires is None or begins is None or _moment(claims.get("iat", 0)) is None:
        raise Unauthorized("The token's exp, nbf or iat is no moment")
    return VerifiedToken(issuer, token.kid, token.algorithm, claims, expires, begins, rendered(claims), pool)


def _check_time(token: VerifiedToken, now: float) -> None:
    if token.expires <= now:
        raise TokenExpired("The token has expired")
    if token.begins > now:
        raise Unauthorized("The token is not valid yet")


def _moment(value: Any) -> float | None:
    """Epoch seconds; what is no sensible number is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOMENT_MOST:
        return None
    return float(value)


def scopes_of(token: VerifiedToken) -> frozenset[str]:
    """What ``scope`` (or ``scp``) grants: words, or a list."""
    for name in ("scope", "scp"):
        value = token.claims.get(name)
        if isinstance(value, str):
            return frozenset(value.split(" "))
        if isinstance(value, list):
            return frozenset(item for item in value if isinstance(item, str))
    return frozenset()
