"""Software tokens: time-based one-time passwords (RFC 6238: SHA-1, 30 s, 6 digits). Pure."""

from __future__ import annotations

import hmac
from base64 import b32decode
from typing import Final

STEP_SECONDS: Final = 30
_WINDOW: Final = 1
"""Steps before and after the current one that are accepted: clocks differ."""


def code_at(secret: str, step: int) -> str:
    """The code of a time step; ``secret`` in Base32."""
    digest = hmac.digest(b32decode(secret + "=" * (-len(secret) % 8)), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def matching_step(secret: str, code: str, now: float, after: int = 0) -> int | None:
    """The time step that the code is of, if it is a current one and later than ``after``."""
    current = int(now) // STEP_SECONDS
    for step in range(current - _WINDOW, current + _WINDOW + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "replace")):
            return step
    return None
