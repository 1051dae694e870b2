"""Decompresses request bodies by their Content-Encoding, with a bound against bombs.

Reference: apigateway-data-plane sections 1 (step 4) and 12.
"""

from __future__ import annotations

import asyncio
import zlib

from gatelet.aws.quotas import GATEWAY_BODY_BYTES
from gatelet.gateway.errors import RequestTooLarge, UnsupportedMediaType
from gatelet.gateway.trace import Trace

# zlib's wbits: 31 is gzip, 15 deflate in its zlib wrapper, -15 deflate without it (which clients send, too).
_WINDOWS = {"gzip": (31,), "deflate": (15, -15)}


async def decode(trace: Trace) -> bytes:
    """The request's body as the client meant it. Raises UnsupportedMediaType, RequestTooLarge."""
    body = trace.request.body
    coding = trace.seen.get("content-encoding", "").strip().lower()
    if not body or coding in ("", "identity"):
        return body
    if coding not in _WINDOWS:
        raise UnsupportedMediaType
    # A few bytes can unfold to megabytes: not on the event loop.
    return await asyncio.to_thread(decompress, body, _WINDOWS[coding], GATEWAY_BODY_BYTES)


def decompress(body: bytes, windows: tuple[int, ...], limit: int) -> bytes:
    """The body, unfolded to at most ``limit`` bytes. Raises UnsupportedMediaType, RequestTooLarge."""
    for window in windows:
        try:
            return _inflate(body, window, limit)
        except zlib.error:
            continue
    raise UnsupportedMediaType


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    stream = zlib.decompressobj(window)
    out = stream.decompress(body, limit + 1)
    if len(out) > limit:
        raise RequestTooLarge
    if not stream.eof or stream.unused_data:
        raise zlib.error("the stream ends too early, or something follows it")
    return out
