"""Undoes a Content-Encoding, with a bound against bombs: of a client's request, and of an endpoint's answer.

Reference: apigateway-data-plane sections 1 (step 4), 8.3 and 12.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from gatelet.aws.quotas import GATEWAY_BODY_BYTES
from gatelet.gateway.errors import RequestTooLarge, UnsupportedMediaType
from gatelet.gateway.trace import Trace

# zlib's wbits: 31 is gzip, 15 deflate in its zlib wrapper, -15 deflate without it (which clients send, too).
WINDOWS: Final = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
_REQUEST_CODINGS: Final = ("gzip", "deflate")


class NotInflatable(Exception):
    """The bytes are not what their coding says."""


class TooMuch(Exception):
    """They unfold to more than the limit."""


async def decode(trace: Trace) -> bytes:
    """The request's body as the client meant it. Raises UnsupportedMediaType, RequestTooLarge."""
    body = trace.request.body
    coding = trace.request.values.get("content-encoding", "").strip().lower()
    if not body or coding in ("", "identity"):
        return body
    if coding not in _REQUEST_CODINGS:
        raise UnsupportedMediaType
    try:
        return await unfold(body, coding)
    except NotInflatable:
        raise UnsupportedMediaType from None
    except TooMuch:
        raise RequestTooLarge from None


async def unfold(body: bytes, coding: str) -> bytes:
    """The body without its coding (one of WINDOWS), to at most 10 MB. Raises NotInflatable, TooMuch."""
    # A few bytes can unfold to megabytes: not on the event loop.
    return await asyncio.to_thread(decompress, body, WINDOWS[coding], GATEWAY_BODY_BYTES)


def decompress(body: bytes, windows: tuple[int, ...], limit: int) -> bytes:
    """The body, unfolded to at most ``limit`` bytes. Raises NotInflatable, TooMuch."""
    for window in windows:
        try:
            return _inflate(body, window, limit)
        except zlib.error:
            continue
    raise NotInflatable


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    stream = zlib.decompressobj(window)
    out = stream.decompress(body, limit + 1)
    if len(out) > limit:
        raise TooMuch
    if not stream.eof or stream.unused_data:
        raise zlib.error("the stream ends too early, or something follows it")
    return out
