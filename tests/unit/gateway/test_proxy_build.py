"""The AWS_PROXY event (apigateway-data-plane section 6)."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.events import proxy
from gatelet.gateway.events.head import encode_head, fixed_head
from gatelet.gateway.method import Resource

DOMAIN = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
REQUEST_ID = "c0ffee00-1111-4222-8333-444455556666"

WORKED_EXAMPLE = (
    '{"resource":"/users","path":"/users","httpMethod":"GET",'
    '"headers":{"Accept":"*/*","Host":"a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com","User-Agent":"curl/8.5.0",'
    '"tEsT-HEADeR":"aVaLuE","X-Amzn-Trace-Id":"Root=1-69553a00-0123456789abcdef01234567",'
    '"X-Forwarded-For":"203.0.113.7","X-Forwarded-Port":"443","X-Forwarded-Proto":"https"},'
    '"multiValueHeaders":{"Accept":["*/*"],"Host":["a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"],'
    '"User-Agent":["curl/8.5.0"],"tEsT-HEADeR":["aVaLuE"],'
    '"X-Amzn-Trace-Id":["Root=1-69553a00-0123456789abcdef01234567"],"X-Forwarded-For":["203.0.113.7"],'
    '"X-Forwarded-Port":["443"],"X-Forwarded-Proto":["https"]},'
    '"queryStringParameters":{"userId":"12345"},"multiValueQueryStringParameters":{"userId":["12345"]},'
    '"pathParameters":null,"stageVariables":null,'
    '"requestContext":{"resourceId":"ab12cd","resourcePath":"/users","httpMethod":"GET",'
    '"extendedRequestId":"XyZ12ExampleA=","requestTime":"31/Dec/2025:23:59:59 +0000","path":"/dev/users",'
    '"accountId":"210987654321","protocol":"HTTP/1.1","stage":"dev","domainPrefix":"a1b2c3d4e5",'
    '"requestTimeEpoch":1767225599123,"requestId":"c0ffee00-1111-4222-8333-444455556666",'
    '"identity":{"cognitoIdentityPoolId":null,"accountId":null,"cognitoIdentityId":null,"caller":null,'
    '"sourceIp":"203.0.113.7","principalOrgId":null,"accessKey":null,"cognitoAuthenticationType":null,'
    '"cognitoAuthenticationProvider":null,"userArn":null,"userAgent":"curl/8.5.0","user":null},'
    '"domainName":"a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com","deploymentId":"q1w2e3","apiId":"a1b2c3d4e5"},'
    '"body":null,"isBase64Encoded":false}'
)
"""Section 6, with multiValueHeaders written out."""


def build(
    headers: list[tuple[str, str]] | None = None,
    *,
    query: str = "",
    body: bytes = b"",
    binary: tuple[str, ...] = (),
    variables: dict[str, str] | None = None,
    path_parameters: dict[str, str] | None = None,
    trace: str | None = "Root=1-69553a00-0123456789abcdef01234567",
    deployment_id: str | None = "q1w2e3",
    authorizer: dict[str, Any] | None = None,
    identity: dict[str, Any] | None = None,
) -> dict[str, Any]:
    fixed = fixed_head(
        Resource("ab12cd", "/users"),
        account="210987654321",
        stage="dev",
        deployment_id=deployment_id,
        api_id="a1b2c3d4e5",
        variables=variables or {},
        binary_media_types=binary,
    )
    request = (
        *("GET", "/users", "/dev/users", path_parameters, query, headers or [], trace, "203.0.113.7", "443", "https"),
        *(DOMAIN, "a1b2c3d4e5", "31/Dec/2025:23:59:59 +0000", 1767225599123, REQUEST_ID, "XyZ12ExampleA="),
        *("203.0.113.7", authorizer, identity),
    )
    return proxy.build(json.loads(encode_head(fixed, request)), body)


def test_the_worked_example_byte_for_byte() -> None:
    headers = [("Accept", "*/*"), ("Host", DOMAIN), ("User-Agent", "curl/8.5.0"), ("tEsT-HEADeR", "aVaLuE")]
    event = build(headers, query="userId=12345")
    assert json.dumps(event, separators=(",", ":")) == WORKED_EXAMPLE


def test_what_is_absent_is_null() -> None:
    event = build()
    assert [name for name, value in event.items() if value is None] == [
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "body",
    ]
    assert "authorizer" not in event["requestContext"]
    assert len(event["requestContext"]["identity"]) == 12


def test_a_test_invocation_has_no_added_headers_and_no_deployment() -> None:
    """Section 6, "TestInvoke context"."""
    event = build(trace=None, deployment_id=None, identity={"apiKey": "test-invoke-api-key"})
    assert event["headers"] is None
    assert event["multiValueHeaders"] is None
    assert "deploymentId" not in event["requestContext"]
    assert event["requestContext"]["identity"]["apiKey"] == "test-invoke-api-key"
    assert build([("X-Forwarded-For", "me")], trace=None)["headers"] == {"X-Forwarded-For": "me"}


def test_an_authorizer_s_context_is_passed_on() -> None:
    event = build(authorizer={"principalId": "user|42"})
    assert event["requestContext"]["authorizer"] == {"principalId": "user|42"}


@pytest.mark.parametrize(
    ("query", "single", "multi"),
    [
        ("a=1&a=2", {"a": "2"}, {"a": ["1", "2"]}),  # the last value, and all in order [R]
        ("a=x+y&b=%2B", {"a": "x y", "b": "+"}, {"a": ["x y"], "b": ["+"]}),  # form-decoded [R]
        ("a&b=", {"a": "", "b": ""}, {"a": [""], "b": [""]}),
        ("a=1=2", {"a": "1=2"}, {"a": ["1=2"]}),
        ("a=1;b=2", {"a": "1", "b": "2"}, {"a": ["1"], "b": ["2"]}),  # section 12: ; splits [D]
        ("A=1&a=2", {"A": "1", "a": "2"}, {"A": ["1"], "a": ["2"]}),  # case-sensitive (section 3)
        ("n%61me=v", {"name": "v"}, {"name": ["v"]}),
        ("a=%E6%97%A5", {"a": "日"}, {"a": ["日"]}),
        ("a=%FF", {"a": "�"}, {"a": ["�"]}),
        ("a=\xe6\x97\xa5", {"a": "日"}, {"a": ["日"]}),
        ("a=%zz", {"a": "%zz"}, {"a": ["%zz"]}),
        ("&&", None, None),
        ("", None, None),
    ],
)
def test_query(query: str, single: dict[str, str] | None, multi: dict[str, list[str]] | None) -> None:
    event = build(query=query)
    assert event["queryStringParameters"] == single
    assert event["multiValueQueryStringParameters"] == multi


def own_headers(event: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in event["headers"].items() if name.lower() not in proxy.ADDED}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ([("x-a", "1"), ("x-a", "2")], {"x-a": "2"}),  # the last value [K]
        ([("FOO", "1"), ("foo", "2")], {"FOO": "1", "foo": "2"}),  # case keeps names apart [K]
        ([("authorization", "Bearer x")], {"Authorization": "Bearer x"}),  # [R]
        ([("user-agent", "curl")], {"User-Agent": "curl"}),  # [R]
        ([("host", "h")], {"Host": "h"}),
        ([("Authorization", "AWS4-HMAC-SHA256 Credential=...")], {}),  # SigV4 never arrives [K][D]
        ([("X-Amz-Date", "20251231T235959Z")], {"X-Amz-Date": "20251231T235959Z"}),
        ([("Content-Encoding", "gzip"), ("Via", "1.1 x")], {"Content-Encoding": "gzip", "Via": "1.1 x"}),
        *[
            ([(name, "x")], {})
            for name in (
                *("Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate"),
                *("Server", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "WWW-Authenticate"),
            )
        ],
    ],
)
def test_headers(sent: list[tuple[str, str]], seen: dict[str, str]) -> None:
    assert own_headers(build(sent)) == seen


def test_what_the_gateway_adds_replaces_what_the_client_claims() -> None:
    event = build([("x-forwarded-proto", "gopher"), ("X-AMZN-TRACE-ID", "Root=mine"), ("x-forwarded-PORT", "1")])
    assert own_headers(event) == {}
    assert event["multiValueHeaders"] == {
        "X-Amzn-Trace-Id": ["Root=1-69553a00-0123456789abcdef01234567"],
        "X-Forwarded-For": ["203.0.113.7"],
        "X-Forwarded-Port": ["443"],
        "X-Forwarded-Proto": ["https"],
    }


def test_all_values_of_a_header_in_order() -> None:
    assert build([("x-a", "1"), ("x-b", "3"), ("x-a", "2")])["multiValueHeaders"]["x-a"] == ["1", "2"]


@pytest.mark.parametrize(
    ("binary", "content_type", "base64"),
    [
        ((), "image/png", False),
        (("image/png",), "image/png", True),
        (("image/png",), "image/PNG; q=1", True),
        (("image/*",), "image/jpeg", True),
        (("image/png",), "image/jpeg", False),
        (("*/png",), "image/png", False),  # section 10: left wildcards are unsupported
        (("*/*",), "application/json", True),
        (("*/*",), None, True),
        (("image/png",), None, False),
    ],
)
def test_binary_bodies(binary: tuple[str, ...], content_type: str | None, base64: bool) -> None:
    headers = [("content-type", content_type)] if content_type else []
    event = build(headers, body=b"\x00\xffa", binary=binary)
    assert (event["body"], event["isBase64Encoded"]) == (("AP9h", True) if base64 else ("\x00�a", False))


def test_another_layout_is_refused() -> None:
    with pytest.raises(ValueError, match="layout"):
        proxy.build([[proxy.VERSION + 1], []], b"")


latin = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=20)


@given(
    headers=st.lists(st.tuples(st.one_of(latin, st.sampled_from(["Host", "TE", "content-type"])), latin), max_size=6),
    query=latin,
    body=st.binary(max_size=30),
    binary=st.lists(st.sampled_from(["image/png", "image/*", "*/*", "x"]), max_size=2),
)
def test_every_request_has_an_event(headers: list[tuple[str, str]], query: str, body: bytes, binary: list[str]) -> None:
    event = build(headers, query=query, body=body, binary=tuple(binary))
    assert event["isBase64Encoded"] is bool(body and event["isBase64Encoded"])
    assert (event["body"] is None) == (not body)
    assert orjson.loads(orjson.dumps(event)) == event


def test_the_module_runs_on_a_bare_python_3_9() -> None:
    """Workers load the file by its path: standard library only, the syntax of Python 3.9."""
    tree = ast.parse(Path(proxy.__file__).read_text(), feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or "."] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    assert imported == {"__future__", "base64", "json", "typing", "urllib"}
    assert imported <= sys.stdlib_module_names
