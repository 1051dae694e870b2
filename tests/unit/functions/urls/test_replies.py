"""What a URL answers: lambda-execution section 11 ("Response")."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatelet.functions.urls.reply import InvalidReply, url_reply

JSON = ("Content-Type", "application/json")


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (b'"hello"', b"hello"),
        (b"3", b"3"),
        (b"null", b"null"),
        (b'[1, {"a":2}]', b'[1, {"a":2}]'),
        (b'{"message": "no status"}', b'{"message": "no status"}'),
    ],
)
def test_without_a_status_the_answer_is_the_body(payload: bytes, body: bytes) -> None:
    reply = url_reply(payload)
    assert (reply.status, reply.body, reply.headers) == (200, body, [JSON])


def test_a_response() -> None:
    reply = url_reply(
        json.dumps(
            {"statusCode": 201, "headers": {"X-N": 1, "X-None": None}, "cookies": ["a=1", "b=2; Path=/"], "body": "x"}
        ).encode()
    )
    assert (reply.status, reply.body) == (201, b"x")
    assert reply.headers == [("X-N", "1"), JSON, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")]


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({"statusCode": "204"}, 204, b""),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, b"hi"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": False}, 200, b"aGk="),
        ({"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "x"}, 200, b"x"),
    ],
)
def test_statuses_and_bodies(answer: Any, status: int, body: bytes) -> None:
    reply = url_reply(json.dumps(answer).encode())
    assert (reply.status, reply.body) == (status, body)
    assert len([name for name, _ in reply.headers if name.lower() == "content-type"]) == 1


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff",
        b'{"statusCode": "x"}',
        b'{"statusCode": 99}',
        b'{"statusCode": 101}',
        b'{"statusCode": true}',
        b'{"statusCode": 200, "headers": []}',
        b'{"statusCode": 200, "headers": {"a": {}}}',
        b'{"statusCode": 200, "cookies": [1]}',
        b'{"statusCode": 200, "body": {}}',
        b'{"statusCode": 200, "body": "%", "isBase64Encoded": true}',
    ],
)
def test_nonsense(payload: bytes) -> None:
    with pytest.raises(InvalidReply):
        url_reply(payload)
