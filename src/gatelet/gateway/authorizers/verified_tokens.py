"""Tokens whose signatures were verified, kept by their hash until they expire: the hot path verifies nothing twice.

A full cache verifies again; it never lets pass. What a method wants of a token (issuer, audience, use, scopes) is
not kept: it is looked at in every request.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from gatelet.aws.clock import java_date
from gatelet.identity.user_pools.service import KnownPool

KEPT_SECONDS: Final = 300.0
"""A key that is withdrawn counts no longer than that (apigateway-authorization-limits section 5, "caching")."""
_MOST: Final = 10_000
_DATES: Final = ("exp", "iat")


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token that is what it says. ``expires`` and ``begins`` are epoch seconds."""

    issuer: str
    kid: str
    algorithm: str
    claims: Mapping[str, Any]
    expires: float
    begins: float
    shown: Mapping[str, object]
    """``$context.authorizer``: the claims as text."""
    pool: KnownPool | None = None
    """The user pool of this Gatelet that issued it, as it was then."""


class VerifiedTokens:
    """At most 10,000, the least recently used go."""

    __slots__ = ("_entries", "_most")

    def __init__(self, most: int = _MOST) -> None:
        self._entries: OrderedDict[bytes, tuple[float, VerifiedToken]] = OrderedDict()
        self._most = most

    @staticmethod
    def digest(text: str) -> bytes:
        """By what a token is kept."""
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def get(self, digest: bytes, now: float) -> VerifiedToken | None:
        """The token, if it was verified lately."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        until, token = entry
        if until <= now:
            del self._entries[digest]
            return None
        self._entries.move_to_end(digest)
        return token

    def put(self, digest: bytes, token: VerifiedToken, now: float) -> None:
        """Keep a token that was verified just now."""
        self._entries[digest] = (min(now + KEPT_SECONDS, token.expires), token)
        self._entries.move_to_end(digest)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)


def rendered(claims: Mapping[str, Any]) -> dict[str, object]:
    """``{"claims": ...}``: every value as text (apigateway-authorization-limits section 5, "claims")."""
    return {"claims": {name: _text(name, value) for name, value in claims.items()}}


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return java_date(value) if name in _DATES and 0 <= value < 2**40 else str(value)
    if isinstance(value, list):
        return ",".join(_text("", item) for item in value)
    if value is None:
        return "null"
    return orjson.dumps(value).decode()
