"""Payload format 2.0: lambda-execution section 11."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatelet.functions.urls.event import UrlRequest, url_event


def event(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "method": "GET", "path": "/", "query": "", "headers": [("Host", "h")], "body": b"", "url_id": "abc",
        "domain": "abc.lambda-url.us-east-1.on.aws", "source_ip": "192.0.2.1", "forwarded_for": "192.0.2.1",
        "forwarded_port": "443", "forwarded_proto": "https", "trace_id": "Root=1-x", "request_id": "id",
        "moment": 1_584_039_838.5, **changes,
    }  # fmt: skip
    return url_event(UrlRequest(**given))


def test_the_whole_event_in_aws_s_order() -> None:
    shown = event(
        method="POST",
        path="/pa2%2Fth/1",
        query="a=1&a=2&b=x%20y",
        headers=[("Host", "h"), ("X-Two", "1"), ("x-two", "2"), ("Cookie", "c=1; d=2"), ("User-Agent", "curl"),
            ("Content-Type", "text/plain"), ("Connection", "close"), ("X-Forwarded-For", "evil")],
        body=b"hello",
    )  # fmt: skip
    assert json.dumps(shown) == json.dumps(
        {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/pa2%2Fth/1",
            "rawQueryString": "a=1&a=2&b=x%20y",
            "cookies": ["c=1", "d=2"],
            "headers": {
                "host": "h",
                "x-two": "1,2",
                "user-agent": "curl",
                "content-type": "text/plain",
                "x-amzn-trace-id": "Root=1-x",
                "x-forwarded-for": "192.0.2.1",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
            },
            "queryStringParameters": {"a": "1,2", "b": "x y"},
            "requestContext": {
                "accountId": "anonymous",
                "apiId": "abc",
                "domainName": "abc.lambda-url.us-east-1.on.aws",
                "domainPrefix": "abc",
                "http": {
                    "method": "POST",
                    "path": "/pa2%2Fth/1",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "curl",
                },
                "requestId": "id",
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1584039838500,
            },
            "body": "hello",
            "isBase64Encoded": False,
        }
    )


def test_what_a_request_has_not_is_not_there() -> None:
    assert not event().keys() & {"body", "cookies", "queryStringParameters"}
    assert event()["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("content_type", "body", "base64"),
    [
        ("application/json; charset=utf-8", "{}", False),
        ("TEXT/html", "{}", False),
        ("application/xml", "{}", False),
        ("application/javascript", "{}", False),
        ("application/x-www-form-urlencoded", "e30=", True),
        ("multipart/form-data; boundary=x", "e30=", True),
        ("image/png", "e30=", True),
        (None, "e30=", True),
    ],
)
def test_text_is_raw_and_everything_else_base64(content_type: str | None, body: str, base64: bool) -> None:
    headers = [("Content-Type", content_type)] if content_type else []
    shown = event(headers=headers, body=b"{}")
    assert (shown["body"], shown["isBase64Encoded"]) == (body, base64)
