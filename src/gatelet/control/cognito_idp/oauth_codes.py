"""Authorization codes: what the sign-in page gives a client, and the client brings to the token endpoint. RFC 6749
section 4.1, RFC 7636 (PKCE). A code is sealed, lives five minutes and is taken once."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from typing import Final

from gatelet.aws import quotas
from gatelet.control.cognito_idp.documents import Client
from gatelet.control.cognito_idp.used_once import use_once
from gatelet.control.operation import Call
from gatelet.identity.user_pools.sealed import InvalidSeal, seal, unseal

_OWNER: Final = "cognito-idp/oauth-code"


class InvalidGrant(Exception):
    """The code is none, was used, or is another client's."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user has granted a client by signing in."""

    client_id: str
    redirect_uri: str
    username: str
    sub: str
    scope: str
    auth_time: int
    challenge: str | None = None
    """PKCE, method S256."""
    nonce: str | None = None
    id: str = ""


def make_code(call: Call, grant: Grant) -> str:
    """The code that goes into the redirection."""
    value = asdict(grant) | {"id": call.ports.ids.uuid()}
    return seal(call.ports.identity.vault, _OWNER, value, call.ports.clock.now() + quotas.OAUTH_CODE_SECONDS)


async def redeem(call: Call, client: Client, code: str, redirect_uri: str, verifier: str | None) -> Grant:
    """The grant behind a code. Raises InvalidGrant."""
    now = call.ports.clock.now()
    try:
        grant = Grant(**unseal(call.ports.identity.vault, _OWNER, code, now))
    except InvalidSeal:
        raise InvalidGrant from None
    if (grant.client_id, grant.redirect_uri) != (client.id, redirect_uri):
        raise InvalidGrant
    if not await use_once(call, client.pool_id, f"code/{grant.id}", now + quotas.OAUTH_CODE_SECONDS):
        raise InvalidGrant
    if (grant.challenge is None) != (verifier is None):
        raise InvalidGrant
    if grant.challenge is not None and not hmac.compare_digest(s256(verifier or ""), grant.challenge):
        raise InvalidGrant
    return grant


def s256(verifier: str) -> str:
    """The challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
