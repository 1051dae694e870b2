"""An endpoint's URL, taken apart without decoding anything. Pure.

Stricter than any RFC: what two readers could read differently (user information, a backslash, white space, a
control or non-ASCII character) is refused.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gatelet.http.client.errors import InvalidTarget

_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:[/?][\x21-\x22\x24-\x5b\x5d-\x7e]*)?)",
    re.IGNORECASE | re.ASCII,
)
_LOWEST_PORT: Final = 1_024
_WELL_KNOWN: Final = (80, 443)


class Origin(NamedTuple):
    """Whom a connection goes to."""

    scheme: str
    host: str
    """Lower case; an IPv6 address without its brackets."""
    port: int
    verified: bool = True
    """Whether an https endpoint's certificate is verified."""

    @property
    def authority(self) -> str:
        """The Host header: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def split_url(url: str) -> tuple[Origin, str]:
    """Origin and request target (raw path with its query). Raises InvalidTarget.

    Ports are those that API Gateway reaches: 80, 443 and 1024-65535 (apigateway-data-plane 9.2).
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise InvalidTarget("not a URL of an HTTP endpoint")
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else (443 if scheme == "https" else 80)
    if port not in _WELL_KNOWN and not _LOWEST_PORT <= port <= 65_535:
        raise InvalidTarget(f"port {port} is not one of 80, 443 and 1024-65535")
    target = match["target"]
    return (
        Origin(scheme, match["host"].strip("[]").lower(), port),
        target if target.startswith("/") else f"/{target}",
    )
