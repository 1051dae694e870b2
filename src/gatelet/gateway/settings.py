"""How the data plane is set up on this machine (not by an API's owner)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What the operator decides.

    ``X-Forwarded-For``, ``-Proto`` and ``-Port`` count only when the socket's peer is in ``trusted_proxies``.
    """

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    explain_header: bool = False
    """Whether a request that asks for it gets its own story back: for the development mode."""
    throttles_fail_open: bool = True
    """Whether requests pass unthrottled while the store of the counters does not answer."""
    quotas_fail_open: bool = False
    """Whether requests pass uncounted while the store of the counters does not answer."""
