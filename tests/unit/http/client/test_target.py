"""URLs of endpoints (apigateway-data-plane 9.2: ports 80, 443 and 1024-65535; paths stay raw)."""

from __future__ import annotations

import pytest

from gatelet.http.client.errors import InvalidTarget
from gatelet.http.client.target import split_url


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "target", "authority"),
    [
        ("http://a.test", "http", "a.test", 80, "/", "a.test"),
        ("https://A.test/x%2Fy?q=%20", "https", "a.test", 443, "/x%2Fy?q=%20", "a.test"),
        ("http://a.test:8080?q=1", "http", "a.test", 8080, "/?q=1", "a.test:8080"),
        ("HTTPS://a_b.test:443/", "https", "a_b.test", 443, "/", "a_b.test"),
        ("http://a.test:443/", "http", "a.test", 443, "/", "a.test:443"),
        ("http://[2A00::1]:1024//x", "http", "2a00::1", 1024, "//x", "[2a00::1]:1024"),
        ("http://a.test/{id}/|x", "http", "a.test", 80, "/{id}/|x", "a.test"),
    ],
)
def test_parts(url: str, scheme: str, host: str, port: int, target: str, authority: str) -> None:
    origin, found = split_url(url)
    assert (origin.scheme, origin.host, origin.port, found) == (scheme, host, port, target)
    assert origin.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.test",
        "//a.test/",
        "ftp://a.test/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "http://user@a.test/",
        "http://a.test:80@b.test/",
        "http://a.test\\@b.test/",
        "http://a.test /",
        "http://a.test/x y",
        "http://a.test/x\r\nHost: b",
        "http://a.test/\x00",
        "http://a.test/é",
        "http://é.test/",
        "http://a.test/#fragment",
        "http://a.test:/",
        "http://a.test:22/",
        "http://a.test:1023/",
        "http://a.test:65536/",
        "http://a.test:0/",
        "http://a.test:080800/",
        "http://[::1%25eth0]/",
        "http://[::1/",
        "http://{host}/",
    ],
)
def test_refused(url: str) -> None:
    with pytest.raises(InvalidTarget):
        split_url(url)
