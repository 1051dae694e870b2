"""Requests as bytes: nothing that a caller gives can become another header or request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.http.client.errors import InvalidOutgoing
from gatelet.http.client.message import ClientRequest, encode_head
from gatelet.http.client.target import Origin

ORIGIN = Origin("http", "a.test", 8080)


def test_case_and_order_are_kept() -> None:
    request = ClientRequest("GET", ORIGIN, "/A%2fb?x=%20", [("x-B", "1"), ("X-a", "ü"), ("x-b", "")])
    assert encode_head(request) == (
        b"GET /A%2fb?x=%20 HTTP/1.1\r\nHost: a.test:8080\r\nx-B: 1\r\nX-a: \xfc\r\nx-b: \r\n\r\n"
    )


@pytest.mark.parametrize(
    ("method", "body", "line"),
    [
        ("POST", b"", b"Content-Length: 0\r\n"),
        ("PUT", b"ab", b"Content-Length: 2\r\n"),
        ("GET", b"ab", b"Content-Length: 2\r\n"),
        ("GET", b"", b""),
        ("DELETE", b"", b""),
    ],
)
def test_length(method: str, body: bytes, line: bytes) -> None:
    """RFC 9110 section 8.6."""
    head = encode_head(ClientRequest(method, ORIGIN, "/", [], body))
    assert head == f"{method} / HTTP/1.1\r\nHost: a.test:8080\r\n".encode() + line + b"\r\n"


def test_a_mapped_host_replaces_ours() -> None:
    head = encode_head(ClientRequest("GET", ORIGIN, "/", [("host", "b.test:1")]))
    assert head == b"GET / HTTP/1.1\r\nhost: b.test:1\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        ClientRequest("GET /x HTTP/1.1\r\n", ORIGIN, "/"),
        ClientRequest("", ORIGIN, "/"),
        ClientRequest("CONNECT", ORIGIN, "/"),
        ClientRequest("GET", ORIGIN, ""),
        ClientRequest("GET", ORIGIN, "*"),
        ClientRequest("GET", ORIGIN, "/ HTTP/1.1"),
        ClientRequest("GET", ORIGIN, "/\n"),
        ClientRequest("GET", ORIGIN, "/é"),
        ClientRequest("GET", ORIGIN, "/", [("X", "a\r\nY: b")]),
        ClientRequest("GET", ORIGIN, "/", [("X", "a\nb")]),
        ClientRequest("GET", ORIGIN, "/", [("X", "a\rb")]),
        ClientRequest("GET", ORIGIN, "/", [("X", "a\x00b")]),
        ClientRequest("GET", ORIGIN, "/", [("X\r\nY", "a")]),
        ClientRequest("GET", ORIGIN, "/", [("X:", "a")]),
        ClientRequest("GET", ORIGIN, "/", [(" X", "a")]),
        ClientRequest("GET", ORIGIN, "/", [("", "a")]),
        ClientRequest("GET", ORIGIN, "/", [("Content-Length", "5")]),
        ClientRequest("GET", ORIGIN, "/", [("transfer-encoding", "chunked")]),
        ClientRequest("GET", ORIGIN, "/", [("Connection", "X")]),
        ClientRequest("GET", ORIGIN, "/", [("Host", "a"), ("host", "b")]),
        ClientRequest("GET", ORIGIN, "/", [("Host", "a/b")]),
    ],
    ids=lambda request: repr((request.method, request.target, request.headers))[:60],
)
def test_refused(request_: ClientRequest) -> None:
    with pytest.raises(InvalidOutgoing):
        encode_head(request_)


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(method=ANY_TEXT, target=ANY_TEXT, headers=st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3))
def test_one_head_with_as_many_lines_as_headers(method: str, target: str, headers: list[tuple[str, str]]) -> None:
    """Whatever is given: either it is refused, or each header is one line of one request."""
    for request in (
        ClientRequest(method, ORIGIN, target, headers),
        ClientRequest("GET", ORIGIN, "/" + target),
        ClientRequest("GET", ORIGIN, "/", [("X-Safe", value) for _, value in headers]),
    ):
        try:
            head = encode_head(request)
        except InvalidOutgoing:
            continue
        assert head.endswith(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        assert not any(byte in line for line in lines for byte in (b"\r", b"\n", b"\0"))
        framing = 1 + (not any(name.lower() == "host" for name, _ in request.headers))
        framing += request.method in ("POST", "PUT", "PATCH")
        assert len(lines) == framing + len(request.headers)
        assert lines[0].count(b" ") == 2
