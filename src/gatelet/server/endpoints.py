"""The outgoing HTTP clients, as the operator has set them up."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from gatelet.http.client.client import HttpClient
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.target import Origin, split_url
from gatelet.server.config import Config

_EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


def outgoing_client(config: Config) -> HttpClient:
    """What HTTP integrations ask with; close it in the end.

    Loopback is open in the development mode; everything else that is not global is closed in both modes.
    """
    allowed = [ip_network(network) for network in config.http_allowed_networks]
    return HttpClient(AddressGuard(allowed, loopback=config.mode == "dev"), ca_file=config.http_ca_file)


def service_client(config: Config) -> HttpClient:
    """What AWS services are asked with: the operator himself has said where they are. Close it in the end."""
    return HttpClient(AddressGuard(_EVERYWHERE), ca_file=config.http_ca_file)


def service_endpoints(config: Config) -> Mapping[str, Origin]:
    """The operator's endpoints of AWS services, by their names in integration URIs. Raises InvalidTarget."""
    entries = (entry.partition("=") for entry in config.service_endpoints)
    return {name: split_url(url)[0] for name, _, url in entries}
