"""SECRET_HASH: a client that has a secret proves it with every call. Reference: identity sections 4.1 and 4.5."""

from __future__ import annotations

import hmac
from base64 import b64encode

from gatelet.control.cognito_idp.documents import Client
from gatelet.control.cognito_idp.errors import NotAuthorized
from gatelet.control.operation import Call


def secret_hash(secret: str, username: str, client_id: str) -> str:
    """Base64 of the HMAC over username and client id."""
    return b64encode(hmac.digest(secret.encode(), (username + client_id).encode(), "sha256")).decode()


def check_secret_hash(call: Call, client: Client, username: str, given: str | None) -> None:
    """Raises NotAuthorized."""
    secret = client.secret(call)
    if secret is None:
        if given:
            raise NotAuthorized(f"Unable to verify secret hash for client {client.id}")
        return
    if not given:
        raise NotAuthorized(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    if not _equal(secret_hash(secret, username, client.id), given):
        raise NotAuthorized(f"Unable to verify secret hash for client {client.id}")


def check_refresh_secret(call: Call, client: Client, names: tuple[str, ...], given: str | None) -> None:
    """With a refresh token the hash is over the username or the ``sub``. Raises NotAuthorized."""
    secret = client.secret(call)
    if secret is None:
        return
    if not given:
        raise NotAuthorized(f"Client {client.id} is configured for secret but secret was not received")
    if not any(_equal(secret_hash(secret, name, client.id), given) for name in names):
        raise NotAuthorized(f"SecretHash does not match for the client: {client.id}")


def check_secret(call: Call, client: Client, given: str | None) -> bool:
    """Whether it is the client's secret; None is that of a client without one."""
    secret = client.secret(call)
    if secret is None or given is None:
        return secret is None and not given
    return _equal(secret, given)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))
