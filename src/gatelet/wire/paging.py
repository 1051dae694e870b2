"""The opaque tokens between the pages of a list: ``position``, ``Marker``, ``nextToken``.

A token holds the key of the last row that the client has seen, so rows that come or go between two pages
move no other row. Reference: apigateway-control-plane section 1.2, lambda-control-plane section 13.
"""

from __future__ import annotations

import base64
import binascii
import zlib


class InvalidPosition(ValueError):
    """The token is none of ours."""


def encode_position(key: str) -> str:
    """The token for a key: URL-safe, without padding."""
    data = key.encode()
    return base64.urlsafe_b64encode(zlib.crc32(data).to_bytes(4, "big") + data).decode("ascii").rstrip("=")


def decode_position(token: str) -> str:
    """The key in a token. Raises InvalidPosition."""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        key = data[4:].decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidPosition(token) from error
    if encode_position(key) != token:
        raise InvalidPosition(token)
    return key
