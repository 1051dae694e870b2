"""Identifiers: the one place that draws random numbers.

Formats: apigateway-control-plane section 2; identity section 3 (access keys and unique ids).
"""

from __future__ import annotations

import os
import random
import string
from binascii import b2a_base64, hexlify
from collections.abc import Callable
from struct import Struct

_LOWER_ALNUM = string.ascii_lowercase + string.digits
_UPPER_BASE32 = string.ascii_uppercase + "234567"
_ALNUM = string.ascii_letters + string.digits

RandomBits = Callable[[int], int]
"""``bits -> a whole number of that many random bits``."""

_BATCH = 64
"""Identifiers of requests are drawn so many at a time: it takes less than to draw them one by one."""


_UUID = Struct("8s4sx3sx3s12s")
_EXTENDED = Struct("15sx")
_TRACE = Struct("24s16s")


def _cut(parts: Struct, form: bytes, text: bytes) -> list[str]:
    return [(form % fields).decode("ascii") for fields in parts.iter_unpack(text)]


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
            self._uuids = _cut(_UUID, b"%b-%b-4%b-a%b-%b", hexlify(self._drawn(16)))
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
            self._extended = _cut(_EXTENDED, b"%b=", b2a_base64(self._drawn(12), newline=False))
        return self._extended.pop()

    def trace_id(self, now: float) -> str:
        """``Root=1-{8 hex of the epoch}-{24 hex};Parent={16 hex};Sampled=0`` (data plane section 8.1)."""
        if not self._roots:
            self._roots = _cut(_TRACE, b"%b;Parent=%b;Sampled=0", hexlify(self._drawn(20)))
        return f"Root=1-{int(now):08x}-{self._roots.pop()}"

    def _drawn(self, size: int) -> bytes:
        """Random bytes for a batch of identifiers of that many."""
        return self._bits(8 * size * _BATCH).to_bytes(size * _BATCH, "big")

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
