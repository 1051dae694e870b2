"""Page tokens (platform-neighbours section 1, GetLogEvents)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.aws.errors import AwsError
from gatelet.logs import tokens
from gatelet.storage.ports import LogPosition

POSITIONS = st.builds(LogPosition, st.integers(0, 10**16 - 1), st.integers(0, 2**63))


@given(POSITIONS)
def test_tokens_have_56_digits_and_lead_back(position: LogPosition) -> None:
    assert re.fullmatch(r"f/\d{56}", tokens.forward_token(position))
    assert re.fullmatch(r"b/\d{56}", tokens.backward_token(position))
    assert tokens.parse_token(tokens.forward_token(position)) == (True, position)
    assert tokens.parse_token(tokens.backward_token(position)) == (False, position)


@given(POSITIONS, POSITIONS)
def test_event_ids_differ_and_sort_as_events_do(one: LogPosition, other: LogPosition) -> None:
    assert (tokens.event_id(one) < tokens.event_id(other)) is (one < other)


@pytest.mark.parametrize(
    "token", ["", "f/", "x/" + "1" * 56, "f/" + "1" * 55, "f/" + "1" * 57, "f/" + "\u0661" * 56, "f/" + "1" * 56 + "\n"]
)
def test_a_bad_token_is_refused_in_awss_words(token: str) -> None:
    with pytest.raises(AwsError, match=r"The specified nextToken is invalid\.") as refusal:
        tokens.parse_token(token)
    assert refusal.value.code == "InvalidParameterException"


@given(st.text())
def test_opaque_tokens_lead_back(text: str) -> None:
    assert tokens.parse_opaque(tokens.opaque_token(text)) == text


@pytest.mark.parametrize("token", ["*", "a", "é", "/w==", "_w=="])
def test_a_bad_opaque_token_is_refused(token: str) -> None:
    with pytest.raises(AwsError, match=r"The specified nextToken is invalid\."):
        tokens.parse_opaque(token)
