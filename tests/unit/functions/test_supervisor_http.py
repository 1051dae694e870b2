"""The HTTP that runtimes speak with their supervisor: any cut of the bytes means the same, and nonsense is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelet.functions.runtimes.python.supervisor.http import HEAD_BYTES, End, Head, HttpFault, Parser

REQUESTS = (
    b"POST /a?b=c HTTP/1.1\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
    b"\r\nPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nMy-Trailer: 1\r\n\r\n"
    b"GET /c HTTP/1.1\r\n\r\nPUT /d HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
)


def read(parts: list[bytes]) -> list[object]:
    """Heads as (method, path), bodies joined, trailers."""
    parser, found = Parser(), list[object]()
    for part in parts:
        parser.feed(part)
        while (piece := parser.next()) is not None:
            if isinstance(piece, bytes) and isinstance(found[-1], bytes):
                found[-1] += piece
            else:
                shown = (piece.method, piece.path) if isinstance(piece, Head) else piece
                found.append(shown.trailers if isinstance(shown, End) else shown)
    return found


@given(st.sets(st.integers(1, len(REQUESTS) - 1), max_size=8))
def test_however_the_bytes_are_cut(cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(REQUESTS)]
    parts = [REQUESTS[start:end] for start, end in pairwise(places)]
    assert read(parts) == [
        *(("POST", "/a"), b"hello", {}),
        *(("POST", "/b"), b"abcde", {"my-trailer": "1"}),
        *(("GET", "/c"), {}),
        *(("PUT", "/d"), {}),
    ]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET /\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 2_000,
        b"x" * (HEAD_BYTES + 1),
    ],
    ids=range(10),
)
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(HttpFault):
        read([nonsense])


@given(st.binary(max_size=200))
def test_nothing_else_comes_out(noise: bytes) -> None:
    try:
        read([noise])
    except HttpFault:
        return
