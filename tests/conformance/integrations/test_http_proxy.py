"""HTTP proxy integrations (apigateway-data-plane 8.2, 8.3, 9.2, 10, 14)."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
from typing import Any

import pytest
from tests.backend import GO_ON, PNG, Backend
from tests.conformance.gateway.world import Api, make_api
from tests.conformance.integrations.methods import add, headers_of


@pytest.fixture(scope="module")
def api(gatelet: Any, backend: Backend) -> Api:
    """A greedy proxy in front of the whole backend, and routes with mappings."""
    made = make_api(gatelet, "http-proxy", {}, [])
    proxy = {"type": "HTTP_PROXY", "integrationHttpMethod": "ANY"}
    add(
        made,
        "ANY /{proxy+}",
        **proxy,
        uri=f"{backend.url}/{{proxy}}",
        declared=("path.proxy",),
        requestParameters={"integration.request.path.proxy": "method.request.path.proxy"},
        timeoutInMillis=2000,
    )
    add(
        made,
        "GET /mapped/{p}",
        **proxy,
        uri=f"{backend.url}/echo?t={{p}}",
        declared=("path.p", "querystring.m", "header.headerVar"),
        requestParameters={
            "integration.request.path.p": "method.request.path.p",
            "integration.request.querystring.m": "method.request.querystring.m",
            "integration.request.querystring.none": "method.request.querystring.m",
            "integration.request.header.headerVar": "method.request.path.p",
        },
    )
    for mode in ("STREAM", "BUFFERED"):
        add(made, f"ANY /{mode}", **proxy, uri=f"{backend.url}/stream", responseTransferMode=mode)
    made.deploy()
    return made


def test_what_passes_to_the_backend(api: Api, backend: Backend) -> None:
    """8.2, recorded: the client's headers in its own case, raw path and query, the body."""
    sent = [
        ("accept-ENCODING", "identity"),
        ("Accept", "x/y"),
        ("User-Agent", "mine"),
        ("Authorization", "Bearer t"),
        ("Range", "bytes=0-1"),
        ("Referer", "r"),
        ("Warn", "w"),
        ("X-Two", "1"),
        ("X-Two", "2"),
        ("Connection", "X-Hop"),
        ("X-Hop", "1"),
        ("TE", "trailers"),
        ("Via", "1.1 a"),
        ("X-Forwarded-For", "198.51.100.1"),
        ("Content-Type", "text/csv"),
    ]
    told = api.send("PUT", "/echo/a%20b/%7Ec?x=1&y=%2F+%20&x=2&z", sent, b"a,b").json()
    assert (told["method"], told["target"], told["body"]) == ("PUT", "/echo/a%20b/~c?x=1&y=%2F+%20&x=2&z", "a,b")
    pairs = [(name, value) for name, value in told["headers"] if name != "X-Amzn-Trace-Id"]
    assert pairs == [
        ("Host", f"127.0.0.1:{backend.port}"),
        *[pair for pair in sent if pair[0] not in ("Connection", "X-Hop", "TE", "Via", "X-Forwarded-For")],
        ("X-Forwarded-For", "198.51.100.1, 127.0.0.1"),
        ("X-Forwarded-Port", api.gatelet.endpoint.rpartition(":")[2]),
        ("X-Forwarded-Proto", "http"),
        ("X-Amzn-Apigateway-Api-Id", api.id),
        ("Content-Length", "3"),
    ]
    assert re.match("Root=1-", headers_of(told)["X-Amzn-Trace-Id"])


