"""Keys as bytes that sort as DynamoDB sorts. Pure.

Strings are their UTF-8 bytes, binaries themselves. Numbers are a byte for the sign, one for the magnitude, and
one for every two digits, complemented for negative numbers, so that comparing bytes compares numbers.

A *partition* is four bytes of a hash and the partition key: a scan then walks in an order that says nothing,
as on DynamoDB, and a segment of a scan is a range of hashes.
"""

from __future__ import annotations

import base64
from hashlib import blake2b
from typing import Final

from gatelet.aws import quotas
from gatelet.tables import numbers
from gatelet.tables.values import Value, type_of

_NEGATIVE: Final = b"\x00"
_ZERO: Final = b"\x01"
_POSITIVE: Final = b"\x02"
_COMPLEMENT: Final = bytes(255 - byte for byte in range(256))
_HASH_BYTES: Final = 4
_HASHES: Final = 1 << (8 * _HASH_BYTES)


def encode(value: Value) -> bytes:
    """The sortable bytes of a key attribute's value (S, N or B)."""
    kind = type_of(value)
    content: str = value[kind]
    if kind == "S":
        return content.encode()
    if kind == "B":
        return base64.b64decode(content)
    return _encode_number(content)


def _encode_number(number: str) -> bytes:
    negative, digits, magnitude = numbers.parts(number)
    if not digits:
        return _ZERO
    if len(digits) % 2:
        digits += "0"
    pairs = bytes([int(digits[at : at + 2]) + 1 for at in range(0, len(digits), 2)])
    body = bytes([magnitude - quotas.NUMBER_EXPONENT_MIN]) + pairs
    if negative:
        # Of two negative numbers the one with fewer digits is the greater: the end must sort last.
        return _NEGATIVE + body.translate(_COMPLEMENT) + b"\xff"
    return _POSITIVE + body


def partition(value: Value) -> bytes:
    """The partition of a partition key."""
    encoded = encode(value)
    return blake2b(type_of(value).encode() + encoded, digest_size=_HASH_BYTES).digest() + encoded


def partition_bytes(partition: bytes) -> int:
    """How long the partition key is, without the hash."""
    return len(partition) - _HASH_BYTES


def segment_bounds(segment: int, total: int) -> tuple[bytes, bytes | None]:
    """The first partition of a segment of a scan, and the first one after it (None: there is none)."""
    low = _HASHES * segment // total
    high = _HASHES * (segment + 1) // total
    return low.to_bytes(_HASH_BYTES, "big"), None if high == _HASHES else high.to_bytes(_HASH_BYTES, "big")


def successor(encoded: bytes) -> bytes:
    """The least bytes greater than these."""
    return encoded + b"\x00"


def after_prefix(prefix: bytes) -> bytes | None:
    """The least bytes greater than all that begin with the prefix; None if there are none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else None
