"""Secrets at rest: those of access keys are stored encrypted with a key of this installation (AES-256-GCM)."""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from typing import Final

_NONCE_BYTES: Final = 12
_KEPT_SECRETS: Final = 1_024


class CannotOpen(Exception):
    """The sealed text was not made by this installation, or not for this owner."""


class Vault:
    """Seals and opens secrets with one key (32 bytes)."""

    __slots__ = ("_key", "_opened")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._opened: dict[tuple[str, str], str] = {}

    def seal(self, secret: str, owner: str) -> str:
        """The secret encrypted; it opens for the same owner (an access key's id) alone."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), owner.encode())).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret. Raises CannotOpen."""
        secret = self._opened.get((sealed, owner))
        if secret is None:
            secret = self._decrypt(sealed, owner)
            if len(self._opened) >= _KEPT_SECRETS:
                self._opened.clear()
            self._opened[sealed, owner] = secret
        return secret

    def open_once(self, sealed: str, owner: str) -> str:
        """The secret of something that is rarely opened twice: it is not kept. Raises CannotOpen."""
        return self._decrypt(sealed, owner)

    def derive(self, purpose: str) -> bytes:
        """32 bytes that are always the same for a purpose, and nobody else can tell."""
        return hmac.digest(self._key, b"derive\0" + purpose.encode(), "sha256")

    def _decrypt(self, sealed: str, owner: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            raw = b64decode(sealed)
            return AESGCM(self._key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise CannotOpen from error
