"""Header rules: what a function's headers become, who the client is, the trace header."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from gatelet.gateway.forwarded import Client, identify_client
from gatelet.gateway.header_rules import rewrite_block
from gatelet.gateway.trace_header import complete_trace
from gatelet.http.request import Request

ROOT = "1-69553a00-0123456789abcdef01234567"
GENERATED = "Root=1-11111111-222222222222222222222222;Parent=3333333333333333;Sampled=0"


@pytest.mark.parametrize(
    ("block", "sent"),
    [
        (b"", b"Content-Type: application/json\r\n"),
        (b"X-A: 1\r\n", b"X-A: 1\r\nContent-Type: application/json\r\n"),
        (b"content-type: text/html\r\nX-A:1\r\n", b"content-type: text/html\r\nX-A: 1\r\n"),
        (b"Content-Type: a\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n",) * 2,
        (b"Content-Type: a\r\nTransfer-Encoding: chunked\r\n", b"Content-Type: a\r\n"),
        (b"Content-Type: a\r\nX: \xe9\t \r\n", b"Content-Type: a\r\nX: \xe9\r\n"),
        (b"Content-Type: a\r\nX:\r\n", b"Content-Type: a\r\nX: \r\n"),
        *[
            (
                b"Content-Type: a\r\n%b: x\r\n" % name,
                b"Content-Type: a\r\nx-amzn-Remapped-%b: x\r\n" % name,
            )
            for name in (
                *(b"Authorization", b"Connection", b"content-length", b"Content-MD5", b"Date", b"Expect", b"Host"),
                *(b"Max-Forwards", b"Proxy-Authenticate", b"Server", b"Trailer", b"Upgrade", b"User-Agent"),
                *(b"WWW-Authenticate", b"x-amzn-RequestId"),
            )
        ],
        *[
            (b"Content-Type: a\r\n%b: x\r\n" % name,) * 2
            for name in (
                *(b"Accept", b"Age", b"Content-Encoding", b"Pragma", b"Range", b"Referer", b"TE", b"Via", b"Warn"),
                *(b"Access-Control-Allow-Origin", b"Location", b"Cache-Control"),
            )
        ],
    ],
)
def test_response_headers(block: bytes, sent: bytes) -> None:
    """apigateway-data-plane sections 7 and 8.3."""
    assert rewrite_block(block) == sent


TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("peer", "seen", "client"),
    [
        ("198.51.100.9", {}, ("198.51.100.9", "198.51.100.9", "80", "http")),
        # What a client claims is kept before the peer, and believed by nobody.
        ("198.51.100.9", {"x-forwarded-for": "1.1.1.1"}, ("198.51.100.9", "1.1.1.1, 198.51.100.9", "80", "http")),
        (
            "198.51.100.9",
            {"x-forwarded-proto": "https", "x-forwarded-port": "443"},
            ("198.51.100.9", "198.51.100.9", "80", "http"),
        ),
        ("10.0.0.1", {}, ("10.0.0.1", "10.0.0.1", "80", "http")),
        (
            "10.0.0.1",
            {"x-forwarded-for": "1.1.1.1, 203.0.113.7", "x-forwarded-proto": "https", "x-forwarded-port": "443"},
            ("203.0.113.7", "1.1.1.1, 203.0.113.7", "443", "https"),
        ),
        ("10.0.0.1", {"x-forwarded-for": "203.0.113.7, 10.2.2.2"}, ("203.0.113.7", "203.0.113.7", "80", "http")),
        ("10.0.0.1", {"x-forwarded-for": "10.9.9.9"}, ("10.9.9.9", "10.9.9.9", "80", "http")),
        ("10.0.0.1", {"x-forwarded-for": " , "}, ("10.0.0.1", "10.0.0.1", "80", "http")),
        ("::1", {"x-forwarded-for": "2001:db8::1"}, ("2001:db8::1", "2001:db8::1", "80", "http")),
        ("a socket", {"x-forwarded-for": "1.1.1.1"}, ("a socket", "1.1.1.1, a socket", "80", "http")),
    ],
)
def test_who_the_client_is(peer: str, seen: dict[str, str], client: tuple[str, str, str, str]) -> None:
    """apigateway-data-plane section 6 ("added"); trusted proxies are a setting of this house."""
    request = Request.of("GET", "/", "", list(seen.items()), b"", peer)
    assert identify_client(request, TRUSTED) == Client(*client)


def test_nobody_is_trusted_by_default() -> None:
    headers = [("X-Forwarded-For", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")]
    client = identify_client(Request.of("GET", "/", "", headers, b"", "10.0.0.1"), ())
    assert client == Client("10.0.0.1", "1.1.1.1, 2.2.2.2, 10.0.0.1", "80", "http")


@pytest.mark.parametrize(
    ("incoming", "shown", "full"),
    [
        (None, GENERATED.partition(";")[0], GENERATED),
        (
            f"Root={ROOT};Parent=aaaa;Sampled=1",
            f"Root={ROOT};Parent=aaaa;Sampled=1",
            f"Root={ROOT};Parent=aaaa;Sampled=1",
        ),
        (f"Root={ROOT}", f"Root={ROOT}", f"Root={ROOT};Parent=3333333333333333;Sampled=0"),
        (f"Root={ROOT};Sampled=1", f"Root={ROOT};Sampled=1", f"Root={ROOT};Parent=3333333333333333;Sampled=1"),
        (f"Root={ROOT};Parent=aaaa", f"Root={ROOT};Parent=aaaa", f"Root={ROOT};Parent=aaaa;Sampled=0"),
        ("", GENERATED.partition(";")[0], GENERATED),
        ("Root=nonsense", GENERATED.partition(";")[0], GENERATED),
        (f"Root={ROOT};x=\x01", GENERATED.partition(";")[0], GENERATED),
        (f"Root={ROOT};x=\xe9", GENERATED.partition(";")[0], GENERATED),
        (f"Root={ROOT};x={'y' * 300}", GENERATED.partition(";")[0], GENERATED),
    ],
)
def test_the_trace_header(incoming: str | None, shown: str, full: str) -> None:
    """apigateway-data-plane section 8.1."""
    assert complete_trace(incoming, GENERATED) == (shown, full)
