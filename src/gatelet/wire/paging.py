"""Pages of a list and the opaque tokens between them.

A token holds the key of the last row that the client has seen, so rows that come or go between two pages
move no other row. Reference: apigateway-control-plane section 1.2, lambda-control-plane section 13.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from gatelet.aws.errors import AwsError

Row = TypeVar("Row")


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


def page(
    rows: Iterable[Row], *, key: Callable[[Row], str], position: str | None, limit: int, invalid: AwsError
) -> tuple[list[Row], str | None]:
    """Up to ``limit`` rows after the position, in the order of their (unique) keys, and the next position.

    The next position is None on the last page. Raises ``invalid`` if the position is none of ours;
    ValueError if the limit is below 1.
    """
    if limit < 1:
        raise ValueError(limit)
    ordered = sorted(rows, key=key)
    if position is not None:
        try:
            last = decode_position(position)
        except InvalidPosition:
            raise invalid from None
        ordered = [row for row in ordered if key(row) > last]
    shown = ordered[:limit]
    return shown, encode_position(key(shown[-1])) if len(ordered) > limit else None
