"""The door: design section 1, with the requests that a hostile web page can make."""

from __future__ import annotations

import pytest

from gatelet.aws import quotas
from gatelet.functions.urls.address import UrlAddress
from gatelet.gateway.invoke_url import InvokeAddress
from gatelet.http.request import Request
from gatelet.server.door import ControlCall, Door, House, Refusal, edge_body_limit


def _request(path: str, *headers: tuple[str, str], method: str = "GET") -> Request:
    return Request.of(method, path, "", list(headers), b"", "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "host", "expected"),
    [
        ("/_aws/execute-api/abc/prod/users", "127.0.0.1:4566", InvokeAddress),
        ("/restapis/abc/prod/_user_request_/users", "localhost:4566", InvokeAddress),
        ("/prod/users", "abc.execute-api.localhost:4566", InvokeAddress),
        ("/_aws/lambda-url/abc/users", "127.0.0.1:4566", UrlAddress),
        ("/2015-03-31/functions", "abc.lambda-url.us-east-1.localhost:4566", UrlAddress),
        ("/2015-03-31/functions", "abc.lambda-url.us-east-1.on.aws", UrlAddress),
        ("/2015-03-31/functions", "abc.lambda-url.us-east-1.on.aws.evil.example", Refusal),
        ("/_aws/lambda-url/abc/users", "rebound.example.org", Refusal),
        ("/restapis/abc/resources", "localhost:4566", ControlCall),
        ("/2015-03-31/functions", "[::1]:4566", ControlCall),
        ("/2015-03-31/functions", "lambda.us-east-1.amazonaws.com", ControlCall),
        ("/health", "127.0.0.1", House),
        ("/2015-03-31/functions", "rebound.example.org", Refusal),
        ("/health", "rebound.example.org:4566", Refusal),
        ("/_aws/execute-api/abc/prod/users", "rebound.example.org", Refusal),
        ("/2015-03-31/functions", "localhost.example.org", Refusal),
        ("/2015-03-31/functions", "iam.amazonaws.com", ControlCall),
        ("/2015-03-31/functions", "bucket.localhost.localstack.cloud:4566", ControlCall),
        ("/prod/users", "abc.execute-api.eu-west-1.amazonaws.com", InvokeAddress),
        ("/prod/users", "abc.execute-api.cn-north-1.amazonaws.com.cn", InvokeAddress),
        ("/2015-03-31/functions", "ec2-203-0-113-1.compute-1.amazonaws.com", Refusal),
        ("/2015-03-31/functions", "evil.us-east-1.elb.amazonaws.com", Refusal),
        ("/2015-03-31/functions", "lambda.us-east-1.amazonaws.com.evil.example", Refusal),
        ("/2015-03-31/functions", "amazonaws.com", Refusal),
        ("/2015-03-31/functions", "127.0.0.1.nip.io:4566", Refusal),
        ("/2015-03-31/functions", "localhost:4566.evil.example", Refusal),
        ("/2015-03-31/functions", "[::1].evil.example", Refusal),
        ("/2015-03-31/functions", "user@localhost", Refusal),
        ("/2015-03-31/functions", "localhost.:4566", Refusal),
        ("/2015-03-31/functions", "evillocalhost", Refusal),
        ("/2015-03-31/functions", "", Refusal),
    ],
)
def test_where_a_request_goes(path: str, host: str, expected: type) -> None:
    assert isinstance(Door().decide(_request(path, ("Host", host))), expected)


def test_an_invoke_url_is_decided_first_whatever_headers_it_carries() -> None:
    request = _request(
        "/_aws/execute-api/abc/prod/users",
        ("Host", "localhost"),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/lambda/aws4_request"),
        ("X-Amz-Target", "Logs_20140328.DescribeLogGroups"),
        ("Origin", "https://site.example"),
    )
    assert isinstance(Door().decide(request), InvokeAddress)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9999", "http://127.0.0.1:4566"])
def test_a_foreign_origin_never_reaches_the_control_plane(origin: str) -> None:
    """A cross-site form post: its Content-Type needs no preflight, its Origin cannot be forged."""
    post = _request(
        "/2015-03-31/functions",
        ("Host", "localhost:4566"),
        ("Origin", origin),
        ("Content-Type", "text/plain"),
        method="POST",
    )
    assert isinstance(Door().decide(post), Refusal)


def test_the_same_origin_may_call() -> None:
    request = _request("/restapis", ("Host", "localhost:4566"), ("Origin", "http://localhost:4566"))
    assert isinstance(Door().decide(request), ControlCall)


def test_configured_names_are_known() -> None:
    assert isinstance(
        Door(["gate.example.org"]).decide(_request("/restapis", ("Host", "Gate.Example.org"))), ControlCall
    )


@pytest.mark.parametrize("path", ["/2015-03-31/functions", "/restapis", "/health", "/", "/_gatelet/code/x"])
def test_the_invoke_port_never_reaches_anything_but_invoke_urls(path: str) -> None:
    door = Door(data_plane_only=True)
    assert isinstance(door.decide(_request(path, ("Host", "localhost"))), Refusal)
    assert isinstance(door.decide(_request("/prod/x", ("Host", "abc.execute-api.localhost"))), InvokeAddress)
    assert isinstance(door.decide(_request("/_aws/lambda-url/abc/", ("Host", "api.example.org"))), UrlAddress)


@pytest.mark.parametrize(
    "fetch",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
def test_what_a_page_loads_never_reaches_the_control_plane(fetch: dict[str, str]) -> None:
    """An image, a script, a frame or a link: no Origin is sent, and a presigned URL needs no header."""
    image = _request("/", ("Host", "localhost:4566"), *fetch.items())
    assert isinstance(Door().decide(image), Refusal)
    site = _request("/_aws/execute-api/abc/prod/", ("Host", "localhost:4566"), *fetch.items())
    assert isinstance(Door().decide(site), InvokeAddress)
    health = _request("/health", ("Host", "localhost:4566"), *fetch.items())
    assert isinstance(Door().decide(health), House)


def test_a_script_of_our_own_origin_may_call() -> None:
    fetch = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    request = _request("/restapis", ("Host", "localhost:4566"), *fetch.items())
    assert isinstance(Door().decide(request), ControlCall)


@pytest.mark.parametrize(
    ("host", "path", "limit"),
    [
        ("localhost:4566", "/2015-03-31/functions", quotas.CREATE_FUNCTION_REQUEST_BYTES),
        ("localhost:4566", "/restapis", quotas.GATEWAY_BODY_BYTES),
        ("abcdef1234.execute-api.localhost:4566", "/2015-03-31/functions", quotas.GATEWAY_BODY_BYTES),
        ("abc.lambda-url.us-east-1.on.aws", "/2015-03-31/functions", quotas.GATEWAY_BODY_BYTES),
    ],
)
def test_only_lambda_takes_bodies_over_the_gateways_limit(host: str, path: str, limit: int) -> None:
    """data plane section 13: 10 MB; a code archive may be larger."""
    assert edge_body_limit("POST", path, [("Host", host)]) == limit
