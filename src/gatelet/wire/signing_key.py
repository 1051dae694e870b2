"""A SigV4 signing key, ready to sign one text after another.

Reference: identity section 1.2 (how the key is made); RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

TERMINATOR: Final = "aws4_request"
_BLOCK_BYTES: Final = 64
"""Of SHA-256. A signing key is itself a digest, shorter than that."""
_INNER: Final = bytes(octet ^ 0x36 for octet in range(256))
_OUTER: Final = bytes(octet ^ 0x5C for octet in range(256))


class SigningKey:
    """Signs the requests of one secret and scope; it may be kept as long as the scope's date holds.

    What an HMAC does with its key is done once: that is the half of signing a short text.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: str, date: str, region: str, service: str) -> None:
        key = f"AWS4{secret}".encode()
        for part in (date, region, service, TERMINATOR):
            key = hmac.digest(key, part.encode(), "sha256")
        padded = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(padded.translate(_INNER))
        self._outer = hashlib.sha256(padded.translate(_OUTER))

    def sign(self, text: bytes) -> str:
        """The signature of a string to sign, in hexadecimal."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()
