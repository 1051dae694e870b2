"""A long string is set aside before the parse, and nothing else changes."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.wire.client import Sent

from gatelet.aws.errors import AwsError
from gatelet.wire.codec import Codec
from gatelet.wire.protocols.long_strings import LONG_BYTES, LongString, parse

LONG = b"A" * LONG_BYTES


def plain(value: Any) -> Any:
    """With the strings that were set aside."""
    if isinstance(value, LongString):
        return value.text()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def aside(value: Any) -> int:
    if isinstance(value, LongString):
        return 1
    if isinstance(value, dict):
        return sum(map(aside, value.values()))
    return sum(map(aside, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b'{"Code": {"ZipFile": "%b"}, "Role": "r"}' % LONG, 1),
        (b'{"a\\"b": "\\\\", "c": ["x", "%b" \n ]}' % LONG, 1),
        (b'{"a": "%b", "b": "%b"}' % (LONG, LONG), 1),
        (b'{"escaped": "%b\\/", "b": 1}' % LONG, 0),
        (b'{"escaped": "%b\\"", "b": "%b"}' % (LONG, LONG), 1),
        (b'{"%b": "a key"}' % LONG, 0),
        (b'{"a": "%b", "\x7fa long string\x7f": "its mark"}' % LONG, 0),
        (b'{"a": %b"short"}' % (b" " * LONG_BYTES), 0),
        (b"[" + b'"x",' * 300_000 + b'"%b"]' % LONG, 0),
    ],
    ids=["archive", "escapes", "two", "escape", "quote", "key", "mark", "blanks", "many"],
)
def test_the_value_is_that_of_the_parser(body: bytes, count: int) -> None:
    found = parse(body)
    assert aside(found) == count
    assert plain(found) == orjson.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "%b' % LONG,
        b'{"a": "%b"' % LONG,
        b'{"a": "%b", }' % LONG,
        b'{"a": "%b\\"}' % LONG,
        b'{"a": "%b\\' % LONG,
        b'{"a": 1, "%b"}' % LONG,
        b"{" * 2_000 + b'"%b"' % LONG,
    ],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        parse(body)


_TEXT = st.text(alphabet='ab"\\/é\n', max_size=6)
_VALUES = st.recursive(
    _TEXT | st.integers(-5, 5) | st.sampled_from(["A" * LONG_BYTES, "A" * LONG_BYTES + "\\", "é" * LONG_BYTES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(_VALUES, st.booleans())
def test_any_value(value: Any, indented: bool) -> None:
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indented else None)
    assert plain(parse(body)) == value


def _create(zip_file: bytes, description: bytes = b"d") -> Any:
    body = b'{"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Description": "%b",' % description
    body += b'"Code": {"ZipFile": "%b"}}' % zip_file
    request = Sent("POST", "/2015-03-31/functions", "", [("Content-Type", "application/json")], body)
    return Codec().decode("lambda", request).params


def test_an_archive_arrives() -> None:
    data = bytes(range(256)) * 8_192
    assert _create(base64.b64encode(data))["Code"]["ZipFile"] == data


def test_a_long_string_that_is_no_blob_is_judged_as_one() -> None:
    with pytest.raises(AwsError, match="less than or equal to 256"):
        _create(b"AAAA", LONG)


@pytest.mark.parametrize("text", [LONG + b"A", LONG + b"\xff\xff\xff\xff", LONG + b"AA=A"])
def test_what_is_no_base64_is_a_serialization_failure(text: bytes) -> None:
    with pytest.raises(AwsError, match="SerializationException"):
        _create(text)
