"""What a handler may return (apigateway-data-plane section 7)."""

from __future__ import annotations

import datetime as dt
import json
from collections import OrderedDict
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.events.proxy import reply


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ({}, (200, False, b"", b"")),
        ({"statusCode": 200}, (200, False, b"", b"")),
        ({"headers": {"X-A": "1"}}, (200, False, b"X-A: 1\r\n", b"")),
        ({"statusCode": "201"}, (201, False, b"", b"")),
        ({"statusCode": None, "body": None, "headers": None, "multiValueHeaders": None}, (200, False, b"", b"")),
        ({"statusCode": 204.0}, (204, False, b"", b"")),
        (
            {"headers": {"a": True, "b": False, "c": 7, "d": 1.5}},
            (200, False, b"a: true\r\nb: false\r\nc: 7\r\nd: 1.5\r\n", b""),
        ),
        ({"headers": {"a": None, "b": "x"}}, (200, False, b"b: x\r\n", b"")),
        ({"body": "héllo", "isBase64Encoded": False}, (200, False, b"", "héllo".encode())),
        ({"body": "AP9h", "isBase64Encoded": True}, (200, True, b"", b"AP9h")),
        ({"isBase64Encoded": None}, (200, False, b"", b"")),
        ({"isBase64Encoded": "true"}, (200, True, b"", b"")),
        (
            {"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}},
            (200, False, b"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n", b""),
        ),
        ({"multiValueHeaders": {"X": []}}, (200, False, b"", b"")),
        ({"multiValueHeaders": {"X": [1, True]}}, (200, False, b"X: 1\r\nX: true\r\n", b"")),
        # Multi values first, then the single one, spelled as in the multi map.
        (
            {"headers": {"my-header": "value-solo"}, "multiValueHeaders": {"My-Header": ["value-multi"]}},
            (200, False, b"My-Header: value-multi\r\nMy-Header: value-solo\r\n", b""),
        ),
        # The same pair in both is not doubled [D].
        (
            {"headers": {"X": "1", "Y": "2"}, "multiValueHeaders": {"x": ["1", "3"]}},
            (200, False, b"x: 1\r\nx: 3\r\nY: 2\r\n", b""),
        ),
        ({"headers": {"X": "é"}}, (200, False, b"X: \xe9\r\n", b"")),
        ({"headers": {"X": "日"}}, (200, False, b"X: ?\r\n", b"")),
        ({"body": "\ud800"}, (200, False, b"", b"?")),
        # What JSON would write as a plain value counts as that value.
        ({"statusCode": HTTPStatus.CREATED}, (201, False, b"", b"")),
        (OrderedDict(statusCode=200, body=Text("x")), (200, False, b"", b"x")),
        ({"multiValueHeaders": {"X": ("1", "2")}}, (200, False, b"X: 1\r\nX: 2\r\n", b"")),
        ({"headers": {1: "x"}}, (200, False, b"1: x\r\n", b"")),
    ],
)
def test_accepted(result: Any, answer: tuple[int, bool, bytes, bytes]) -> None:
    assert reply(result) == answer


@pytest.mark.parametrize(
    "result",
    [
        *("text", 5, 1.5, True, None, [], ["x"]),
        {"wrongValue": 1},
        {"statusCode": 200, "cookies": []},
        {"statusCode": "test"},
        {"statusCode": ""},
        {"statusCode": "2e2"},
        {"statusCode": "٢٠٠"},
        {"statusCode": 200.5},
        {"statusCode": True},
        {"statusCode": []},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": -200},
        {"statusCode": float("inf")},
        {"body": {"a": 1}},
        {"body": ["a"]},
        {"body": 5},
        {"headers": []},
        {"headers": "x"},
        {"headers": {"X": ["1"]}},
        {"headers": {"X": {}}},
        {"headers": {"X": float("nan")}},
        {"headers": {"": "x"}},
        {"headers": {"A: b": "x"}},
        {"multiValueHeaders": {"X": "1"}},
        {"multiValueHeaders": []},
        {"multiValueHeaders": "x"},
        {"multiValueHeaders": {"X": [["1"]]}},
        {"isBase64Encoded": "yes"},
        {"isBase64Encoded": 1},
        # No line may be broken into two.
        {"headers": {"X": "a\r\nSet-Cookie: b"}},
        {"headers": {"X": "a\n"}},
        {"headers": {"X": "\r"}},
        {"headers": {"X\r\nY": "a"}},
        {"headers": {"X\n": "a"}},
        {"multiValueHeaders": {"X": ["a\r\nb"]}},
        # What JSON cannot hold.
        {"body": b"bytes"},
        {"statusCode": Decimal(200)},
        {"headers": {"X": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)}},
    ],
)
def test_malformed(result: Any) -> None:
    assert reply(result) is None


def test_what_refers_to_itself_is_malformed() -> None:
    headers: dict[str, Any] = {}
    headers["X"] = headers
    assert reply({"headers": headers}) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]), json_values
    )
)
def test_an_answer_never_breaks_its_frame(result: dict[str, Any]) -> None:
    answer = reply(result)
    if answer is not None:
        status, _, block, _ = answer
        assert 100 <= status <= 599
        assert block == b"" or block.endswith(b"\r\n")
        for line in block.split(b"\r\n")[:-1]:
            assert b":" in line
            assert b"\r" not in line
            assert b"\n" not in line
    assert reply(json.loads(json.dumps(result))) == answer
