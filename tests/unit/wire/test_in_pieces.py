"""A long text means the same whether it is parsed at once or in pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelet.wire.protocols import in_pieces
from gatelet.wire.protocols.in_pieces import LONG_BYTES, parse

PAD = b" " * LONG_BYTES


def outcome(read: Callable[[bytes], Any], body: bytes) -> tuple[str, Any]:
    """The value, or what is wrong."""
    try:
        return "value", read(body)
    except orjson.JSONDecodeError as error:
        return "error", str(error)


_TEXT = st.text(alphabet='ab"\\/é\n\u2028', max_size=5)
_VALUES = st.recursive(
    _TEXT | st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(_VALUES, st.booleans())
def test_any_value(value: Any, indented: bool) -> None:
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indented else None) + PAD
    assert parse(body) == orjson.loads(body)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]:,"\\1-.eNatrulfs \n', max_size=30))
def test_what_is_json_and_what_is_not(text: str) -> None:
    body = text.encode() + PAD
    assert outcome(parse, body) == outcome(orjson.loads, body)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": [[[NaN]]]}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "\xff"}',
        b'{"a": "\n"}',
        b'{"a": 1} {}',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a": 1' + b"0" * 5_000 + b"}",
        b'{"a": {"b": [' + b"1," * 5_000 + b"1]}}",
        b'{"a": 1, "a": {"b": 2}, "a": [3]}',
        b"\xef\xbb\xbf{}",
        b"",
    ],
)
def test_where_the_two_parsers_differ_the_strict_one_decides(text: bytes) -> None:
    body = text + PAD
    assert outcome(parse, body) == outcome(orjson.loads, body)


def test_no_piece_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the event loop may wait for is one item, whatever the batch."""
    item = {"PutRequest": {"Item": {"k": {"S": "x" * 50_000}}}}
    batch = {"RequestItems": {"t": [item] * 25}, "ReturnConsumedCapacity": "NONE"}
    lengths: list[int] = []

    class Counted:
        JSONDecodeError = orjson.JSONDecodeError

        @staticmethod
        def loads(text: Any) -> Any:
            lengths.append(len(text))
            return orjson.loads(text)

    monkeypatch.setattr(in_pieces, "orjson", Counted)
    assert parse(orjson.dumps(batch)) == batch
    assert max(lengths) < 51_000
