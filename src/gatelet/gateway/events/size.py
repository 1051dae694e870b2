"""How large a request's body is in its event: Lambda limits the event's JSON text, not the body.

Reference: apigateway-data-plane section 13, lambda-execution section 1.
"""

from __future__ import annotations

import orjson

from gatelet.gateway.events.proxy import is_binary

WORST_CASE = 6
"""JSON bytes that one byte of a body can take: ``\\u0000``."""


def body_size(body: bytes, binary_media_types: tuple[str, ...], content_type: str | None) -> int:
    """Bytes of the ``body`` member: base64 for a binary body, else text with JSON's escapes."""
    if binary_media_types and is_binary(binary_media_types, content_type):
        return (len(body) + 2) // 3 * 4 + 2
    return len(orjson.dumps(body.decode("utf-8", "replace")))
