"""What a function gets of a request (apigateway-data-plane section 6)."""

from __future__ import annotations

import base64
import gzip
import re
import time
import zlib
from typing import Any

import pytest
from tests.conformance.gateway.world import Api, make_api, uri

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRACE = re.compile(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}")


def test_the_whole_event_of_a_plain_get(api: Api) -> None:
    """Every key, in AWS's order; what is absent is null, never missing or empty."""
    event = api.event("GET", "/echo", [("User-Agent", "walker/1"), ("Accept", "*/*")])
    context = event.pop("requestContext")
    for added in ("function", "invokedArn"):
        event.pop(added)
    host = api.gatelet.endpoint.removeprefix("http://")
    port = host.rpartition(":")[2]
    trace = event["headers"]["X-Amzn-Trace-Id"]
    assert TRACE.fullmatch(trace)
    headers = {
        "Host": host,
        "User-Agent": "walker/1",
        "Accept": "*/*",
        "X-Amzn-Trace-Id": trace,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": port,
        "X-Forwarded-Proto": "http",
    }
    assert list(event.items()) == [
        ("resource", "/echo"),
        ("path", "/echo"),
        ("httpMethod", "GET"),
        ("headers", headers),
        ("multiValueHeaders", {name: [value] for name, value in headers.items()}),
        ("queryStringParameters", None),
        ("multiValueQueryStringParameters", None),
        ("pathParameters", None),
        ("stageVariables", {"table": "users-prod", "limit": "10"}),
        ("body", None),
        ("isBase64Encoded", False),
    ]
    assert list(context) == [
        "resourceId", "resourcePath", "httpMethod", "extendedRequestId", "requestTime", "path", "accountId",
        "protocol", "stage", "domainPrefix", "requestTimeEpoch", "requestId", "identity", "domainName",
        "deploymentId", "apiId",
    ]  # fmt: skip
    assert list(context["identity"].items()) == [
        ("cognitoIdentityPoolId", None),
        ("accountId", None),
        ("cognitoIdentityId", None),
        ("caller", None),
        ("sourceIp", "127.0.0.1"),
        ("principalOrgId", None),
        ("accessKey", None),
        ("cognitoAuthenticationType", None),
        ("cognitoAuthenticationProvider", None),
        ("userArn", None),
        ("userAgent", "walker/1"),
        ("user", None),
    ]


