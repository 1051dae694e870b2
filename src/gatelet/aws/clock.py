"""Time: the one place that reads the system's clocks, and AWS's ways of writing a moment.

Everything else takes a Clock (or a moment) as an argument.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""


class SystemClock:
    """The machine's clocks."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)


def utc(moment: float) -> datetime:
    """The moment (epoch seconds) as an aware datetime."""
    return datetime.fromtimestamp(moment, UTC)


def lambda_timestamp(moment: float) -> str:
    """``2025-11-25T02:26:54.123+0000``, as in FunctionConfiguration.LastModified.

    Reference: lambda-control-plane section 1 ("date types").
    """
    at = utc(moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"


def url_timestamp(moment: float) -> str:
    """``2025-11-24T23:09:04.123456Z``, as in FunctionUrlConfig (lambda-control-plane section 1)."""
    at = utc(moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z"


def zulu_timestamp(moment: float) -> str:
    """``2025-11-25T02:26:54.123Z``, as in Lambda's log lines (lambda-execution section 8)."""
    at = utc(moment)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def request_time(moment: float) -> str:
    """``31/Dec/2025:23:59:59 +0000``: ``$context.requestTime`` (apigateway-data-plane section 6)."""
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))


def java_date(moment: float) -> str:
    """``Wed Dec 31 23:59:59 UTC 2025``: the lines of a test's log (apigateway-data-plane section 15)."""
    return time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(moment))


def http_date(moment: float) -> str:
    """``Wed, 31 Dec 2025 23:59:59 GMT`` (RFC 9110 section 5.6.7)."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(moment))


def amz_date(moment: float) -> str:
    """``20251231T235959Z``: the date of a SigV4 signature (identity section 1.1)."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
