"""The signed part of a code download's URL. Pure. Reference: lambda-control-plane section 4 (GetFunction).

``/_gatelet/code/{account}/{region}/{name}?Code=...&Expires=...&Signature=...``: who has the URL may
download those bytes until it expires, as with a presigned URL of S3.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

PREFIX = "/_gatelet/code/"
VALID_SECONDS = 600


@dataclass(frozen=True, slots=True)
class CodeLocation:
    """What a URL gives: an archive (``blob``) of a function, until ``expires`` (epoch seconds)."""

    account: str
    region: str
    name: str
    blob: str
    expires: int


def sign(location: CodeLocation, secret: bytes) -> str:
    """Path and query of the URL."""
    query = {
        "Code": location.blob,
        "Expires": str(location.expires),
        "Signature": _signature(location, secret),
    }
    return f"{PREFIX}{location.account}/{location.region}/{location.name}?{urlencode(query)}"


def verify(path: str, query: str, secret: bytes, now: float) -> CodeLocation | None:
    """What a request's path and query give; None if the signature is wrong or too old."""
    parts = path.removeprefix(PREFIX).split("/")
    given = dict(parse_qsl(query))
    expires = given.get("Expires", "")
    if len(parts) != 3 or not path.startswith(PREFIX) or not (expires.isascii() and expires.isdecimal()):
        return None
    account, region, name = parts
    location = CodeLocation(account, region, name, given.get("Code", ""), int(expires[:16]))
    if not hmac.compare_digest(_signature(location, secret).encode(), given.get("Signature", "").encode()):
        return None
    return location if now < location.expires else None


def _signature(location: CodeLocation, secret: bytes) -> str:
    fields = (location.account, location.region, location.name, location.blob, str(location.expires))
    return hmac.new(secret, "\n".join(fields).encode(), hashlib.sha256).hexdigest()
