"""Compressed requests: SDKs compress large bodies of operations that allow it (PutMetricData), with gzip alone.

Reference: botocore's ``requestcompression`` trait; AWS SDKs Reference Guide, "Request compression".
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from gatelet.aws.quotas import GATEWAY_BODY_BYTES
from gatelet.wire.errors import SerializationFailure
from gatelet.wire.message import WireRequest

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Decompressed:
    """A request with the body that was meant."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    values: Mapping[str, str]
    body: bytes


def decompress(request: WireRequest) -> WireRequest:
    """The request without its gzip. Raises SerializationFailure: it is none, or larger than any body may be."""
    inflater = zlib.decompressobj(_GZIP)
    try:
        body = inflater.decompress(request.body, GATEWAY_BODY_BYTES)
    except zlib.error as error:
        raise SerializationFailure(f"The body cannot be decompressed: {error}") from error
    if not inflater.eof:
        raise SerializationFailure(f"The body is cut off, or larger than {GATEWAY_BODY_BYTES} bytes")
    return Decompressed(request.method, request.path, request.query, request.headers, request.values, body)
