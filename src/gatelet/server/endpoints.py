"""The outgoing HTTP client, as the operator has set it up."""

from __future__ import annotations

from ipaddress import ip_network

from gatelet.http.client.client import HttpClient
from gatelet.http.client.guard import AddressGuard
from gatelet.server.config import Config


def outgoing_client(config: Config) -> HttpClient:
    """What HTTP integrations ask with; close it in the end.

    Loopback is open in the development mode; everything that is not global else is closed in both modes.
    """
    allowed = [ip_network(network) for network in config.http_allowed_networks]
    return HttpClient(AddressGuard(allowed, loopback=config.mode == "dev"), ca_file=config.http_ca_file)
