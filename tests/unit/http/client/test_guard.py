"""What integrations may reach, over every way of writing an address (issue: a gateway is no way into its host's
network; IANA's special-purpose address registries)."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from gatelet.http.client.connector import Connector, resolve
from gatelet.http.client.errors import AddressRefused, ConnectFailed
from gatelet.http.client.guard import AddressGuard
from gatelet.http.client.target import split_url

CLOSED = (
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("::1", "loopback"),
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("::", "unspecified"),
    ("10.0.0.1", "private"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.1.1", "private"),
    ("fc00::1", "private"),
    ("fd00:ec2::254", "private"),
    ("fec0::1", "private"),
    ("169.254.169.254", "link-local"),
    ("169.254.170.2", "link-local"),
    ("fe80::1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("febf::1", "link-local"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("100.127.255.255", "carrier-grade NAT"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("ff02::1", "multicast"),
    ("192.0.0.8", "reserved"),
    ("198.18.0.1", "reserved"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("2001:db8::1", "reserved"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved"),
    # IPv4 in IPv6
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:7f00:1", "loopback"),
    ("0:0:0:0:0:ffff:10.0.0.1", "private"),
    ("::ffff:169.254.169.254", "link-local"),
    ("::127.0.0.1", "loopback"),
    ("::a00:1", "private"),
    ("64:ff9b::127.0.0.1", "loopback"),
    ("64:ff9b::a9fe:a9fe", "link-local"),
    ("64:ff9b:1::a00:1", "reserved"),
    ("2002:7f00:1::", "loopback"),
    ("2002:a00:1::1", "private"),
    ("2002:a9fe:a9fe::", "link-local"),
    ("2a00:1450::5efe:10.0.0.1", "private"),
    ("2a00:1450::200:5efe:7f00:1", "loopback"),
)
OPEN = (
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "172.15.255.255",
    "100.128.0.1",
    "169.253.255.255",
    "11.0.0.1",
    "223.255.255.255",
    "2a00:1450:4001::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
)


@pytest.mark.parametrize(("address", "word"), CLOSED, ids=[address for address, _ in CLOSED])
def test_closed(address: str, word: str) -> None:
    assert f"is a {word} address" in (AddressGuard().objection(address) or "")


@pytest.mark.parametrize("address", OPEN)
def test_open(address: str) -> None:
    assert AddressGuard().objection(address) is None


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
    ],
)
def test_the_development_mode_opens_loopback_alone(address: str, allowed: bool) -> None:
    assert (AddressGuard(loopback=True).objection(address) is None) is allowed


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("fd12::1", True),
        ("fd13::1", False),
        ("64:ff9b::10.1.2.3", False),
        ("127.0.0.1", False),
    ],
)
def test_configured_networks_are_open(address: str, allowed: bool) -> None:
    guard = AddressGuard([ip_network("10.1.0.0/16"), ip_network("fd12::/32")])
    assert (guard.objection(address) is None) is allowed


NOTATIONS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "00000177.0.0.01",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
)


@pytest.mark.parametrize("host", NOTATIONS)
def test_no_notation_of_this_machine_gets_a_connection(host: str) -> None:
    """What the system resolves is checked, so it does not matter how it was written."""

    async def connect() -> None:
        connector = Connector(AddressGuard(), None, resolve)
        origin, _ = split_url(f"http://{host}:8080/")
        try:
            await connector.connect(lambda: pytest.fail("a connection was made"), origin, 5)
        finally:
            connector.close()

    with pytest.raises((AddressRefused, ConnectFailed)) as refusal:
        asyncio.run(connect())
    if isinstance(refusal.value, ConnectFailed):  # this resolver does not know the form: as good
        assert "cannot be resolved" in str(refusal.value)


@pytest.mark.parametrize(
    "answers",
    [["10.0.0.1"], ["169.254.169.254", "::1"], ["::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1"]],
    ids=["private", "metadata-and-loopback", "embedded"],
)
def test_names_are_judged_by_all_that_they_resolve_to(answers: list[str]) -> None:
    async def connect() -> None:
        connector = Connector(AddressGuard(), None, lambda host, port: answers)
        try:
            await connector.connect(lambda: pytest.fail("a connection was made"), split_url("http://a.test/")[0], 5)
        finally:
            connector.close()

    with pytest.raises(AddressRefused, match=r"is a (private|link-local) address"):
        asyncio.run(connect())