def test_a_signature_stays_here(api: Api) -> None:
    """6 and 8.3: Authorization is dropped when it carries SigV4."""
    told = api.send("GET", "/echo", [("Authorization", "AWS4-HMAC-SHA256 Credential=x")]).json()
    assert "Authorization" not in headers_of(told)


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("?t=bar", "/echo?t=foobar&t=bar"),
        ("?a=1&m=x%26y&a=2", "/echo?t=foobar&a=1&a=2&m=x%26y&none=x%26y"),
        ("", "/echo?t=foobar"),
        ("?m=", "/echo?t=foobar&m="),
    ],
)
def test_query_parameters(api: Api, query: str, target: str) -> None:
    """9.2, recorded: the URI's first, then the client's and the mapped ones; empty mapped values are left out."""
    told = api.send("GET", f"/mapped/foobar{query}", [("headerVar", "client's")]).json()
    assert told["target"] == target
    assert headers_of(told)["headerVar"] == "foobar"  # mapped in place of the client's


@pytest.mark.parametrize("status", [200, 201, 302, 404, 418, 503])
def test_the_status_passes(api: Api, status: int) -> None:
    """9.2."""
    assert api.send("GET", f"/status/{status}").status == status


def test_response_headers(api: Api) -> None:
    """8.3, recorded: remapped, dropped and passed."""
    answer = api.send("GET", "/headers")
    shown = {value.removeprefix("of "): name for name, value in answer.headers if value.startswith("of ")}
    remapped = {name for name, as_ in shown.items() if as_ == f"x-amzn-Remapped-{name}"}
    assert remapped == {
        *("Authorization", "Content-MD5", "Date", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Server"),
        *("Trailer", "Upgrade", "User-Agent", "WWW-Authenticate", "x-amzn-RequestId"),
    }
    passed = {name for name, as_ in shown.items() if as_ == name}
    assert passed == {
        *("Accept", "Accept-Charset", "Age", "Pragma", "Range", "Referer", "TE", "Warn", "X-Amzn-Trace-Id"),
        *("Access-Control-Allow-Origin", "x-MiXeD"),
    }
    assert answer.header("x-amzn-Remapped-Content-Length") == "2"
    assert len([name for name, _ in answer.headers if name.lower() == "x-amzn-requestid"]) == 1


def test_an_answer_without_a_content_type(api: Api) -> None:
    """7: application/json is the default; 8.1: no trace id unless the backend sent one."""
    answer = api.send("GET", "/untyped")
    assert (answer.body, answer.header("Content-Type")) == (b"plain", "application/json")
    assert answer.header("X-Amzn-Trace-Id") is None


def test_a_compressed_answer_arrives_unfolded(api: Api) -> None:
    """8.3."""
    answer = api.send("GET", "/zipped", [("Accept-Encoding", "gzip")])
    assert (answer.json(), answer.header("Content-Encoding")) == ({"zipped": True}, None)


def test_a_head_request_has_the_backends_headers(api: Api) -> None:
    answer = api.send("HEAD", "/status/200")
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, b"", "application/json")


def test_bytes_are_text_without_binary_media_types(api: Api) -> None:
    """10: invalid bytes become U+FFFD, both ways."""
    answer = api.send("GET", "/png")
    assert answer.body == PNG.decode("utf-8", "replace").encode()
    told = api.send("POST", "/echo", [("Content-Type", "image/png")], b"\xff\x01").json()
    assert told["body"].encode("latin-1") == b"\xef\xbf\xbd\x01"


@pytest.mark.parametrize(
    ("accept", "body"),
    [("image/png", PNG), ("text/html", b"AAEC"), ("text/html,image/png", b"AAEC")],
    ids=["accepted", "text", "second"],
)
def test_binary_media_types(gatelet: Any, backend: Backend, accept: str, body: bytes) -> None:
    """10."""
    api = make_api(gatelet, "binary", {}, [], binaryMediaTypes=["image/png"])
    add(api, "ANY /png", type="HTTP_PROXY", integrationHttpMethod="ANY", uri=f"{backend.url}/png")
    api.deploy()
    answer = api.send("POST", "/png", [("Accept", accept), ("Content-Type", "image/png")], PNG)
    assert answer.body.startswith(body)
    assert backend.requests[-1]["body"].encode("latin-1") == PNG


