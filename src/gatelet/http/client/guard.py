"""Which addresses an integration may reach: a gateway must not be a way into its host's network. Pure.

Checked on the address that is connected to, after name resolution and for every connection, so that no way of
writing an address and no name that changes its mind matters. Closed are the networks that IANA's special-purpose
registries (RFC 6890 and its successors) do not call global, and IPv6 addresses that carry such an IPv4 address.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Final

_CLOSED: Final = tuple(
    (ip_network(network), word)
    for network, word in (
        ("127.0.0.0/8", "loopback"),
        ("::1/128", "loopback"),
        ("0.0.0.0/8", "unspecified"),
        ("::/128", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("172.16.0.0/12", "private"),
        ("192.168.0.0/16", "private"),
        ("fc00::/7", "private"),
        ("fec0::/10", "private"),
        ("169.254.0.0/16", "link-local"),
        ("fe80::/10", "link-local"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "reserved"),
        ("203.0.113.0/24", "reserved"),
        ("240.0.0.0/4", "reserved"),
        ("64:ff9b:1::/48", "reserved"),
        ("100::/64", "reserved"),
        ("2001::/32", "reserved"),  # Teredo: a relay would unpack it to an IPv4 address
        ("2001:db8::/32", "reserved"),
        ("3fff::/20", "reserved"),
        ("5f00::/16", "reserved"),
    )
)
_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_CARRIERS: Final = MappingProxyType(
    {
        # IPv6 networks whose addresses carry an IPv4 address, and how many bits stand behind it
        IPv6Network("::/96"): 0,  # IPv4-compatible
        IPv6Network("64:ff9b::/96"): 0,  # NAT64, RFC 6052
        IPv6Network("2002::/16"): 80,  # 6to4, RFC 3056
    }
)
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)
"""The third quarter of an ISATAP address (RFC 5214): the IPv4 address is the fourth, under any prefix."""


class AddressGuard:
    """Tells open addresses from closed ones; ``allowed`` networks are open, and loopback if ``loopback``."""

    __slots__ = ("_allowed",)

    def __init__(self, allowed: Iterable[IPv4Network | IPv6Network] = (), *, loopback: bool = False) -> None:
        self._allowed = (*allowed, *(_LOOPBACK if loopback else ()))

    def objection(self, text: str) -> str | None:
        """Why no connection to this numeric address may be made, for the log; None: it may."""
        address = ip_address(text.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped  # the same socket address, written differently
        if any(address in network for network in self._allowed):
            return None
        word = _word(address)
        return None if word is None else f"{address} is a {word} address, which http_allowed_networks does not open"


def _word(address: IPv4Address | IPv6Address) -> str | None:
    for network, word in _CLOSED:
        if address in network:
            return word
    if isinstance(address, IPv6Address):
        for carried in _carried(address):
            if (inner := _word(carried)) is not None:
                return inner
    return None


def _carried(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address has in it."""
    number = int(address)
    carried = [
        IPv4Address(number >> behind & 0xFFFF_FFFF) for network, behind in _CARRIERS.items() if address in network
    ]
    if number >> 32 & 0xFFFF_FFFF in _ISATAP:
        carried.append(IPv4Address(number & 0xFFFF_FFFF))
    return carried
