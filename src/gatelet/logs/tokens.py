"""Page tokens and event ids: places in the order of events, written the way AWS's look.

Reference: platform-neighbours section 1 (GetLogEvents: ``f/`` and ``b/`` with 56 digits).
"""

from __future__ import annotations

import re

from gatelet.logs.errors import InvalidParameter
from gatelet.storage.ports import LogPosition
from gatelet.wire.paging import InvalidPosition, decode_position, encode_position

_TIMESTAMP_DIGITS = 16
_TOKEN = re.compile(r"[fb]/([0-9]{56})", re.ASCII)


def event_id(position: LogPosition) -> str:
    """56 digits that no other event of the store has."""
    return f"{position.timestamp:0{_TIMESTAMP_DIGITS}d}{position.sequence:0{56 - _TIMESTAMP_DIGITS}d}"


def forward_token(after: LogPosition) -> str:
    """The token of the page that follows a position."""
    return f"f/{event_id(after)}"


def backward_token(before: LogPosition) -> str:
    """The token of the page that precedes a position."""
    return f"b/{event_id(before)}"


def parse_token(token: str) -> tuple[bool, LogPosition]:
    """Whether it leads forward, and from which position. Raises InvalidParameter."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise _invalid()
    return token[0] == "f", _position(match[1])


def opaque_token(text: str) -> str:
    """A token whose text is nobody's business but ours."""
    return encode_position(text)


def parse_opaque(token: str) -> str:
    """The text of an opaque token. Raises InvalidParameter."""
    try:
        return decode_position(token)
    except InvalidPosition:
        raise _invalid() from None


def upload_token(ingested_ms: int) -> str:
    """The sequence token that PutLogEvents still returns and no longer asks for: 56 digits."""
    return f"49{ingested_ms:054d}"


def _position(digits: str) -> LogPosition:
    return LogPosition(int(digits[:_TIMESTAMP_DIGITS]), int(digits[_TIMESTAMP_DIGITS:]))


def _invalid() -> InvalidParameter:
    return InvalidParameter("The specified nextToken is invalid.")
