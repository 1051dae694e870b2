"""The pages of user pools: their public keys, and the sign-in pages and OAuth endpoints of their domains. Pure.

``/{pool id}/.well-known/jwks.json`` is where AWS has it; a domain ``shop`` is below ``/_gatelet/auth/shop`` (on AWS
``https://shop.auth.{region}.amazoncognito.com``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WELL_KNOWN: Final = re.compile(
    r"/(?P<pool>[a-z]{2}(?:-[a-z]+)+-[0-9]_[A-Za-z0-9]+)/\.well-known/(?P<page>jwks\.json|openid-configuration)"
)
PREFIX: Final = "/_gatelet/auth/"
_DOMAIN: Final = re.compile(r"/_gatelet/auth/(?P<domain>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)/(?P<page>[A-Za-z0-9/]+)")


@dataclass(frozen=True, slots=True)
class PoolPage:
    """One page. ``pool_id`` or ``domain`` is empty."""

    pool_id: str
    domain: str
    page: str
    """``jwks.json``, ``openid-configuration``, ``oauth2/token``, ``login`` ..."""


def parse_pool_page(path: str) -> PoolPage | None:
    """The page that a path names, or None: it is no such path."""
    found = _WELL_KNOWN.fullmatch(path)
    if found is not None:
        return PoolPage(found["pool"], "", found["page"])
    found = _DOMAIN.fullmatch(path) if path.startswith(PREFIX) else None
    return None if found is None else PoolPage("", found["domain"], found["page"])


def domain_path(domain: str) -> str:
    """Below what a domain's pages are."""
    return PREFIX + domain
