"""Compresses responses as the API's owner and the client want it: the last thing that happens to one.

Reference: apigateway-data-plane section 12.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from typing import Final

from gatelet.gateway.trace import Trace
from gatelet.http.response import Response

_WINDOWS: Final[Mapping[str, int]] = {"gzip": 31, "deflate": 15}
"""zlib's wbits."""
_LEVEL: Final = 6
_AT_ONCE: Final = 32_768
"""Bytes that are compressed on the event loop, in about a millisecond; more of them in a thread."""
_BODILESS: Final = frozenset((204, 304))


async def compress(response: Response, trace: Trace) -> Response:
    """The response, compressed if it is to be: its body is large enough and not encoded yet, the client asks for it.

    A streamed one never is (section 14).
    """
    snapshot, body = trace.snapshot, response.body
    least = None if snapshot is None else snapshot.minimum_compression_size
    if least is None or not isinstance(body, bytes) or not body or len(body) < least or response.status in _BODILESS:
        return response
    coding = choose_coding(trace.request.header("accept-encoding"))
    if coding is None or _encoded(response):
        return response
    window = _WINDOWS[coding]
    if len(body) > _AT_ONCE:
        response.body = await asyncio.to_thread(zlib.compress, body, _LEVEL, window)
    else:
        response.body = zlib.compress(body, _LEVEL, window)
    response.raw_headers += b"Content-Encoding: %b\r\n" % coding.encode("ascii")
    return response


def choose_coding(accept: str | None) -> str | None:
    """The coding that Accept-Encoding puts first, if it is gzip or deflate; ``*`` names neither."""
    best, chosen = 0.0, None
    for part in (accept or "").lower().split(","):
        coding, _, parameters = part.partition(";")
        coding, weight = coding.strip(), _weight(parameters)
        if coding and (weight > best or (weight == best and chosen is None and best > 0)):
            best, chosen = weight, coding if coding in _WINDOWS else None
    return chosen


def _weight(parameters: str) -> float:
    """``q=0.5``; 1 where there is none, 0 for what is no weight (RFC 9110 section 12.4.2)."""
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if name.strip() == "q" and 0 <= weight <= 1 else 0.0


def _encoded(response: Response) -> bool:
    raw = b"\r\n" + response.raw_headers.lower()
    return b"\r\ncontent-encoding:" in raw or any(name.lower() == "content-encoding" for name, _ in response.headers)
