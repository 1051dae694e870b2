"""Identifiers: the one place that draws random numbers.

Formats: apigateway-control-plane section 2; identity section 3 (access keys and unique ids).
"""

from __future__ import annotations

import os
import random
import string
from binascii import b2a_base64
from collections.abc import Callable

_LOWER_ALNUM = string.ascii_lowercase + string.digits
_UPPER_BASE32 = string.ascii_uppercase + "234567"
_ALNUM = string.ascii_letters + string.digits

RandomBits = Callable[[int], int]
"""``bits -> a whole number of that many random bits``."""


class Ids:
    """Draws identifiers from a source of random bits (the default is seeded by the kernel)."""

    __slots__ = ("_bits", "_random", "_system")

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(os.urandom(32) if seed is None else seed)  # noqa: S311 - identifiers, not secrets
        self._system: random.Random = random.SystemRandom() if seed is None else self._random
        self._bits: RandomBits = self._random.getrandbits

    def uuid(self) -> str:
        """A version 4 UUID: request ids, revision ids."""
        h = self._bits(128).to_bytes(16, "big").hex()
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    def hex(self, digits: int) -> str:
        """That many lower-case hexadecimal digits."""
        return f"{self._bits(digits * 4):0{digits}x}"

    def lower_alnum(self, length: int) -> str:
        """``[a-z0-9]`` of that length: 10 for a RestApi or its root, 6 for what lies below."""
        return "".join(self._random.choices(_LOWER_ALNUM, k=length))

    def extended_request_id(self) -> str:
        """``x-amz-apigw-id``: 15 base64 characters and ``=``."""
        return b2a_base64(self._bits(96).to_bytes(12, "big"), newline=False)[:15].decode("ascii") + "="

    def trace_id(self, now: float) -> str:
        """``Root=1-{8 hex of the epoch}-{24 hex};Parent={16 hex};Sampled=0`` (data plane section 8.1)."""
        h = self._bits(160).to_bytes(20, "big").hex()
        return f"Root=1-{int(now):08x}-{h[:24]};Parent={h[24:]};Sampled=0"

    def fraction(self) -> float:
        """A number in [0, 1): weighted choices."""
        return self._random.random()

    def unique_id(self, prefix: str) -> str:
        """An IAM unique id of 21 characters: ``AROA`` roles, ``AIDA`` users."""
        return prefix + "".join(self._random.choices(_UPPER_BASE32, k=21 - len(prefix)))

    def access_key_id(self, prefix: str = "AKIA") -> str:
        """An access key id of 20 characters: ``AKIA`` long-term, ``ASIA`` temporary."""
        return prefix + "".join(self._system.choices(_UPPER_BASE32, k=20 - len(prefix)))

    def secret_access_key(self) -> str:
        """A secret of 40 characters, from the kernel's random source."""
        return "".join(self._system.choices(_ALNUM, k=40))

    def secret_text(self, length: int) -> str:
        """``[A-Za-z0-9]`` of that length, from the kernel's random source."""
        return "".join(self._system.choices(_ALNUM, k=length))

    def secret_lower_alnum(self, length: int) -> str:
        """``[a-z0-9]`` of that length, from the kernel's random source: 52 for the secret of an app client."""
        return "".join(self._system.choices(_LOWER_ALNUM, k=length))

    def secret_digits(self, length: int) -> str:
        """Digits from the kernel's random source: the codes that users are sent."""
        return "".join(self._system.choices(string.digits, k=length))

    def secret_base32(self, length: int) -> str:
        """``[A-Z2-7]`` of that length, from the kernel's random source: the secret of a software token."""
        return "".join(self._system.choices(_UPPER_BASE32, k=length))

    def secret_bits(self, bits: int) -> int:
        """A whole number of that many bits, from the kernel's random source."""
        return self._system.getrandbits(bits)
