"""Which responses are compressed (apigateway-data-plane section 12)."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.world import World, call, header

from gatelet.gateway.compression import choose_coding


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None),
        ("", None),
        ("*", None),
        ("*;q=1", None),
        ("identity", None),
        ("br", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("deflate", "deflate"),
        ("gzip, deflate, br", "gzip"),
        ("deflate, gzip", "deflate"),
        ("br, gzip", "gzip"),
        ("gzip;q=0.5, deflate;q=0.8", "deflate"),
        ("br;q=1.0, gzip;q=0.8", None),  # the coding of the highest priority must be one of the two
        ("gzip;q=0", None),
        ("gzip;q=nonsense", None),
        ("gzip;q=2", None),
        (";;,,", None),
    ],
)
def test_the_coding(accept: str | None, coding: str | None) -> None:
    assert choose_coding(accept) == coding


@given(st.text(max_size=40))
def test_any_header_has_an_answer(accept: str) -> None:
    assert choose_coding(accept) in {None, "gzip", "deflate"}


def _served(body: str, accept: str, least: int | None = 100, **reply: object) -> tuple[bytes, str | None]:
    world = World(handler=lambda event: {"statusCode": 200, "body": body, **reply}, minimumCompressionSize=least)
    response = call(world, headers=[("Accept-Encoding", accept)])
    assert isinstance(response.body, bytes)
    return response.body, header(response, "Content-Encoding")


@pytest.mark.parametrize("size", [100, 100_000], ids=["on the loop", "in a thread"])
def test_large_enough_bodies_are_compressed(size: int) -> None:
    body, coding = _served("x" * size, "gzip")
    assert (gzip.decompress(body), coding) == (b"x" * size, "gzip")
    body, coding = _served("x" * size, "deflate")
    assert (zlib.decompress(body), coding) == (b"x" * size, "deflate")


@pytest.mark.parametrize(
    ("size", "accept", "least", "reply"),
    [
        (99, "gzip", 100, {}),
        (100, "br", 100, {}),
        (100, "gzip", None, {}),
        (0, "gzip", 0, {}),
        (100, "gzip", 100, {"headers": {"content-encoding": "br"}}),
        (100, "gzip", 100, {"statusCode": 304}),
    ],
    ids=["small", "other coding", "not set", "empty", "encoded", "not modified"],
)
def test_others_are_not(size: int, accept: str, least: int | None, reply: dict[str, object]) -> None:
    body, coding = _served("x" * size, accept, least, **reply)
    assert body == b"x" * size
    assert coding != "gzip"


def test_a_threshold_of_zero_is_every_body() -> None:
    assert _served("x", "gzip", 0)[1] == "gzip"
