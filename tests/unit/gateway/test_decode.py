"""Compressed request bodies (apigateway-data-plane section 12)."""

from __future__ import annotations

import gzip
import zlib

import pytest
from tests.unit.gateway.world import World, call, header, method


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"hello")),
        ("GZIP", gzip.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
        ("identity", b"hello"),
    ],
    ids=["gzip", "upper-case", "deflate", "raw-deflate", "identity"],
)
def test_request_bodies_are_decompressed(coding: str, body: bytes) -> None:
    """Section 12."""
    world = World({"/users": {"POST": method()}})
    assert call(world, "POST", headers=[("Content-Encoding", coding)], body=body).status == 200
    assert world.invoker.events[0]["body"] == "hello"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(b"hello")[:-4]),
        ("gzip", gzip.compress(b"a") + b"rest"),
        ("deflate", b"\xff\xff"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x"))),
    ],
    ids=["unknown", "not-gzip", "cut", "longer", "not-deflate", "twice"],
)
def test_what_cannot_be_decompressed_is_unsupported(coding: str, body: bytes) -> None:
    """Sections 4 and 12: 415."""
    world = World({"/users": {"POST": method()}})
    response = call(world, "POST", headers=[("Content-Encoding", coding)], body=body)
    assert (response.status, response.body) == (415, b'{"message":"Unsupported Media Type"}')
    assert header(response, "x-amzn-ErrorType") == "BadRequestException"
    assert world.invoker.calls == []


def test_a_compression_bomb_is_too_long() -> None:
    world = World({"/users": {"POST": method()}})
    bomb = gzip.compress(bytes(64 * 1024 * 1024), compresslevel=1)
    response = call(world, "POST", headers=[("Content-Encoding", "gzip")], body=bomb)
    assert response.status == 413
