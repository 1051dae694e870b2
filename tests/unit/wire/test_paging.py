"""Positions (apigateway-control-plane 1.2: opaque, present only if more rows follow)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.wire.paging import InvalidPosition, decode_position, encode_position


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_position_gives_its_key_back(key: str) -> None:
    token = encode_position(key)
    assert decode_position(token) == key
    assert token.isascii()


@given(st.text(max_size=40))
def test_what_is_no_position_is_refused(token: str) -> None:
    with pytest.raises(InvalidPosition):
        decode_position(token)


def test_a_changed_position_is_refused() -> None:
    token = encode_position("abc123")
    for i, letter in enumerate(token):
        with pytest.raises(InvalidPosition):
            decode_position(token[:i] + ("A" if letter != "A" else "B") + token[i + 1 :])
