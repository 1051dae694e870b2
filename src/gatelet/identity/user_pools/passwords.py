"""Passwords: what a pool asks of them, and how they are kept (scrypt). Reference: identity sections 4.1 and 4.5.

The functions that hash take tens of milliseconds: call them in a thread.
"""

from __future__ import annotations

import hashlib
import hmac
import string
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from gatelet.aws.ids import Ids

SYMBOLS: Final = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-"
"""Cognito Developer Guide, "Adding user pool password requirements"; a space inside counts, too."""
_N, _R, _P = 2**14, 8, 1
_MEMORY: Final = 64 * 1024 * 1024
_SALT_BYTES: Final = 16


def fault_of(password: str, policy: Mapping[str, Any]) -> str | None:
    """Why the pool refuses the password, in AWS's words; None: it does not."""
    if len(password) < int(policy["MinimumLength"]):
        return "Password not long enough"
    for setting, characters, word in (
        ("RequireUppercase", string.ascii_uppercase, "uppercase"),
        ("RequireLowercase", string.ascii_lowercase, "lowercase"),
        ("RequireNumbers", string.digits, "numeric"),
        ("RequireSymbols", SYMBOLS, "symbol"),
    ):
        if policy.get(setting) and not any(character in characters for character in password):
            inner_space = word == "symbol" and " " in password.strip(" ")
            if not inner_space:
                return f"Password must have {word} characters"
    if password != password.strip(" "):
        return "Password must not start or end with a space"
    return None


def temporary_password(policy: Mapping[str, Any], ids: Ids) -> str:
    """A random password that satisfies any policy."""
    length = max(12, int(policy["MinimumLength"]))
    return "Aa1!" + ids.secret_text(length - 4)


def hash_password(password: str, salt: bytes) -> str:
    """``scrypt$N$r$p$salt$hash``."""
    digest = _scrypt(password, salt, _N, _R, _P)
    return f"scrypt${_N}${_R}${_P}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def matches(password: str, stored: str) -> bool:
    """Whether it is the password that was hashed."""
    _, n, r, p, salt, digest = stored.split("$")
    return hmac.compare_digest(_scrypt(password, b64decode(salt), int(n), int(r), int(p)), b64decode(digest))


def waste_time(password: str) -> None:
    """What a comparison costs, for users that do not exist: the answer takes as long."""
    _scrypt(password, b"\0" * _SALT_BYTES, _N, _R, _P)


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY)
