"""Who the client is: the socket's peer, or what a trusted proxy in front of us says.

Reference: apigateway-data-plane section 6 ("added").
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import NamedTuple

from gatelet.http.request import Request

Networks = tuple[IPv4Network | IPv6Network, ...]


class Client(NamedTuple):
    """The client's address and the X-Forwarded-* values that the function sees."""

    source_ip: str
    chain: str
    port: str
    scheme: str


def identify_client(request: Request, trusted: Networks) -> Client:
    """The client of a request.

    Without a trusted proxy the peer is the client; what it claims is kept before it in ``X-Forwarded-For``, as
    AWS does. A trusted proxy counts as a part of the gateway: the client is the last address of the chain that
    is not a trusted proxy's own.
    """
    values, peer = request.values, request.peer
    if not trusted and "x-forwarded-for" not in values:
        return _direct(peer, request.port, request.scheme)
    claimed = ", ".join(value for name, value in request.headers if name.lower() == "x-forwarded-for")
    if not trusted or not _trusts(trusted, peer):
        return Client(peer, f"{claimed}, {peer}" if claimed else peer, str(request.port), request.scheme)
    addresses = [part.strip() for part in claimed.split(",")] if claimed else []
    while len(addresses) > 1 and _trusts(trusted, addresses[-1]):
        addresses.pop()
    addresses = [address for address in addresses if address] or [peer]
    return Client(
        addresses[-1],
        ", ".join(addresses),
        values.get("x-forwarded-port", str(request.port)),
        values.get("x-forwarded-proto", request.scheme),
    )


@lru_cache(maxsize=1_024)
def _direct(peer: str, port: int, scheme: str) -> Client:
    return Client(peer, peer, str(port), scheme)


def _trusts(trusted: Networks, address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in trusted)
