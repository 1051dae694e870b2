"""Sealed values that travel through clients: challenge sessions, SRP's secret block, refresh tokens, OAuth codes.

Each is JSON, encrypted for one purpose (``owner``) with the installation's key, and ends at a moment of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from gatelet.identity.vault import CannotOpen, Vault

_MOST_CHARACTERS: Final = 8_192


class InvalidSeal(Exception):
    """The text is none of ours, or not for this purpose."""


class SealExpired(InvalidSeal):
    """It was one, once."""


def seal(vault: Vault, owner: str, value: Mapping[str, Any], expires: float) -> str:
    """URL-safe text without padding."""
    return seal_base64(vault, owner, value, expires).replace("+", "-").replace("/", "_").rstrip("=")


def seal_base64(vault: Vault, owner: str, value: Mapping[str, Any], expires: float) -> str:
    """Base64, for what clients decode."""
    return vault.seal(orjson.dumps({**value, "~exp": expires}).decode(), owner)


def unseal(vault: Vault, owner: str, text: str, now: float) -> dict[str, Any]:
    """The value. Raises InvalidSeal, SealExpired."""
    if len(text) > _MOST_CHARACTERS:
        raise InvalidSeal
    padded = text.replace("-", "+").replace("_", "/")
    try:
        value = orjson.loads(vault.open_once(padded + "=" * (-len(padded) % 4), owner))
    except (CannotOpen, ValueError):
        raise InvalidSeal from None
    if value.pop("~exp") <= now:
        raise SealExpired
    found: dict[str, Any] = value
    return found
