"""Identifiers: the one place that draws random numbers.

Formats: apigateway-control-plane section 2; identity section 3 (access keys and unique ids).
"""

from __future__ import annotations

import os
import random
import string
from binascii import b2a_base64
from collections.abc import Callable, Iterator

_LOWER_ALNUM = string.ascii_lowercase + string.digits
_UPPER_BASE32 = string.ascii_uppercase + "234567"
_ALNUM = string.ascii_letters + string.digits

RandomBits = Callable[[int], int]
"""``bits -> a whole number of that many random bits``."""

_BATCH = 64
"""Identifiers of requests are drawn so many at a time, in a third of the time that each would take by itself."""


class Ids:
    """Draws identifiers from a source of random bits (the default is seeded by the kernel)."""

    __slots__ = ("_bits", "_extended", "_random", "_roots", "_system", "_uuids")

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(os.urandom(32) if seed is None else seed)  # noqa: S311 - identifiers, not secrets
        self._system: random.Random = random.SystemRandom() if seed is None else self._random
        self._bits: RandomBits = self._random.getrandbits
        self._uuids: list[str] = []
        self._extended: list[str] = []
        self._roots: list[str] = []

    def uuid(self) -> str:
        """A version 4 UUID: request ids, revision ids."""
        if not self._uuids:
            self._uuids = [f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}" for h in self._digits(32)]
        return self._uuids.pop()

    def hex(self, digits: int) -> str:
        """That many lower-case hexadecimal digits."""
        return f"{self._bits(digits * 4):0{digits}x}"

    def lower_alnum(self, length: int) -> str:
        """``[a-z0-9]`` of that length: 10 for a RestApi or its root, 6 for what lies below."""
        return "".join(self._random.choices(_LOWER_ALNUM, k=length))

    def extended_request_id(self) -> str:
        """``x-amz-apigw-id``: 15 base64 characters and ``=``."""
        if not self._extended:
            drawn = (b2a_base64(bytes.fromhex(h), newline=False).decode("ascii") for h in self._digits(24))
            self._extended = [f"{text[:15]}=" for text in drawn]
        return self._extended.pop()

    def trace_id(self, now: float) -> str:
        """``Root=1-{8 hex of the epoch}-{24 hex};Parent={16 hex};Sampled=0`` (data plane section 8.1)."""
        if not self._roots:
            self._roots = [f"{h[:24]};Parent={h[24:]};Sampled=0" for h in self._digits(40)]
        return f"Root=1-{int(now):08x}-{self._roots.pop()}"

    def _digits(self, digits: int) -> Iterator[str]:
        """A batch of so many random hexadecimal digits."""
        drawn = self._bits(4 * digits * _BATCH).to_bytes(digits * _BATCH // 2, "big").hex()
        return (drawn[at : at + digits] for at in range(0, digits * _BATCH, digits))

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
