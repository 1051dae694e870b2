"""Timestamps as the protocols write them: epoch seconds, ISO 8601 and RFC 822.

A timestamp is an aware datetime on our side of the wire. Encoding also takes epoch seconds, which is what
most of the records hold.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

UNIX: Final = "unixTimestamp"
ISO: Final = "iso8601"
RFC: Final = "rfc822"

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LATEST: Final = 253_402_300_799
"""The last second that a datetime can hold: 9999-12-31T23:59:59Z."""


def from_epoch(seconds: float) -> datetime:
    """The moment that many seconds after the epoch. Raises ValueError beyond the years 1 to 9999."""
    if not -_LATEST <= seconds <= _LATEST:
        raise ValueError(seconds)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(seconds) from error


def from_text(text: str, written_as: str) -> datetime:
    """The moment that the text spells in that format. Raises ValueError."""
    if written_as == UNIX:
        return from_epoch(float(text))
    parsed = _from_rfc(text) if written_as == RFC else datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def to_epoch(moment: datetime | float) -> int | float:
    """Seconds since the epoch: whole if the moment is, with milliseconds otherwise."""
    seconds = round(moment.timestamp() if isinstance(moment, datetime) else moment, 3)
    return int(seconds) if seconds == int(seconds) else seconds


def to_text(moment: datetime | float, written_as: str) -> str:
    """The moment in that format; ISO 8601 has milliseconds only if the moment has."""
    if written_as == UNIX:
        return str(to_epoch(moment))
    at = moment.astimezone(UTC) if isinstance(moment, datetime) else from_epoch(moment)
    if written_as == RFC:
        return f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S} GMT"
    fraction = f".{at.microsecond // 1000:03d}" if at.microsecond >= 1000 else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _from_rfc(text: str) -> datetime:
    from email.utils import parsedate_to_datetime  # seldom needed, and slow to import

    return parsedate_to_datetime(text)
