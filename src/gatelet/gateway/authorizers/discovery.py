"""An issuer's discovery document (OpenID Connect Discovery 1.0 section 4): read when an authorizer is made."""

from __future__ import annotations

from typing import Final

from gatelet.gateway.authorizers.key_sets import KeysUnreachable, fetch_json
from gatelet.gateway.authorizers.token_authorizers import USER_POOL_JWKS
from gatelet.gateway.ports import Ports

_DOCUMENT: Final = "/.well-known/openid-configuration"


async def jwks_uri_of(issuer: str, ports: Ports) -> str:
    """The ``jwks_uri``; of a user pool of this Gatelet without asking anybody. Raises KeysUnreachable."""
    pool = ports.identity.user_pools.find(issuer.rpartition("/")[2])
    if pool is not None and pool.issuer == issuer:
        return issuer + USER_POOL_JWKS
    document = await fetch_json(issuer.removesuffix("/") + _DOCUMENT, ports.http)
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise KeysUnreachable("the document is another issuer's")
    uri = document.get("jwks_uri")
    if not isinstance(uri, str):
        raise KeysUnreachable("the document names no jwks_uri")
    if not uri.startswith("https://") and not issuer.startswith("http://"):
        raise KeysUnreachable("the jwks_uri is no https URL")
    return uri