def test_the_request_context(api: Api) -> None:
    before = time.time()
    answer = api.send("GET", "/echo")
    context = answer.json()["requestContext"]
    assert context["resourceId"] == api.resources["/echo"]
    assert (context["accountId"], context["apiId"], context["stage"]) == (api.account, api.id, "prod")
    assert (context["protocol"], context["httpMethod"]) == ("HTTP/1.1", "GET")
    assert UUID.fullmatch(context["requestId"])
    assert context["requestId"] == answer.header("x-amzn-RequestId")
    assert context["extendedRequestId"] == answer.header("x-amz-apigw-id")
    assert re.fullmatch(r"[A-Za-z0-9+/_-]{15}=", context["extendedRequestId"])
    assert before - 1 <= context["requestTimeEpoch"] / 1000 <= time.time() + 1
    assert type(context["requestTimeEpoch"]) is int
    shown = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(context["requestTimeEpoch"] // 1000))
    assert context["requestTime"] == shown
    stage = api.client.get_stage(restApiId=api.id, stageName="prod")
    assert context["deploymentId"] == stage["deploymentId"]


@pytest.mark.parametrize(
    ("query", "single", "multi"),
    [
        ("userId=12345", {"userId": "12345"}, {"userId": ["12345"]}),
        ("a=1&b=2&a=3", {"a": "3", "b": "2"}, {"a": ["1", "3"], "b": ["2"]}),  # the last value
        ("a=x+y&b=x%2By&c=%E2%82%AC", {"a": "x y", "b": "x+y", "c": "€"}, {"a": ["x y"], "b": ["x+y"], "c": ["€"]}),
        ("a=&b", {"a": "", "b": ""}, {"a": [""], "b": [""]}),
        ("a=1;b=2", {"a": "1", "b": "2"}, {"a": ["1"], "b": ["2"]}),  # section 12
        ("A=1&a=2", {"A": "1", "a": "2"}, {"A": ["1"], "a": ["2"]}),
        ("a=1=2", {"a": "1=2"}, {"a": ["1=2"]}),
        ("a=%zz&b=%FF", {"a": "%zz", "b": "\ufffd"}, {"a": ["%zz"], "b": ["\ufffd"]}),
        ("", None, None),
    ],
)
def test_query_parameters(api: Api, query: str, single: Any, multi: Any) -> None:
    event = api.event("GET", f"/echo?{query}")
    assert (event["queryStringParameters"], event["multiValueQueryStringParameters"]) == (single, multi)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ([("tEsT-HEADeR", "aVaLuE")], {"tEsT-HEADeR": ["aVaLuE"]}),  # the client's own casing
        ([("x", "1"), ("x", "2")], {"x": ["1", "2"]}),
        ([("FOO", "1"), ("foo", "2")], {"FOO": ["1"], "foo": ["2"]}),
        ([("authorization", "Bearer t")], {"Authorization": ["Bearer t"]}),
        ([("user-agent", "me")], {"User-Agent": ["me"]}),
        ([("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c")], {}),
        ([("X-Latin", "caf\xe9")], {"X-Latin": ["caf\xe9"]}),
        *(
            ([(name, "v")], {name: ["v"]})
            for name in ("Via", "Age", "Range", "Date", "X-Amz-Date", "X-Amz-Security-Token", "Cookie", "Origin")
        ),
        *(
            ([(name, value)], {})
            for name, value in (
                ("Connection", "keep-alive"),
                ("Content-MD5", "v"),
                ("Expect", "100-continue"),
                ("Max-Forwards", "3"),
                ("Proxy-Authenticate", "v"),
                ("Server", "v"),
                ("TE", "trailers"),
                ("Trailer", "v"),
                ("Upgrade", "v"),
                ("WWW-Authenticate", "v"),
            )
        ),
    ],
)
def test_headers(api: Api, sent: list[tuple[str, str]], seen: dict[str, list[str]]) -> None:
    event = api.event("GET", "/echo", sent)
    added = {"host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}
    assert {name: values for name, values in event["multiValueHeaders"].items() if name.lower() not in added} == seen
    for name, values in seen.items():
        assert event["headers"][name] == values[-1]


def test_framing_headers_never_arrive(api: Api) -> None:
    event = api.event("POST", "/echo", [("Content-Type", "text/plain")], b"x")
    assert "Content-Length" not in event["headers"]
    chunked = api.event("POST", "/echo", [("Transfer-Encoding", "chunked")], b"3\r\nabc\r\n0\r\n\r\n")
    assert "Transfer-Encoding" not in chunked["headers"]
    assert chunked["body"] == "abc"


def test_the_peer_is_appended_to_what_the_client_claims(api: Api) -> None:
    event = api.event("GET", "/echo", [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https")])
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
    assert event["headers"]["X-Forwarded-Proto"] == "http"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_a_trace_id_is_forwarded(api: Api) -> None:
    """Section 8.1."""
    trace = "Root=1-69553a00-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1"
    answer = api.send("GET", "/echo", [("X-Amzn-Trace-Id", trace)])
    assert answer.json()["headers"]["X-Amzn-Trace-Id"] == trace
    assert answer.header("X-Amzn-Trace-Id") == trace


def test_path_parameters(api: Api) -> None:
    event = api.event("GET", "/echo/a%20b/c//d%2Fe/")
    assert event["pathParameters"] == {"id": "a%20b", "rest": "c//d%2Fe"}
    assert event["resource"] == event["requestContext"]["resourcePath"] == "/echo/{id}/{rest+}"


# Bodies

BODIES = [
    b'{"a": 1}',
    b" leading and trailing \r\n",
    "naïve €uro \N{PILE OF POO}".encode(),
    b'quotes " \\ and \x00\x01\x1f controls',
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "image/png", None])
def test_a_body_is_text_exactly_as_sent(api: Api, body: bytes, content_type: str | None) -> None:
    headers = [("Content-Type", content_type)] if content_type else []
    event = api.event("POST", "/echo", headers, body)
    assert (event["body"], event["isBase64Encoded"]) == (body.decode(), False)


def test_bytes_that_are_not_utf_8_are_replaced(api: Api) -> None:
    event = api.event("POST", "/echo", [], b"a\xff\xfeb\xc3")
    assert (event["body"], event["isBase64Encoded"]) == ("a\ufffd\ufffdb\ufffd", False)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)])
def test_a_packed_body_is_unpacked(api: Api, coding: str, pack: Any) -> None:
    """Section 12."""
    event = api.event("POST", "/echo", [("Content-Encoding", coding)], pack("naïve".encode() * 1_000))
    assert (event["body"], event["isBase64Encoded"]) == ("naïve" * 1_000, False)


def test_an_empty_body_is_null(api: Api) -> None:
    event = api.event("POST", "/echo", [("Content-Length", "0")], b"")
    assert (event["body"], event["isBase64Encoded"]) == (None, False)


@pytest.fixture(scope="module")
def binary(gatelet: Any, echo: str) -> dict[str, Api]:
    """An API for each kind of entry among binaryMediaTypes."""
    made = {}
    for name, types in {"exact": ["image/png"], "type": ["image/*", "*/csv"], "all": ["*/*"]}.items():
        made[name] = make_api(
            gatelet, f"binary-{name}", {"ANY /echo": uri(echo)}, ["gateway-echo"], binaryMediaTypes=types
        )
        made[name].deploy()
    return made


@pytest.mark.parametrize(
    ("entry", "content_type", "encoded"),
    [
        ("exact", "image/png", True),
        ("exact", "IMAGE/PNG", True),
        ("exact", "image/png; q=1", True),
        ("exact", "image/jpeg", False),
        ("exact", "application/json", False),
        ("exact", None, False),
        ("type", "image/jpeg", True),
        ("type", "text/csv", False),
        ("type", None, False),
        ("all", "application/json", True),
        ("all", "image/png", True),
        ("all", None, True),
    ],
)
def test_binary_media_types(binary: dict[str, Api], entry: str, content_type: str | None, encoded: bool) -> None:
    headers = [("content-type", content_type)] if content_type else []
    event = binary[entry].event("POST", "/echo", headers, b"\x00\xffabc")
    expected = base64.b64encode(b"\x00\xffabc").decode() if encoded else "\x00\ufffdabc"
    assert (event["body"], event["isBase64Encoded"]) == (expected, encoded)


def test_no_body_is_null_with_binary_types_too(binary: dict[str, Api]) -> None:
    event = binary["all"].event("GET", "/echo")
    assert (event["body"], event["isBase64Encoded"]) == (None, False)
