"""The outgoing clients, as the operator's settings make them."""

from __future__ import annotations

import asyncio

import pytest

from gatelet.http.client.client import HttpClient
from gatelet.http.client.errors import AddressRefused, ConnectFailed
from gatelet.http.client.message import ClientRequest
from gatelet.http.client.target import Origin, split_url
from gatelet.server.config import Config
from gatelet.server.endpoints import outgoing_client, service_client, service_endpoints


def _outcome(config: Config, url: str, *, services: bool = False) -> type[Exception] | None:
    """What becomes of a request; nobody listens on these ports."""

    async def ask() -> type[Exception] | None:
        client: HttpClient = (service_client if services else outgoing_client)(config)
        try:
            await client.send(ClientRequest("GET", *split_url(url)), 2)
        except Exception as error:  # noqa: BLE001 - its type is what is asked for
            return type(error)
        finally:
            client.close()
        return None

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("mode", "allowed", "url", "outcome"),
    [
        ("dev", (), "http://127.0.0.1:59998/", ConnectFailed),
        ("dev", (), "http://localhost:59998/", ConnectFailed),
        ("dev", (), "http://10.0.0.1:59998/", AddressRefused),
        ("dev", (), "http://169.254.169.254/", AddressRefused),
        ("secure", (), "http://127.0.0.1:59998/", AddressRefused),
        ("secure", (), "http://localhost:59998/", AddressRefused),
        ("secure", (), "http://2130706433:59998/", AddressRefused),
        ("secure", (), "http://[::ffff:127.0.0.1]:59998/", AddressRefused),
        ("secure", ("127.0.0.0/8",), "http://127.0.0.1:59998/", ConnectFailed),
        ("secure", ("127.0.0.0/8",), "http://[::1]:59998/", AddressRefused),
    ],
)
def test_what_integrations_may_reach(mode: str, allowed: tuple[str, ...], url: str, outcome: type[Exception]) -> None:
    assert _outcome(Config(mode=mode, http_allowed_networks=allowed), url) is outcome


def test_services_are_where_the_operator_says() -> None:
    config = Config(mode="secure", service_endpoints=("sqs=http://127.0.0.1:59998", "s3=https://s3.test/"))
    assert service_endpoints(config) == {
        "sqs": Origin("http", "127.0.0.1", 59998),
        "s3": Origin("https", "s3.test", 443),
    }
    assert _outcome(config, "http://127.0.0.1:59998/", services=True) is ConnectFailed
