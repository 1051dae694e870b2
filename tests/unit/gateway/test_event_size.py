"""How large a body is in its event (apigateway-data-plane section 13)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.gateway.events import proxy
from gatelet.gateway.events.size import WORST_CASE, body_size


@pytest.mark.parametrize(
    ("body", "binary", "content_type", "size"),
    [
        (b"abc", (), None, 5),
        (b'"', (), None, 4),
        (b"\x00", (), None, 8),
        (b"\xff", (), None, 5),  # U+FFFD
        (b"\xff\xff\xff", ("image/png",), "image/png", 6),
        (b"\xff", ("*/*",), None, 6),
        (b"abcd", ("image/png",), "text/plain", 6),
    ],
)
def test_sizes(body: bytes, binary: tuple[str, ...], content_type: str | None, size: int) -> None:
    assert body_size(body, binary, content_type) == size


@given(st.binary(min_size=1), st.sampled_from([(), ("*/*",)]))
def test_the_size_is_that_of_the_event_s_member(body: bytes, binary: tuple[str, ...]) -> None:
    text, _ = proxy._body(body, list(binary) or None, {})
    size = len(json.dumps(text, ensure_ascii=False).encode())
    assert body_size(body, binary, None) == size
    assert body_size(body, binary, None) - 2 <= WORST_CASE * len(body)
