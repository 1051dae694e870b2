"""Positions (apigateway-control-plane 1.2: opaque, present only if more rows follow)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.errors import AwsError
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position, page

INVALID = AwsError("BadRequestException", "Invalid position parameter")


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


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), st.integers(1, 5))
def test_the_pages_together_are_the_list(rows: set[str], limit: int) -> None:
    seen: list[str] = []
    position = None
    while True:
        shown, position = page(rows, key=str, position=position, limit=limit, invalid=INVALID)
        seen += shown
        if position is None:
            break
        assert len(shown) == limit
    assert seen == sorted(rows)


def test_a_row_that_goes_between_two_pages_moves_no_other() -> None:
    _, position = page("abcd", key=str, position=None, limit=2, invalid=INVALID)
    assert page("acd", key=str, position=position, limit=2, invalid=INVALID) == (["c", "d"], None)


def test_a_wrong_position_is_the_callers_error() -> None:
    with pytest.raises(AwsError, match="Invalid position parameter"):
        page("abc", key=str, position="nonsense", limit=2, invalid=INVALID)


def test_a_page_holds_at_least_one_row() -> None:
    with pytest.raises(ValueError, match="0"):
        page("abc", key=str, position=None, limit=0, invalid=INVALID)