def test_a_stream_begins_before_the_backend_has_ended(api: Api) -> None:
    """14."""
    GO_ON.clear()
    address = api.gatelet.endpoint.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", f"{api.url()}/STREAM")
    response = connection.getresponse()
    assert (response.status, response.getheader("Transfer-Encoding")) == (200, "chunked")
    assert response.read1(100) == b"first"
    GO_ON.set()
    assert response.read() == b"second"
    connection.close()


def test_a_head_request_to_a_stream_leaves_nothing_behind(api: Api) -> None:
    """14."""
    GO_ON.set()
    answer = api.send("HEAD", "/STREAM")
    assert (answer.status, answer.body, answer.header("Content-Type")) == (200, b"", "text/plain")


def test_without_streaming_the_answer_comes_whole(api: Api) -> None:
    """14: BUFFERED is the default."""
    GO_ON.set()
    answer = api.send("GET", "/BUFFERED")
    assert (answer.body, answer.header("Content-Length")) == (b"firstsecond", "11")


@pytest.mark.parametrize(
    "line",
    [
        b"GET /echo?x=%0d%0aX-Evil:%201 HTTP/1.1",
        b"GET /echo/%0d%0aX-Evil:1%20HTTP/1.1%0d%0a%0d%0aGET%20/other HTTP/1.1",
        b"GET /echo/x%20HTTP/1.1 HTTP/1.1",
        b"GET /echo/\xc3\xa9?\xff HTTP/1.1",
    ],
    ids=["query", "path", "version", "bytes"],
)
def test_no_client_writes_another_request(api: Api, backend: Backend, line: bytes) -> None:
    """What reaches the backend is one request with the headers of one."""
    before = len(backend.requests)
    host, port = api.gatelet.endpoint.removeprefix("http://").split(":")
    verb, path, version = line.split(b" ")
    with socket.create_connection((host, int(port)), 10) as raw:
        raw.sendall(
            b" ".join([verb, api.url().encode() + path, version]) + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 ")
    told = backend.requests[before:]
    assert len(told) <= 1
    assert all("X-Evil" not in headers_of(each) and each["target"].startswith("/echo") for each in told)


@pytest.mark.parametrize("timeout", [49, 900_001])
def test_a_streams_timeout(new_api: Api, backend: Backend, timeout: int) -> None:
    """14: at most 15 minutes."""
    with pytest.raises(new_api.client.exceptions.BadRequestException, match="between 50 ms and 900000 ms"):
        add(
            new_api,
            "GET /x",
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=backend.url,
            responseTransferMode="STREAM",
            timeoutInMillis=timeout,
        )


def test_compression(gatelet: Any, backend: Backend) -> None:
    """12 and 14: what is large enough, for whom asks; a stream never."""
    api = make_api(gatelet, "compressed", {}, [], minimumCompressionSize=3)
    proxy = {"type": "HTTP_PROXY", "integrationHttpMethod": "GET"}
    add(api, "GET /zipped", **proxy, uri=f"{backend.url}/zipped")
    add(api, "GET /untyped", **proxy, uri=f"{backend.url}/untyped")
    add(api, "GET /streamed", **proxy, uri=f"{backend.url}/untyped", responseTransferMode="STREAM")
    add(
        api,
        "GET /mapped",
        type="HTTP",
        integrationHttpMethod="GET",
        uri=f"{backend.url}/untyped",
        responses={"200": {}},
    )
    api.deploy()
    asks = [("Accept-Encoding", "gzip")]
    for path, body in (("/zipped", b'{"zipped": true}'), ("/untyped", b"plain"), ("/mapped", b"plain")):
        answer = api.send("GET", path, asks)
        assert (answer.header("Content-Encoding"), gzip.decompress(answer.body)) == ("gzip", body)
        assert answer.header("Content-Length") == str(len(answer.body))
        assert api.send("GET", path).body == body
    assert api.send("GET", "/streamed", asks).body == b"plain"
